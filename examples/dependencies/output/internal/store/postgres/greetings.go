package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.com/shop/checkout/internal/store"
)

// Greeting is a row of the table greetings.
type Greeting struct {
	Name  string
	Count int64
	Note  string
	// Version goes up with every change; see SetNote.
	Version int64
}

// Greetings is an example of a repository: a transaction, a page of rows, and a
// change that doesn't overwrite somebody else's.
type Greetings struct {
	store   *Store
	observe store.Observe
}

// NewGreetings returns the repository. observe hears of every operation.
func NewGreetings(s *Store, observe store.Observe) *Greetings {
	return &Greetings{store: s, observe: observe}
}

// Greet counts a greeting and keeps when it happened, both or neither, and
// returns how many there were.
func (g *Greetings) Greet(ctx context.Context, name string) (count int64, err error) {
	ctx, end := g.observe(ctx, Name, "greet")
	defer func() { end(err) }()

	err = g.store.inTransaction(ctx, func(tx pgx.Tx) error {
		const upsert = `
			INSERT INTO greetings (name, count) VALUES ($1, 1)
			ON CONFLICT (name) DO UPDATE SET count = greetings.count + 1, version = greetings.version + 1
			RETURNING count`
		if err := tx.QueryRow(ctx, upsert, name).Scan(&count); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if _, err := tx.Exec(ctx, `INSERT INTO greeting_events (name) VALUES ($1)`, name); err != nil {
			return fmt.Errorf("event: %w", err)
		}

		return nil
	})

	return count, err
}

// Get returns one row, or store.ErrNotFound.
func (g *Greetings) Get(ctx context.Context, name string) (found Greeting, err error) {
	ctx, end := g.observe(ctx, Name, "get")
	defer func() { end(err) }()

	const query = `SELECT name, count, note, version FROM greetings WHERE name = $1`
	err = g.store.with(ctx, func(conn *pgx.Conn) error {
		return conn.QueryRow(ctx, query, name).Scan(&found.Name, &found.Count, &found.Note, &found.Version)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Greeting{}, store.ErrNotFound
	}

	return found, err
}

// List returns up to limit rows after a name, in the order of names. A page
// begins after the last name of the one before: unlike an offset this neither
// skips nor repeats rows while others are added, and is as quick on page 1000.
func (g *Greetings) List(ctx context.Context, after string, limit int) (page []Greeting, err error) {
	ctx, end := g.observe(ctx, Name, "list")
	defer func() { end(err) }()

	const query = `SELECT name, count, note, version FROM greetings WHERE name > $1 ORDER BY name LIMIT $2`
	err = g.store.with(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, query, after, limit)
		if err != nil {
			return err
		}
		page, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Greeting])

		return err
	})

	return page, err
}

// SetNote changes the note of a row that was read with this version. If somebody
// else was faster it is store.ErrConflict, and nothing has changed.
func (g *Greetings) SetNote(ctx context.Context, name, note string, version int64) (err error) {
	ctx, end := g.observe(ctx, Name, "set_note")
	defer func() { end(err) }()

	const update = `UPDATE greetings SET note = $2, version = version + 1 WHERE name = $1 AND version = $3`

	return g.store.with(ctx, func(conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, update, name, note, version)
		if err != nil || tag.RowsAffected() == 1 {
			return err
		}
		var exists bool
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM greetings WHERE name = $1)`, name).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return store.ErrNotFound
		}

		return store.ErrConflict
	})
}
