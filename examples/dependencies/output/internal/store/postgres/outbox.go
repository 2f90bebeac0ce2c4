package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/shop/checkout/internal/messaging"
	"example.com/shop/checkout/internal/outbox"
)

// Enqueue leaves a message in the outbox, if the transaction is kept.
func Enqueue(ctx context.Context, tx pgx.Tx, m messaging.Message) error {
	content, err := outbox.Encode(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO outbox (message) VALUES ($1)`, content)

	return err
}

// Outbox implements outbox.Store.
type Outbox struct {
	store *Store
}

// NewOutbox returns the table outbox.
func NewOutbox(s *Store) *Outbox { return &Outbox{store: s} }

// Lead is one statement, and so needs no connection for longer: it works behind a
// pooler, and holds nothing while messages are published.
func (o *Outbox) Lead(ctx context.Context, holder string, lease time.Duration) (bool, error) {
	const lead = `
		INSERT INTO outbox_leader (id, holder, until) VALUES (1, $1, now() + make_interval(secs => $2))
		ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE outbox_leader.holder = excluded.holder OR outbox_leader.until < now()`
	leads := false
	err := o.store.With(ctx, func(conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, lead, holder, lease.Seconds())
		leads = err == nil && tag.RowsAffected() == 1

		return err
	})

	return leads, err
}

// Oldest returns what waits.
func (o *Outbox) Oldest(ctx context.Context, limit int) (entries []outbox.Entry, err error) {
	err = o.store.With(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT id, message FROM outbox ORDER BY id LIMIT $1`, limit)
		if err != nil {
			return err
		}
		entries, err = pgx.CollectRows(rows, readEntry)

		return err
	})

	return entries, err
}

func readEntry(row pgx.CollectableRow) (outbox.Entry, error) {
	var entry outbox.Entry
	var content []byte
	if err := row.Scan(&entry.ID, &content); err != nil {
		return outbox.Entry{}, err
	}
	var err error
	entry.Message, err = outbox.Decode(content)

	return entry, err
}

// Remove forgets an entry.
func (o *Outbox) Remove(ctx context.Context, id int64) error {
	return o.store.With(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, `DELETE FROM outbox WHERE id = $1`, id)

		return err
	})
}
