package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/idempotency"
)

const (
	// forgetKeysInterval is how often a process removes the keys that are old.
	forgetKeysInterval = time.Hour

	// forgetKeysBatch bounds what one statement removes, and so how long it takes.
	forgetKeysBatch   = 10_000
	forgetKeysTimeout = 5 * time.Second
)

// Keys keeps the answers to requests under their keys, in the transaction of what
// the requests do: both are kept or neither is.
type Keys struct {
	store    *Store
	forgetAt atomic.Int64 // Unix seconds
}

// NewKeys returns Keys in the table idempotency_keys.
func NewKeys(s *Store) *Keys { return &Keys{store: s} }

// Remember keeps answer under key, or returns what is kept there already. Of two
// at a time the second waits for the first one's transaction, and then knows.
func (k *Keys) Remember(ctx context.Context, tx pgx.Tx, key idempotency.Key, answer []byte) (kept []byte, fresh bool, err error) {
	const insert = `
		INSERT INTO idempotency_keys (scope, id, fingerprint, answer) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`
	tag, err := tx.Exec(ctx, insert, key.Scope, key.ID, key.Fingerprint[:], answer)
	if err != nil {
		return nil, false, err
	}
	if tag.RowsAffected() == 1 {
		return answer, true, nil
	}
	var fingerprint []byte
	const query = `SELECT fingerprint, answer FROM idempotency_keys WHERE scope = $1 AND id = $2`
	if err := tx.QueryRow(ctx, query, key.Scope, key.ID).Scan(&fingerprint, &kept); err != nil {
		return nil, false, err
	}

	return kept, false, key.Check(fingerprint)
}

// Forget removes what is old, now and then: call it after a transaction, never
// in one. That it fails costs some rows.
func (k *Keys) Forget(ctx context.Context) {
	now := time.Now().Unix()
	due := k.forgetAt.Load()
	if now < due || !k.forgetAt.CompareAndSwap(due, now+int64(forgetKeysInterval.Seconds())) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetKeysTimeout)
	defer cancel()
	const old = `
		DELETE FROM idempotency_keys WHERE (scope, id) IN (
			SELECT scope, id FROM idempotency_keys WHERE created_at < now() - make_interval(secs => $1)
			ORDER BY created_at LIMIT $2)`
	_ = k.store.With(ctx, func(conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, old, idempotency.Keep.Seconds(), forgetKeysBatch)
		if err == nil && tag.RowsAffected() == forgetKeysBatch {
			k.forgetAt.Store(0) // there may be more
		}

		return err
	})
}
