// Package inpostgres keeps greetings in PostgreSQL.
package inpostgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/greeting"
	"git.example.com/trade/market/internal/greeting/greeted"
	"git.example.com/trade/market/internal/idempotency"
	"git.example.com/trade/market/internal/store"
	"git.example.com/trade/market/internal/store/postgres"
)

// Greetings implements greeting.Repository.
type Greetings struct {
	store   *postgres.Store
	keys    *postgres.Keys
	observe store.Observe
	kept    func()
}

// New returns the repository. observe hears of every operation, and kept of every
// transaction that may have left a message in the outbox.
func New(s *postgres.Store, observe store.Observe, kept func()) *Greetings {
	return &Greetings{store: s, keys: postgres.NewKeys(s), observe: observe, kept: kept}
}

// InTx runs f in a transaction.
func (g *Greetings) InTx(ctx context.Context, f func(ctx context.Context, tx greeting.Tx) error) (err error) {
	ctx, end := g.observe(ctx, postgres.Name, "transaction")
	// What f refuses by itself is no failure of the store.
	defer func() { end(store.Fault(err, postgres.OfDriver)) }()

	err = g.store.InTx(ctx, func(pgTx pgx.Tx) error { return f(ctx, &tx{Tx: pgTx, keys: g.keys}) })
	if err == nil {
		g.kept()
		g.keys.Forget(ctx)
	}

	return err
}

const columns = `id, name, message, version, created_at`

// Get returns one greeting, or store.ErrNotFound.
func (g *Greetings) Get(ctx context.Context, id string) (found greeting.Greeting, err error) {
	ctx, end := g.observe(ctx, postgres.Name, "get")
	defer func() { end(err) }()

	err = g.store.With(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `SELECT `+columns+` FROM greetings WHERE id = $1`, id)
		if err != nil {
			return err
		}
		found, err = pgx.CollectExactlyOneRow(rows, read)

		return err
	})
	// Of a text that can be in no row there is none.
	if errors.Is(err, pgx.ErrNoRows) || postgres.Invalid(err) {
		return greeting.Greeting{}, store.ErrNotFound
	}

	return found, err
}

// List returns up to limit greetings after an id. Unlike an offset this neither
// skips nor repeats rows while others are added, and is as quick on page 1000.
func (g *Greetings) List(ctx context.Context, after string, limit int) (page []greeting.Greeting, err error) {
	ctx, end := g.observe(ctx, postgres.Name, "list")
	defer func() { end(err) }()

	const query = `SELECT ` + columns + ` FROM greetings WHERE id > $1 ORDER BY id LIMIT $2`
	err = g.store.With(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, after, limit)
		if err != nil {
			return err
		}
		page, err = pgx.CollectRows(rows, read)

		return err
	})
	if postgres.Invalid(err) {
		return nil, fmt.Errorf("%w: %w", store.ErrInvalid, err)
	}

	return page, err
}

func read(row pgx.CollectableRow) (greeting.Greeting, error) {
	var g greeting.Greeting
	err := row.Scan(&g.ID, &g.Name, &g.Message, &g.Version, &g.CreatedAt)
	g.CreatedAt = g.CreatedAt.UTC()

	return g, err
}

// tx implements greeting.Tx.
type tx struct {
	pgx.Tx

	keys *postgres.Keys
}

func (t *tx) Remember(ctx context.Context, key idempotency.Key, answer []byte) (kept []byte, fresh bool, err error) {
	return t.keys.Remember(ctx, t.Tx, key, answer)
}

func (t *tx) Insert(ctx context.Context, g greeting.Greeting) error {
	const insert = `INSERT INTO greetings (` + columns + `) VALUES ($1, $2, $3, $4, $5)`
	_, err := t.Exec(ctx, insert, g.ID, g.Name, g.Message, g.Version, g.CreatedAt)

	return err
}

func (t *tx) Update(ctx context.Context, g greeting.Greeting, version int64) error {
	const update = `UPDATE greetings SET name = $2, message = $3, version = $4 WHERE id = $1 AND version = $5`
	tag, err := t.Exec(ctx, update, g.ID, g.Name, g.Message, g.Version, version)
	if err != nil || tag.RowsAffected() == 1 {
		return err
	}
	var exists bool
	if err := t.QueryRow(ctx, `SELECT EXISTS (SELECT FROM greetings WHERE id = $1)`, g.ID).Scan(&exists); err != nil {
		return err
	}
	if !exists {
		return store.ErrNotFound
	}

	return store.ErrConflict
}

func (t *tx) Announce(ctx context.Context, g greeting.Greeting) error {
	m, err := greeted.Message(ctx, g)
	if err != nil {
		return err
	}

	return postgres.Enqueue(ctx, t.Tx, m)
}
