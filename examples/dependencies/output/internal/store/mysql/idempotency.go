package mysql

import (
	"context"
	"database/sql"
	"sync/atomic"
	"time"

	"example.com/shop/checkout/internal/idempotency"
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
func (k *Keys) Remember(ctx context.Context, tx *sql.Tx, key idempotency.Key, answer []byte) (kept []byte, fresh bool, err error) {
	// Unlike INSERT IGNORE this tells of everything that is wrong but the key, and
	// it locks the row: the answer is read as it is now, and not as it was when the
	// transaction began. A row that was there counts as two.
	const insert = `
		INSERT INTO idempotency_keys (scope, id, fingerprint, answer) VALUES (?, ?, ?, ?)
		ON DUPLICATE KEY UPDATE repeats = repeats + 1`
	result, err := tx.ExecContext(ctx, insert, []byte(key.Scope), []byte(key.ID), key.Fingerprint[:], answer)
	if err != nil {
		return nil, false, err
	}
	changed, err := result.RowsAffected()
	if err != nil {
		return nil, false, err
	}
	if changed == 1 {
		return answer, true, nil
	}
	var fingerprint []byte
	const query = `SELECT fingerprint, answer FROM idempotency_keys WHERE scope = ? AND id = ? FOR UPDATE`
	if err := tx.QueryRowContext(ctx, query, []byte(key.Scope), []byte(key.ID)).Scan(&fingerprint, &kept); err != nil {
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
	const old = `DELETE FROM idempotency_keys WHERE created_at < NOW(6) - INTERVAL ? SECOND ORDER BY created_at LIMIT ?`
	_ = k.store.With(ctx, func(conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, old, int64(idempotency.Keep.Seconds()), forgetKeysBatch)
		if err != nil {
			return err
		}
		if removed, err := result.RowsAffected(); err == nil && removed == forgetKeysBatch {
			k.forgetAt.Store(0) // there may be more
		}

		return nil
	})
}
