package outbox

import (
	"encoding/json"

	"example.com/shop/checkout/internal/messaging"
)

// kept is a message as a table has it. Ids and keys are bytes: as texts of JSON
// some of them would come back as others.
type kept struct {
	ID     []byte            `json:"id"`
	Type   string            `json:"type,omitempty"`
	Key    []byte            `json:"key,omitempty"`
	Data   []byte            `json:"data"`
	Header map[string]string `json:"header,omitempty"`
}

// Encode returns a message as a table keeps it. One that no broker takes is refused
// here, where somebody hears of it: the change is not kept, either.
func Encode(m messaging.Message) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}

	return json.Marshal(kept{ID: []byte(m.ID), Type: m.Type, Key: []byte(m.Key), Data: m.Data, Header: m.Header})
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

	return messaging.Message{ID: string(k.ID), Type: k.Type, Key: string(k.Key), Data: k.Data, Header: k.Header}, nil
}
