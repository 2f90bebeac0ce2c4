package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// keepProcessed is longer than a message is delivered again after.
	keepProcessed = 7 * 24 * time.Hour

	// forgetInterval is how often a process removes the ids that are older.
	forgetInterval = time.Hour
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
	err := pgx.BeginFunc(ctx, p.store.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO processed_messages (id) VALUES ($1) ON CONFLICT DO NOTHING`, id)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		ran = true

		return effect(context.WithValue(ctx, txKey{}, tx))
	})
	if err == nil && ran {
		p.forget(ctx)
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
	const old = `DELETE FROM processed_messages WHERE processed_at < now() - make_interval(secs => $1)`
	_, _ = p.store.pool.Exec(ctx, old, keepProcessed.Seconds())
}
