package nats

import (
	"encoding/base64"
	"strings"

	"github.com/nats-io/nats.go"
)

const (
	// headerID has the id of a message whose id is no text that a header keeps.
	headerID = "Message-Id"

	// headerType has the type of a message.
	headerType = "Message-Type"

	// maxPlainID bounds what is sent as it is.
	maxPlainID = 200
)

// plain tells whether an id comes out of a header as it went in. Spaces at the ends
// are cut, and the ends of lines become spaces: different ids would become one.
func plain(id string) bool {
	return len(id) <= maxPlainID && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// writeID returns what the server compares.
func writeID(header nats.Header, id string) string {
	if plain(id) {
		header.Del(headerID)

		return id
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(id))
	header.Set(headerID, encoded)

	return "base64:" + encoded
}

func readID(header nats.Header) string {
	compared := header.Get(nats.MsgIdHdr)
	encoded := header.Get(headerID)
	// Both agree, or the header is somebody else's.
	if encoded == "" || compared != "base64:"+encoded {
		return compared
	}
	id, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return compared
	}

	return string(id)
}

func writeType(header nats.Header, kind string) {
	header.Del(headerType)
	if kind != "" {
		header.Set(headerType, kind)
	}
}
