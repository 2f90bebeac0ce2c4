package messaging

import (
	"context"
	"sync/atomic"
	"time"
)

// Upkeep sets something up with a broker, as often as that takes, and again
// whenever it was missed: the name may lead to another server by then.
type Upkeep struct {
	ready  atomic.Bool
	missed chan struct{}
	stop   context.CancelFunc
	done   chan struct{}
}

// NewUpkeep returns an Upkeep that waits for Start.
func NewUpkeep() *Upkeep {
	return &Upkeep{missed: make(chan struct{}, 1), done: make(chan struct{})}
}

// Start begins, and doesn't wait. failed hears of each attempt that ends in vain.
func (u *Upkeep) Start(ctx context.Context, setUp func(context.Context) error, failed func(context.Context, error)) {
	// The start ends, and the work goes on.
	ctx, u.stop = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(u.done)
		u.loop(ctx, setUp, failed)
	}()
}

// Stop ends it.
func (u *Upkeep) Stop(ctx context.Context) {
	u.stop()
	select {
	case <-u.done:
	case <-ctx.Done():
	}
}

// Ready tells whether it is there, as far as is known.
func (u *Upkeep) Ready() bool { return u.ready.Load() }

// Missed has it set up again. It never waits.
func (u *Upkeep) Missed() {
	u.ready.Store(false)
	select {
	case u.missed <- struct{}{}:
	default:
	}
}

func (u *Upkeep) loop(ctx context.Context, setUp func(context.Context) error, failed func(context.Context, error)) {
	for attempt := 1; ; attempt++ {
		err := setUp(ctx)
		if ctx.Err() != nil {
			return
		}
		var again <-chan time.Time
		if err != nil {
			failed(ctx, err)
			again = time.After(Backoff(attempt))
		} else {
			u.ready.Store(true)
			attempt = 0
		}
		select {
		case <-again:
		case <-u.missed:
		case <-ctx.Done():
			return
		}
	}
}
