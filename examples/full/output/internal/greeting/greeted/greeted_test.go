package greeted

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/greeting"
	"git.example.com/trade/market/internal/messaging"
)

func TestEventIsHandled(t *testing.T) {
	var log bytes.Buffer
	handle := Handler(slog.New(slog.NewTextHandler(&log, nil)))
	m, err := Message(t.Context(), greeting.Greeting{ID: "1", Name: "Ada"})
	if err != nil || m.Type != Type {
		t.Fatalf("type %q, err %v", m.Type, err)
	}
	if err := handle(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "message_id=") || strings.Contains(log.String(), "Ada") {
		t.Errorf("want the id of the message and nothing that is in it: %s", &log)
	}
	if err := handle(t.Context(), messaging.Message{Data: []byte("Ada")}); !errors.Is(err, consumer.ErrPermanent) {
		t.Errorf("err = %v, want permanent", err)
	}
}
