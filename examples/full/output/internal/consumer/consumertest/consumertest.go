// Package consumertest is a broker in memory, for tests of handlers and of what
// remembers messages.
package consumertest

import (
	"context"
	"slices"
	"sync"
	"time"

	"git.example.com/trade/market/internal/messaging"
)

// poll is how often it looks for what is due.
const poll = 5 * time.Millisecond

// Broker is a messaging.Source that loses nothing while it lives.
type Broker struct {
	mu      sync.Mutex
	waiting []*delivery
	open    int // messages that are neither acknowledged nor put aside
	dead    []messaging.Message
}

// New returns a Broker with messages to deliver; one that is named twice is
// delivered twice.
func New(messages ...messaging.Message) *Broker {
	b := &Broker{open: len(messages)}
	for _, m := range messages {
		b.waiting = append(b.waiting, &delivery{broker: b, message: m})
	}

	return b
}

// Receive implements messaging.Source.
func (b *Broker) Receive(ctx context.Context, handle func(messaging.Delivery)) {
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		for d := b.due(); d != nil; d = b.due() {
			handle(d)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// Receiving implements messaging.Source.
func (b *Broker) Receiving() bool { return true }

// Lag implements messaging.Source.
func (b *Broker) Lag(context.Context) (int64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return int64(b.open), nil
}

// DeadLetters returns what was put aside.
func (b *Broker) DeadLetters() []messaging.Message {
	b.mu.Lock()
	defer b.mu.Unlock()

	return slices.Clone(b.dead)
}

func (b *Broker) due() *delivery {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	at := slices.IndexFunc(b.waiting, func(d *delivery) bool { return !now.Before(d.due) })
	if at < 0 {
		return nil
	}
	d := b.waiting[at]
	b.waiting = slices.Delete(b.waiting, at, at+1)

	return d
}

func (b *Broker) change(f func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	f()

	return nil
}

// delivery is in one pair of hands at a time.
type delivery struct {
	broker  *Broker
	message messaging.Message
	due     time.Time
	tries   int
	waits   int
}

func (d *delivery) Message() messaging.Message  { return d.message }
func (d *delivery) Attempt() int                { return d.tries + 1 }
func (d *delivery) Waits() int                  { return d.waits }
func (d *delivery) Unanswered() int             { return 0 }
func (d *delivery) Begin(context.Context) error { return nil }

func (d *delivery) Ack(context.Context) error {
	return d.broker.change(func() { d.broker.open-- })
}

func (d *delivery) Retry(_ context.Context, after time.Duration) error {
	d.tries++

	return d.again(after)
}

func (d *delivery) Wait(_ context.Context, after time.Duration) error {
	d.waits++

	return d.again(after)
}

func (d *delivery) again(after time.Duration) error {
	d.due = time.Now().Add(after)

	return d.broker.change(func() { d.broker.waiting = append(d.broker.waiting, d) })
}

func (d *delivery) DeadLetter(context.Context, string) error {
	return d.broker.change(func() {
		d.broker.open--
		d.broker.dead = append(d.broker.dead, d.message)
	})
}
