package outbox

import (
	"encoding/json"

	"git.example.com/trade/market/internal/messaging"
)

// kept is a message as a table has it. Ids are bytes: as texts of JSON
// some of them would come back as others.
type kept struct {
	ID     []byte            `json:"id"`
	Type   string            `json:"type,omitempty"`
	Data   []byte            `json:"data"`
	Header map[string]string `json:"header,omitempty"`
}

// Encode returns a message as a table keeps it. One that no broker takes is refused
// here, where somebody hears of it: the change is not kept, either.
func Encode(m messaging.Message) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}

	return json.Marshal(kept{ID: []byte(m.ID), Type: m.Type, Data: m.Data, Header: m.Header})
}

// Decode returns the message that Encode was given.
func Decode(content []byte) (messaging.Message, error) {
	var k kept
	if err := json.Unmarshal(content, &k); err != nil {
		return messaging.Message{}, err
	}
	if k.Header == nil {
		k.Header = make(map[string]string)
	}

	return messaging.Message{ID: string(k.ID), Type: k.Type, Data: k.Data, Header: k.Header}, nil
}
