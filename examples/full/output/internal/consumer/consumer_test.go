package consumer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/messaging"
)

// broker is a Source whose deliveries write down their fate.
type broker struct {
	mu         sync.Mutex
	deliveries chan *delivery
	fates      []string
	lag        int64
	refuse     error
}

type delivery struct {
	*broker
	id         string
	attempt    int
	waits      int
	unanswered int
	full       error // what a dead letter is refused with
}

func newBroker(deliveries ...*delivery) *broker {
	b := &broker{deliveries: make(chan *delivery, 100), lag: 7}
	for _, d := range deliveries {
		d.broker = b
		b.deliveries <- d
	}

	return b
}

func (b *broker) Receive(ctx context.Context, handle func(messaging.Delivery)) {
	for {
		select {
		case d := <-b.deliveries:
			handle(d)
		case <-ctx.Done():
			return
		}
	}
}

func (b *broker) Receiving() bool { return true }

func (b *broker) Lag(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.lag, b.refuse
}

func (d *delivery) Message() messaging.Message { return messaging.Message{ID: d.id, Type: kind} }
func (d *delivery) Attempt() int               { return d.attempt }
func (d *delivery) Waits() int                 { return d.waits }
func (d *delivery) Unanswered() int            { return d.unanswered }

func (d *delivery) Begin(ctx context.Context) error {
	if d.unanswered == 0 {
		return nil
	}

	return d.note(ctx, "begin "+d.id)
}

func (d *delivery) Ack(ctx context.Context) error { return d.note(ctx, "ack "+d.id) }

func (d *delivery) Retry(ctx context.Context, after time.Duration) error {
	if after <= 0 {
		return errors.New("no back-off")
	}

	return d.note(ctx, "retry "+d.id)
}

func (d *delivery) Wait(ctx context.Context, after time.Duration) error {
	if after <= 0 {
		return errors.New("no back-off")
	}

	return d.note(ctx, "wait "+d.id)
}

func (d *delivery) DeadLetter(ctx context.Context, reason string) error {
	if d.full != nil {
		return d.full
	}

	return d.note(ctx, "dead letter "+d.id+": "+reason)
}

func (d *delivery) note(ctx context.Context, fate string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fates = append(d.fates, fate)

	return d.refuse
}

// kind is the type of every message here.
const kind = "test"

var (
	// errCut is what a store says whose connection was cut.
	errCut = errors.New("cut")

	// errFull is the word of a server that has no room.
	errFull = errors.New("full")
)

func newTestConsumer(source messaging.Source, handle Handler) (*Consumer, *bytes.Buffer) {
	var log bytes.Buffer

	return New(Options{
		Name:        "test",
		Source:      source,
		Handlers:    Handlers{kind: handle},
		Processed:   NewWindow(10),
		Unavailable: func(err error) bool { return errors.Is(err, errCut) || errors.Is(err, errFull) },
		Lost:        func(err error) bool { return errors.Is(err, errCut) },
		Limits:      config.Consumer{Concurrency: 2, MaxTries: 3, Timeout: 10 * time.Second},
		Logger:      slog.New(slog.NewTextHandler(&log, nil)),
	}), &log
}

func TestFates(t *testing.T) {
	broken := errors.New("broken")
	full := errors.New("full")
	tests := []struct {
		name       string
		deliveries []*delivery
		handle     error
		want       []string
		stats      Stats
	}{
		{
			name: "processed",
			deliveries: []*delivery{
				{id: "a", attempt: 1},
			},
			want:  []string{"ack a"},
			stats: Stats{Processed: 1},
		},
		{
			name: "delivered twice",
			deliveries: []*delivery{
				{id: "a", attempt: 1},
				{id: "a", attempt: 2},
			},
			want:  []string{"ack a", "ack a"},
			stats: Stats{Processed: 1, Duplicates: 1},
		},
		{
			name: "failed",
			deliveries: []*delivery{
				{id: "a", attempt: 2},
			},
			handle: broken,
			want:   []string{"retry a"},
			stats:  Stats{Failed: 1},
		},
		{
			name: "failed for the last time",
			deliveries: []*delivery{
				{id: "a", attempt: 3},
			},
			handle: broken,
			want:   []string{"dead letter a: broken"},
			stats:  Stats{Failed: 1, DeadLettered: 1},
		},
		{
			name: "not worth another try",
			deliveries: []*delivery{
				{id: "a", attempt: 1},
			},
			handle: fmt.Errorf("no JSON: %w", ErrPermanent),
			want:   []string{"dead letter a: no JSON: not worth another try"},
			stats:  Stats{Failed: 1, DeadLettered: 1},
		},
		{
			name: "a server went away in the middle",
			deliveries: []*delivery{
				{id: "a", attempt: 3, waits: 2},
			},
			handle: fmt.Errorf("write: %w", errCut),
			want:   []string{"wait a"},
			stats:  Stats{Waited: 1},
		},
		{
			name: "a server refuses each time, and nothing else gets through",
			deliveries: []*delivery{
				{id: "a", attempt: 1, waits: 100},
				{id: "a", attempt: 2, waits: 101},
				{id: "a", attempt: 3, waits: 102},
				{id: "a", attempt: 4, waits: 103},
			},
			handle: errFull,
			want:   []string{"wait a", "wait a", "wait a", "wait a"},
			stats:  Stats{Waited: 4},
		},
		{
			name: "a server goes away in the middle each time",
			deliveries: []*delivery{
				{id: "a", attempt: 1},
				{id: "a", attempt: 1, waits: 1},
				{id: "a", attempt: 1, waits: 2},
			},
			handle: errCut,
			want:   []string{"wait a", "wait a", "dead letter a: a server is away for this message, and not for others: cut"},
			stats:  Stats{Failed: 1, Waited: 2, DeadLettered: 1},
		},
		{
			name: "the handler says that something is away",
			deliveries: []*delivery{
				{id: "a", attempt: 3, waits: 100},
			},
			handle: fmt.Errorf("%w: refused", ErrUnavailable),
			want:   []string{"wait a"},
			stats:  Stats{Waited: 1},
		},
		{
			name: "the dead letter is refused",
			deliveries: []*delivery{
				{id: "a", attempt: 3, full: full},
			},
			handle: broken,
			want:   []string{"wait a"},
			stats:  Stats{Failed: 1, Waited: 1},
		},
		{
			name: "may have ended a process",
			deliveries: []*delivery{
				{id: "a", attempt: 3, unanswered: 2},
			},
			want:  []string{"begin a", "ack a"},
			stats: Stats{Processed: 1},
		},
		{
			name: "has ended too many",
			deliveries: []*delivery{
				{id: "a", attempt: 4, unanswered: 3},
			},
			want:  []string{"dead letter a: processes that have ended while they handled it: 3"},
			stats: Stats{Failed: 1, DeadLettered: 1},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBroker(tt.deliveries...)
				c, _ := newTestConsumer(b, func(context.Context, messaging.Message) error { return tt.handle })
				// One at a time, so that the second delivery meets a finished first.
				c.Limits.Concurrency = 1
				if err := c.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				if err := c.Stop(t.Context()); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(b.fates, tt.want) || c.Stats() != tt.stats {
					t.Errorf("fates %q, stats %+v; want %q, %+v", b.fates, c.Stats(), tt.want, tt.stats)
				}
			})
		})
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 1}, &delivery{id: "b", attempt: 1}, &delivery{id: "c", attempt: 1})
		c, _ := newTestConsumer(b, func(context.Context, messaging.Message) error {
			time.Sleep(time.Second)

			return nil
		})
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := c.Stats().InFlight; n != 2 {
			t.Errorf("%d at a time, want 2", n)
		}
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := c.Stats().Processed; n != 3 {
			t.Errorf("%d of 3 before the end", n)
		}
	})
}

func TestSameMessageAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 1}, &delivery{id: "a", attempt: 2})
		c, _ := newTestConsumer(b, func(context.Context, messaging.Message) error {
			time.Sleep(time.Second)

			return nil
		})
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"wait a", "ack a"}; !slices.Equal(b.fates, want) {
			t.Errorf("fates %q, want %q", b.fates, want)
		}
	})
}

func TestStopGivesUpAfterItsBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "slow", attempt: 1})
		c, log := newTestConsumer(b, func(ctx context.Context, _ messaging.Message) error {
			<-ctx.Done()

			return ctx.Err()
		})
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Stop(ctx); err == nil || !strings.Contains(err.Error(), "1 messages given up") {
			t.Errorf("err = %v", err)
		}
		synctest.Wait()
		// Given up, and yet the broker hears of it at once.
		if want := []string{"wait slow"}; !slices.Equal(b.fates, want) {
			t.Errorf("fates %q, want %q\n%s", b.fates, want, log)
		}
	})
}

func TestPanicIsAFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 1})
		b.refuse = errors.New("broker is away")
		c, log := newTestConsumer(b, func(context.Context, messaging.Message) error { panic("nil map") })
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"handler panicked: nil map", "could not ask for again", "broker is away"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("log has no %q:\n%s", want, log)
			}
		}
		if _, known := c.Lag(); known {
			t.Error("a lag that nobody knows")
		}
	})
}

func TestWindowForgetsTheOldest(t *testing.T) {
	w := NewWindow(2)
	var ran []string
	for _, id := range []string{"a", "b", "a", "c", "b", "a"} {
		if _, err := w.Once(t.Context(), "test", id, func(context.Context) error {
			ran = append(ran, id)

			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"a", "b", "c", "a"}; !slices.Equal(ran, want) {
		t.Errorf("ran %q, want %q", ran, want)
	}
	failure := errors.New("no")
	for range 2 {
		if ran, err := w.Once(t.Context(), "test", "d", func(context.Context) error { return failure }); !ran || !errors.Is(err, failure) {
			t.Errorf("ran = %t, err = %v; a failure must not count as done", ran, err)
		}
	}
	if len(w.ids) != 2 {
		t.Errorf("%d ids are kept, want 2", len(w.ids))
	}
}

// unknowing is a Processed that can't tell.
type unknowing struct{ err error }

func (u unknowing) Once(context.Context, string, string, func(context.Context) error) (bool, error) {
	return false, u.err
}

func TestNobodyCanTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBroker(&delivery{id: "a", attempt: 3, waits: 1000})
		c, _ := newTestConsumer(b, nil)
		c.Processed = unknowing{errors.New("no space on the device")}
		if err := c.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := c.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if want := []string{"wait a"}; !slices.Equal(b.fates, want) || c.Stats().Failed != 0 {
			t.Errorf("fates %q, want %q: the message has done nothing", b.fates, want)
		}
	})
}

func TestNameIsBounded(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("n", maxName+1)} {
		c, _ := newTestConsumer(newBroker(), nil)
		c.Name = name
		if err := c.Start(t.Context()); !errors.Is(err, errName) {
			t.Errorf("Start with the name %q = %v", name, err)
		}
	}
}

func TestConsumersKnowNothingOfOneAnother(t *testing.T) {
	w := NewWindow(10)
	ran := 0
	for _, pair := range [][2]string{{"a", "b:c"}, {"a:b", "c"}, {"a", "\x00"}, {"b", "\x00"}, {"a", ""}} {
		if _, err := w.Once(t.Context(), pair[0], pair[1], func(context.Context) error { ran++; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if ran != 5 {
		t.Errorf("%d of 5 handled", ran)
	}
}
