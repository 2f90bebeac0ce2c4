// Package outbox publishes what transactions have left for it. A message is
// written in the transaction of the change that it tells of, so there is one for
// each change and none without; it is published after that, at least once, in
// the order in which they were written.
package outbox

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"git.example.com/trade/market/internal/messaging"
)

const (
	// interval is how often it looks if nobody wakes it: for what other replicas
	// have left behind.
	interval = time.Second

	// batch bounds what is read at a time.
	batch = 100

	// lease is how long one replica is the one that publishes. It ends by itself,
	// so one that dies stops the others for no longer.
	lease = 15 * time.Second

	// publishTimeout bounds one message. A batch ends with the lease.
	publishTimeout = 5 * time.Second

	// patience is the longest wait after failures.
	patience = 30 * time.Second
)

// Entry is a message that waits.
type Entry struct {
	ID      int64
	Message messaging.Message
}

// Store is the table of messages.
type Store interface {
	// Lead makes holder the one replica that publishes, for a while, and tells
	// whether it is.
	Lead(ctx context.Context, holder string, lease time.Duration) (bool, error)
	// Oldest returns up to limit entries, the oldest first.
	Oldest(ctx context.Context, limit int) ([]Entry, error)
	// Remove forgets an entry that was published.
	Remove(ctx context.Context, id int64) error
}

// Relay is the loop between the table and the broker.
type Relay struct {
	store     Store
	publisher messaging.Publisher
	logger    *slog.Logger
	holder    string
	wake      chan struct{}
	published atomic.Int64
	failed    atomic.Int64

	stop context.CancelFunc
	done chan struct{}
}

// New returns a Relay that waits for Start.
func New(store Store, publisher messaging.Publisher, logger *slog.Logger) *Relay {
	return &Relay{
		store: store, publisher: publisher, logger: logger, holder: rand.Text(),
		wake: make(chan struct{}, 1), done: make(chan struct{}),
	}
}

// Wake says that there may be something to publish. It never waits.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Stats counts since the start.
func (r *Relay) Stats() (published, failed int64) { return r.published.Load(), r.failed.Load() }

// Start begins to publish, and waits for neither table nor broker.
func (r *Relay) Start(ctx context.Context) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go r.loop(running)

	return nil
}

// Stop ends the loop. What is left is published by another replica.
func (r *Relay) Stop(ctx context.Context) error {
	r.stop()
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("outbox: %w", ctx.Err())
	}
}

func (r *Relay) loop(ctx context.Context) {
	defer close(r.done)
	wait := interval
	for ctx.Err() == nil {
		more, err := r.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.failed.Add(1)
			// A warning: nothing is lost, it only waits.
			r.logger.WarnContext(ctx, "outbox: messages wait", "error", err, "next_attempt", wait.String())
			sleep(ctx, nil, wait) // being woken makes no broker come back
			wait = min(2*wait, patience)

			continue
		case !more:
			sleep(ctx, r.wake, interval)
		}
		wait = interval
	}
}

func sleep(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-ctx.Done():
	}
}

// round publishes one batch, and tells whether there may be more.
func (r *Relay) round(ctx context.Context) (more bool, err error) {
	// Until then it is ours alone, and nothing of it is published twice.
	until := time.Now().Add(lease - publishTimeout)
	if ours, err := r.store.Lead(ctx, r.holder, lease); err != nil || !ours {
		return false, err
	}
	entries, err := r.store.Oldest(ctx, batch)
	if err != nil {
		return false, err
	}
	for _, entry := range entries {
		if time.Now().After(until) {
			return true, nil
		}
		if err := r.publish(ctx, entry); err != nil {
			return false, err
		}
	}

	return len(entries) == batch, nil
}

// publish sends one message and forgets it. A process that dies in between leaves
// it to be sent again, with the same id, which a consumer knows.
func (r *Relay) publish(ctx context.Context, entry Entry) error {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	if err := r.publisher.Publish(ctx, entry.Message); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	r.published.Add(1)

	return r.store.Remove(ctx, entry.ID)
}
