package consumer

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/shop/checkout/internal/messaging"
)

func TestWithoutHandlersNothingIsReceived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 1})
		c, _ := newTestConsumer(b, nil)
		c.Handlers = nil
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(b.deliveries) != 1 || c.Receives() {
			t.Error("received, and there is nobody to handle it")
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestHandlersAreFoundByType(t *testing.T) {
	var handled []string
	note := func(name string) Handler {
		return func(context.Context, messaging.Message) error {
			handled = append(handled, name)

			return nil
		}
	}
	h := Handlers{"greeting.created": note("greeting"), "note.created": note("note")}
	for _, kind := range []string{"note.created", "greeting.created"} {
		if err := h.Handle(t.Context(), messaging.Message{Type: kind}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if want := []string{"note", "greeting"}; !slices.Equal(handled, want) {
		t.Errorf("handled by %q, want %q", handled, want)
	}
	// Another version may know it, so it comes again.
	if err := h.Handle(t.Context(), messaging.Message{Type: "note.deleted"}); !errors.Is(err, errUnknownType) || errors.Is(err, ErrPermanent) {
		t.Errorf("an unknown type: %v", err)
	}
	if err := h.Handle(t.Context(), messaging.Message{}); !errors.Is(err, ErrPermanent) {
		t.Errorf("no type: %v", err)
	}
}

// A server that hangs is no fault of the message's, however long it does.
func TestWhatWasTriedWaitsForItsServers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context) error {
			<-ctx.Done()

			return ctx.Err()
		}
		b := newBroker(&delivery{id: "first", attempt: 1}, &delivery{id: "tried", attempt: 3}, &delivery{id: "waited", attempt: 1, waits: 9})
		c, _ := newTestConsumer(b, func(ctx context.Context, _ messaging.Message) error { return hangs(ctx) })
		c.Limits.Concurrency, c.Ready = 1, AllOf(func(context.Context) error { return nil }, hangs)
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"retry first", "wait tried", "wait waited"}; !slices.Equal(b.fates, want) {
			t.Errorf("fates %q, want %q", b.fates, want)
		}
	})
}

func TestAroundIsAroundEachHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 1})
		var order []string
		c, _ := newTestConsumer(b, func(context.Context, messaging.Message) error {
			order = append(order, "handler")

			return nil
		})
		c.Around = func(handle func(context.Context, messaging.Message) error) func(context.Context, messaging.Message) error {
			return func(ctx context.Context, m messaging.Message) error {
				order = append(order, "around")

				return handle(ctx, m)
			}
		}
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"around", "handler"}; !slices.Equal(order, want) {
			t.Errorf("order %q, want %q", order, want)
		}
	})
}
