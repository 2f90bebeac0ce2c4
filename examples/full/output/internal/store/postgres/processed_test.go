package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/messaging"
)

func TestProcessedWithoutServer(t *testing.T) {
	s := nowhere(t)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ran, err := NewProcessed(s).Once(t.Context(), "id", func(context.Context) error { return nil }); ran || !errors.Is(err, consumer.ErrBusy) {
		t.Errorf("ran = %t, err = %v; want neither an effect nor a failure of the message", ran, err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProcessed(t *testing.T) {
	s := open(t)
	// Two replicas.
	a, b := NewProcessed(s), NewProcessed(s)
	id := messaging.NewMessage(nil).ID
	note := func(ctx context.Context) error {
		tx, ok := Tx(ctx)
		if !ok {
			return errors.New("no transaction")
		}
		_, err := tx.Exec(ctx, `INSERT INTO greetings (name, count) VALUES ($1, 1)
			ON CONFLICT (name) DO UPDATE SET count = greetings.count + 1`, id)

		return err
	}

	failure := errors.New("after the write")
	ran, err := a.Once(t.Context(), id, func(ctx context.Context) error { return errors.Join(note(ctx), failure) })
	if !ran || !errors.Is(err, failure) {
		t.Errorf("ran = %t, err = %v", ran, err)
	}
	// Both at once: the second waits, and knows then.
	began, done := make(chan struct{}), make(chan bool)
	go func() {
		<-began
		ran, err := b.Once(context.WithoutCancel(t.Context()), id, note)
		done <- ran || err != nil
	}()
	ran, err = a.Once(t.Context(), id, func(ctx context.Context) error {
		close(began)
		time.Sleep(100 * time.Millisecond)

		return note(ctx)
	})
	if !ran || err != nil {
		t.Errorf("after a failure: ran = %t, err = %v", ran, err)
	}
	if <-done {
		t.Error("the same message had its effect in two replicas")
	}
	found, err := NewGreetings(s, unobserved).Get(t.Context(), id)
	if err != nil || found.Count != 1 {
		t.Errorf("written %d times, %v; want once, and not what was rolled back", found.Count, err)
	}
}
