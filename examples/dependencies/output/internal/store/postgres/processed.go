package postgres

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/shop/checkout/internal/consumer"
)

const (
	// keepProcessed is longer than a message is delivered again after.
	keepProcessed = 7 * 24 * time.Hour

	// forgetInterval is how often a process removes the ids that are older.
	forgetInterval = time.Hour

	// forgetBatch bounds what one statement removes, and so how long it takes.
	forgetBatch   = 10_000
	forgetTimeout = 5 * time.Second

	// inTransactionStatus is the server's word for a transaction that can still be
	// committed.
	inTransactionStatus = 'T'
)

// errNotWhole is the message's failure, not the server's.
var errNotWhole = errors.New("postgres: a statement of the handler has failed, or its transaction is over: nothing is kept")

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
func (p *Processed) Once(ctx context.Context, name, id string, effect func(context.Context) error) (bool, error) {
	ran := false
	key := consumer.KeyOf(name, id)
	// A connection is waited for as long as the try lasts: as many messages wait as are
	// handled at a time, and nobody stands behind them.
	err := pgx.BeginTxFunc(ctx, p.store.pool, p.store.begin(ctx), func(tx pgx.Tx) error {
		const insert = `INSERT INTO processed_messages (consumer, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`
		tag, err := tx.Exec(ctx, insert, key.Consumer, key.Digest[:])
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		ran = true
		if err := effect(context.WithValue(ctx, txKey{}, tx)); err != nil {
			return err
		}
		// A statement that has failed and that nobody has told of, or an end that
		// somebody else has put to the transaction: the id would be kept, and not what
		// it stands for.
		if status := tx.Conn().PgConn().TxStatus(); status != inTransactionStatus {
			return errNotWhole
		}

		return nil
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
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	const old = `
		DELETE FROM processed_messages WHERE (consumer, id) IN (
			SELECT consumer, id FROM processed_messages WHERE processed_at < now() - make_interval(secs => $1)
			ORDER BY processed_at LIMIT $2)`
	tag, err := p.store.pool.Exec(ctx, old, keepProcessed.Seconds(), forgetBatch)
	if err == nil && tag.RowsAffected() == forgetBatch {
		p.forgetAt.Store(0) // there may be more
	}
}
