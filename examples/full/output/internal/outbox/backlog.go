package outbox

import (
	"context"
	"time"
)

const (
	// watchInterval is how often the table is looked at: as often as Prometheus
	// usually scrapes.
	watchInterval = 15 * time.Second

	// watchTimeout bounds one look.
	watchTimeout = 2 * time.Second

	// knownFor is how long an answer is one. An old number would look as if all were
	// well.
	knownFor = 4 * watchInterval

	// MostCounted bounds what is counted: more than that is as bad.
	MostCounted = 10_000
)

// Backlog is what is in the table.
type Backlog struct {
	// Waiting is how many are to be published, up to MostCounted.
	Waiting int64
	// Oldest is how long the first of them has waited.
	Oldest time.Duration
	// SetAside is how many the broker has refused for good, up to MostCounted.
	SetAside int64
}

// Stats counts since the start.
type Stats struct {
	Published int64
	// Failed are tries in vain by a message's own fault.
	Failed   int64
	SetAside int64
	// Interrupted are rounds that ended early: broker or table were away.
	Interrupted int64
}

// known is a Backlog with its time.
type known struct {
	Backlog

	at time.Time
}

// Stats returns the counts of this replica.
func (r *Relay) Stats() Stats {
	return Stats{
		Published: r.published.Load(), Failed: r.failed.Load(),
		SetAside: r.setAside.Load(), Interrupted: r.interrupted.Load(),
	}
}

// Backlog returns what waits, of all replicas, and false while nobody knows.
func (r *Relay) Backlog() (Backlog, bool) {
	last := r.backlog.Load()
	if last == nil || time.Since(last.at) > knownFor {
		return Backlog{}, false
	}

	return last.Backlog, true
}

// watch looks now and then, in every replica: one that leads and hangs tells
// nothing.
func (r *Relay) watch(ctx context.Context) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		asking, cancel := context.WithTimeout(ctx, watchTimeout)
		backlog, err := r.store.Backlog(asking)
		cancel()
		if err == nil {
			r.backlog.Store(&known{Backlog: backlog, at: time.Now()})
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
