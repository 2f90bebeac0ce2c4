// Package outbox publishes what transactions have left for it. A message is
// written in the transaction of the change that it tells of, so there is one for
// each change and none without; it is published after that, at least once.
//
// Messages go out in the order in which they were written, and wait together while
// the broker is away. Each broker has its own, so one that is away holds up no other.
// One that the broker refuses by itself doesn't hold up those
// behind it: they go past it, it is tried again a few times, and then it is set
// aside, which is kept in the table and told.
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
	// so one that dies stops the others for no longer, and one that stops gives it
	// back.
	lease = 15 * time.Second

	// publishTimeout bounds one message. A batch ends with the lease.
	publishTimeout = 5 * time.Second

	// patience is the longest wait after failures.
	patience = 30 * time.Second
)

// Destinations are the brokers that messages are for.
func Destinations() []string {
	return []string{"nats"}
}

// Entry is a message that waits.
type Entry struct {
	ID      int64
	Message messaging.Message
	// Tries is how often it has failed by its own fault.
	Tries int
	// Unreadable says that there is no Message: no further try will find one.
	Unreadable error
}

// Store is the table of messages, as far as it is for one broker.
type Store interface {
	// Lead makes holder the one replica that publishes, for a while, and tells
	// whether it is.
	Lead(ctx context.Context, holder string, lease time.Duration) (bool, error)
	// Release ends the holder's lease, if it has one.
	Release(ctx context.Context, holder string) error
	// Oldest returns up to limit entries whose time has come, the oldest first.
	// Those that are set aside are not among them.
	Oldest(ctx context.Context, limit int) ([]Entry, error)
	// Remove forgets an entry that was published.
	Remove(ctx context.Context, id int64) error
	// Fail counts a try that was in vain by the message's fault. It comes again
	// after a while.
	Fail(ctx context.Context, id int64, reason string, after time.Duration) error
	// SetAside keeps an entry, with the reason, and doesn't return it any more.
	SetAside(ctx context.Context, id int64, reason string) error
	// Backlog tells what is in the table.
	Backlog(ctx context.Context) (Backlog, error)
}

// Relay is the loop between the table and the broker.
type Relay struct {
	store     Store
	publisher messaging.Publisher
	logger    *slog.Logger
	holder    string
	wake      chan struct{}

	published, failed, setAside, interrupted atomic.Int64

	// stuck is the entry at which the last rounds have ended. The loop's alone.
	stuck   suspect
	backlog atomic.Pointer[known]

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

// Start begins to publish, and waits for neither table nor broker.
func (r *Relay) Start(ctx context.Context) error {
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	r.stop = stop
	go func() {
		defer close(r.done)
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			r.watch(running)
		}()
		r.loop(running)
		<-watched
	}()

	return nil
}

// Stop ends the loop, and gives the lease back: what is left is published by
// another replica, at once.
func (r *Relay) Stop(ctx context.Context) error {
	r.stop()
	select {
	case <-r.done:
	case <-ctx.Done():
		return fmt.Errorf("outbox: %w", ctx.Err())
	}
	if err := r.store.Release(ctx, r.holder); err != nil {
		return fmt.Errorf("outbox: the lease ends by itself: %w", err)
	}

	return nil
}

func (r *Relay) loop(ctx context.Context) {
	wait := interval
	for ctx.Err() == nil {
		more, err := r.round(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.interrupted.Add(1)
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
