package postgres

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/consumer"
)

const (
	// keepProcessed is longer than a message is delivered again after.
	keepProcessed = 7 * 24 * time.Hour

	// forgetInterval is how often a process removes the ids that are older.
	forgetInterval = time.Hour

	// forgetBatch bounds what one statement removes, and so how long it takes.
	forgetBatch   = 10_000
	forgetTimeout = 5 * time.Second
)

// Processed remembers which messages are done, in the transaction of their
// effect: both are kept or neither is, whatever dies in between. The effect has
// to write through Tx for that.
type Processed struct {
	store    *Store
	forgetAt atomic.Int64 // Unix seconds
}

// NewProcessed returns a Processed in the table processed_messages.
func NewProcessed(s *Store) *Processed { return &Processed{store: s} }

type txKey struct{}

// Tx returns the transaction that Once has begun, for the effect to write with.
func Tx(ctx context.Context) (pgx.Tx, bool) {
	tx, ok := ctx.Value(txKey{}).(pgx.Tx)

	return tx, ok
}

// Once implements consumer.Processed. Another replica that has the same message
// waits for the first one's transaction, and then knows.
func (p *Processed) Once(ctx context.Context, id string, effect func(context.Context) error) (bool, error) {
	ran := false
	var failed error // what the effect said
	err := pgx.BeginFunc(ctx, p.store.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO processed_messages (id) VALUES ($1) ON CONFLICT DO NOTHING`, id)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		ran = true

		failed = effect(context.WithValue(ctx, txKey{}, tx))

		return failed
	})
	switch {
	case err == nil && ran:
		p.forget(ctx)
	case err != nil && failed == nil:
		// The database's failure and not the message's: nobody can tell now.
		return false, fmt.Errorf("%w: postgres: %w", consumer.ErrBusy, err)
	}

	return ran, err
}

// forget removes what is old, now and then. That it fails costs some rows.
func (p *Processed) forget(ctx context.Context) {
	now := time.Now().Unix()
	due := p.forgetAt.Load()
	if now < due || !p.forgetAt.CompareAndSwap(due, now+int64(forgetInterval.Seconds())) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	const old = `
		DELETE FROM processed_messages WHERE id IN (
			SELECT id FROM processed_messages WHERE processed_at < now() - make_interval(secs => $1)
			ORDER BY processed_at LIMIT $2)`
	tag, err := p.store.pool.Exec(ctx, old, keepProcessed.Seconds(), forgetBatch)
	if err == nil && tag.RowsAffected() == forgetBatch {
		p.forgetAt.Store(0) // there may be more
	}
}
