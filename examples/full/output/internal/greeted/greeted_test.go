package greeted

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/messaging"
)

type publishing func(ctx context.Context, m messaging.Message) error

func (p publishing) Publish(ctx context.Context, m messaging.Message) error { return p(ctx, m) }

func TestAnnouncedEventIsHandled(t *testing.T) {
	var log bytes.Buffer
	handle := Handler(slog.New(slog.NewTextHandler(&log, nil)))
	if _, err := Announce(publishing(handle))(t.Context(), "Ada"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "message_id=") || strings.Contains(log.String(), "Ada") {
		t.Errorf("want the id of the message and nothing that is in it: %s", &log)
	}
	if err := handle(t.Context(), messaging.Message{Data: []byte("Ada")}); !errors.Is(err, consumer.ErrPermanent) {
		t.Errorf("err = %v, want permanent", err)
	}
}

func TestBrokerIsAway(t *testing.T) {
	away := errors.New("away")
	announce := Announce(publishing(func(context.Context, messaging.Message) error { return away }))
	if _, err := announce(t.Context(), "Ada"); !errors.Is(err, away) {
		t.Errorf("err = %v", err)
	}
}
