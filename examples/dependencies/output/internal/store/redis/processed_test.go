package redis

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"example.com/shop/orders/internal/config"
	"example.com/shop/orders/internal/consumer"
	"example.com/shop/orders/internal/messaging"
)

func TestProcessedWithoutServer(t *testing.T) {
	// Nothing listens on port 1.
	cfg := config.Redis{Host: "127.0.0.1", Port: 1, TLS: config.TLSDisable, PoolSize: 1, Timeout: time.Second}
	s := New(cfg, config.Credentials(t.TempDir()), "test", slog.New(slog.DiscardHandler))
	ran, err := NewProcessed(s, time.Second).Once(t.Context(), "id", func(context.Context) error { return nil })
	if ran || !errors.Is(err, consumer.ErrBusy) {
		t.Errorf("ran = %t, err = %v; want neither an effect nor a failure of the message", ran, err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProcessed(t *testing.T) {
	s := open(t)
	// Two replicas.
	a, b := NewProcessed(s, time.Second), NewProcessed(s, time.Second)
	id := messaging.NewMessage(nil).ID
	failure := errors.New("no")

	if ran, err := a.Once(t.Context(), id, func(context.Context) error { return failure }); !ran || !errors.Is(err, failure) {
		t.Errorf("ran = %t, err = %v", ran, err)
	}
	ran, err := b.Once(t.Context(), id, func(ctx context.Context) error {
		if ran, err := a.Once(ctx, id, func(context.Context) error { return nil }); ran || !errors.Is(err, consumer.ErrBusy) {
			t.Errorf("at the same time: ran = %t, err = %v", ran, err)
		}

		return nil
	})
	if !ran || err != nil {
		t.Errorf("after a failure: ran = %t, err = %v", ran, err)
	}
	if ran, err := a.Once(t.Context(), id, func(context.Context) error { return nil }); ran || err != nil {
		t.Errorf("once more: ran = %t, err = %v", ran, err)
	}
	left, err := s.client.TTL(t.Context(), processedPrefix+id).Result()
	if err != nil || left <= 0 || left > keepProcessed {
		t.Errorf("time to live = %s, %v, want up to %s", left, err, keepProcessed)
	}
}
