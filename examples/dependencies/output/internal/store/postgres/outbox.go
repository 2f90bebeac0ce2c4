package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/shop/checkout/internal/messaging"
	"example.com/shop/checkout/internal/outbox"
)

// Enqueue leaves a message in the outbox for every broker, if the transaction is
// kept.
func Enqueue(ctx context.Context, tx pgx.Tx, m messaging.Message) error {
	content, err := outbox.Encode(m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO outbox (destination, message) SELECT unnest($1::text[]), $2`,
		outbox.Destinations(), content)

	return err
}

// Outbox implements outbox.Store.
type Outbox struct {
	store       *Store
	destination string
}

// NewOutbox returns what the table outbox has for one of outbox.Destinations.
func NewOutbox(s *Store, destination string) *Outbox {
	return &Outbox{store: s, destination: destination}
}

// Lead is one statement, and so needs no connection for longer: it works behind a
// pooler, and holds nothing while messages are published.
func (o *Outbox) Lead(ctx context.Context, holder string, lease time.Duration) (bool, error) {
	const lead = `
		INSERT INTO outbox_leader (destination, holder, until) VALUES ($1, $2, now() + make_interval(secs => $3))
		ON CONFLICT (destination) DO UPDATE SET holder = excluded.holder, until = excluded.until
		WHERE outbox_leader.holder = excluded.holder OR outbox_leader.until < now()`
	leads := false
	err := o.store.With(ctx, func(conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, lead, o.destination, holder, lease.Seconds())
		leads = err == nil && tag.RowsAffected() == 1

		return err
	})

	return leads, err
}

// Release ends the holder's lease.
func (o *Outbox) Release(ctx context.Context, holder string) error {
	const release = `UPDATE outbox_leader SET until = '-infinity' WHERE destination = $1 AND holder = $2`

	return o.exec(ctx, release, o.destination, holder)
}

// Oldest returns what waits, and whose time has come.
func (o *Outbox) Oldest(ctx context.Context, limit int) (entries []outbox.Entry, err error) {
	err = o.store.With(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `
			SELECT id, message, tries FROM outbox
			WHERE destination = $1 AND aside_at IS NULL AND due_at <= now() ORDER BY id LIMIT $2`, o.destination, limit)
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
	if err := row.Scan(&entry.ID, &content, &entry.Tries); err != nil {
		return outbox.Entry{}, err
	}
	// One that can't be read must not hide those behind it.
	entry.Message, entry.Unreadable = outbox.Decode(content)

	return entry, nil
}

// Remove forgets an entry.
func (o *Outbox) Remove(ctx context.Context, id int64) error {
	return o.exec(ctx, `DELETE FROM outbox WHERE id = $1`, id)
}

// Fail counts a try.
func (o *Outbox) Fail(ctx context.Context, id int64, reason string, after time.Duration) error {
	const fail = `UPDATE outbox SET tries = tries + 1, reason = $2, due_at = now() + make_interval(secs => $3) WHERE id = $1`

	return o.exec(ctx, fail, id, reason, after.Seconds())
}

// SetAside keeps an entry for people.
func (o *Outbox) SetAside(ctx context.Context, id int64, reason string) error {
	return o.exec(ctx, `UPDATE outbox SET tries = tries + 1, reason = $2, aside_at = now() WHERE id = $1`, id, reason)
}

// Backlog counts no further than is of use.
func (o *Outbox) Backlog(ctx context.Context) (backlog outbox.Backlog, err error) {
	const count = `SELECT
		(SELECT count(*) FROM (SELECT FROM outbox WHERE destination = $1 AND aside_at IS NULL LIMIT $2) AS waiting),
		(SELECT count(*) FROM (SELECT FROM outbox WHERE destination = $1 AND aside_at IS NOT NULL LIMIT $2) AS aside),
		coalesce((SELECT extract(epoch FROM now() - created_at) FROM outbox
			WHERE destination = $1 AND aside_at IS NULL ORDER BY id LIMIT 1), 0)::float8`
	var seconds float64
	err = o.store.With(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, count, o.destination, outbox.MostCounted).Scan(&backlog.Waiting, &backlog.SetAside, &seconds)
	})
	backlog.Oldest = time.Duration(seconds * float64(time.Second))

	return backlog, err
}

func (o *Outbox) exec(ctx context.Context, statement string, args ...any) error {
	return o.store.With(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, statement, args...)

		return err
	})
}
