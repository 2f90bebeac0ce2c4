package nats

import (
	"bufio"
	"bytes"
	"net/http"
	"net/textproto"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// As a header goes over the wire and comes back, any two ids stay two.
func TestAnyBytesAreAnID(t *testing.T) {
	compared := make(map[string]string)
	for _, id := range []string{
		"a", "A", "a ", " a", "a\n", "a\r\n", "a\x00", "\x00", "\xff\xfe", "ä", "base64:YQ==", "YQ==",
		strings.Repeat("x", maxPlainID), strings.Repeat("x", maxPlainID+1), strings.Repeat("x", 5000),
	} {
		header := nats.Header{}
		header.Set(nats.MsgIdHdr, writeID(header, id))
		var wire bytes.Buffer
		if err := http.Header(header).Write(&wire); err != nil {
			t.Fatal(err)
		}
		wire.WriteString("\r\n")
		read, err := textproto.NewReader(bufio.NewReader(&wire)).ReadMIMEHeader()
		if err != nil {
			t.Fatal(err)
		}
		// The library keeps the case of names, and textproto doesn't.
		back := nats.Header{nats.MsgIdHdr: read[nats.MsgIdHdr], headerID: read[headerID]}
		if got := readID(back); got != id {
			t.Errorf("%.20q comes back as %.20q", id, got)
		}
		if other, taken := compared[back.Get(nats.MsgIdHdr)]; taken {
			t.Errorf("to the server %.20q is %.20q", id, other)
		}
		compared[back.Get(nats.MsgIdHdr)] = id
	}
}

// A header of somebody else's is not taken for ours.
func TestForeignHeaders(t *testing.T) {
	for _, header := range []nats.Header{
		{nats.MsgIdHdr: {"theirs"}, headerID: {"YQ=="}},
		{nats.MsgIdHdr: {"theirs"}},
		{nats.MsgIdHdr: {"base64:?"}, headerID: {"?"}},
	} {
		if got := readID(header); got != header.Get(nats.MsgIdHdr) {
			t.Errorf("id %q of %v", got, header)
		}
	}
}
