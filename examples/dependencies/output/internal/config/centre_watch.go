package config

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// centrePause lies between two answers: a hundred changes a second, or an
	// index that runs wild, are five requests a second.
	centrePause = 200 * time.Millisecond

	// Tries while the centre is down: doubled from the first to the last, which
	// is also how late its return is noticed.
	centreFirstTry = 500 * time.Millisecond
	centreLastTry  = 15 * time.Second
)

// CentreWatch keeps what the centre says up to date. When it takes effect is
// the Watcher's business.
type CentreWatch struct {
	centre *Centre
	cancel context.CancelFunc
	done   chan struct{}
}

// NewCentreWatch returns the watch of a centre that was opened.
func NewCentreWatch(centre *Centre) *CentreWatch { return &CentreWatch{centre: centre} }

// Start begins to watch.
func (w *CentreWatch) Start(ctx context.Context) error {
	// The component's life ends with Stop, not with the context of the start.
	ctx, w.cancel = context.WithCancel(context.WithoutCancel(ctx))
	w.done = make(chan struct{})
	go func() {
		defer close(w.done)
		w.centre.watch(ctx)
	}()

	return nil
}

// Stop ends the watch, and the request that waits for a change.
func (w *CentreWatch) Stop(ctx context.Context) error {
	w.cancel()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch asks until the context ends.
func (c *Centre) watch(ctx context.Context) {
	for failures := 0; ; {
		previous := c.lastSeen()
		if failures > 0 {
			previous = nil // whoever has come back may not know the old revision
		}
		pause := centrePause
		if err := c.fetch(ctx, previous); err != nil {
			failures++
			pause = min(centreFirstTry<<min(failures-1, 10), centreLastTry)
		} else {
			failures = 0
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(jitter(pause)):
		}
	}
}

func (c *Centre) lastSeen() *Document {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.seen
}

// jitter spreads the pods of a service, which a centre's crash puts in step.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d/2+1) //nolint:gosec // spreads load, guards nothing
}

// look makes the latest document the layer, and tells the Watcher which it is.
// The good one that comes back after a bad one is news, although its content
// isn't: only then does the centre hold what is in force again.
func (c *Centre) look() (digest, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.layer = c.latest

	return sha256.Sum256(fmt.Appendf(nil, "%d %s", c.news, c.layer.Content)), nil
}

// giveWay goes back to the good document until there are other news.
func (c *Centre) giveWay() (undo func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	refused := c.layer
	if refused.same(c.good) {
		return nil, false
	}
	c.layer = c.good
	if c.latest.same(refused) {
		c.latest = c.good
	}

	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.layer = refused
		if c.latest.same(c.good) {
			c.latest = refused
		}
	}, true
}
