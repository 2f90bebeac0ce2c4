package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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

	err = g.store.inTransaction(ctx, func(tx *sql.Tx) error {
		const upsert = `
			INSERT INTO greetings (name, count) VALUES (?, 1)
			ON DUPLICATE KEY UPDATE count = count + 1, version = version + 1`
		if _, err := tx.ExecContext(ctx, upsert, name); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		// The row is locked by now, so this is our own number.
		if err := tx.QueryRowContext(ctx, `SELECT count FROM greetings WHERE name = ?`, name).Scan(&count); err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO greeting_events (name) VALUES (?)`, name); err != nil {
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

	const query = `SELECT name, count, note, version FROM greetings WHERE name = ?`
	err = g.store.with(ctx, func(conn *sql.Conn) error {
		return conn.QueryRowContext(ctx, query, name).Scan(&found.Name, &found.Count, &found.Note, &found.Version)
	})
	if errors.Is(err, sql.ErrNoRows) {
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

	const query = `SELECT name, count, note, version FROM greetings WHERE name > ? ORDER BY name LIMIT ?`
	err = g.store.with(ctx, func(conn *sql.Conn) (err error) {
		rows, err := conn.QueryContext(ctx, query, after, limit)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, rows.Close()) }()
		for rows.Next() {
			var one Greeting
			if err := rows.Scan(&one.Name, &one.Count, &one.Note, &one.Version); err != nil {
				return err
			}
			page = append(page, one)
		}

		return rows.Err()
	})

	return page, err
}

// SetNote changes the note of a row that was read with this version. If somebody
// else was faster it is store.ErrConflict, and nothing has changed.
func (g *Greetings) SetNote(ctx context.Context, name, note string, version int64) (err error) {
	ctx, end := g.observe(ctx, Name, "set_note")
	defer func() { end(err) }()

	const update = `UPDATE greetings SET note = ?, version = version + 1 WHERE name = ? AND version = ?`

	return g.store.with(ctx, func(conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, update, note, name, version)
		if err != nil {
			return err
		}
		changed, err := result.RowsAffected()
		if err != nil || changed == 1 {
			return err
		}
		var exists bool
		if err := conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM greetings WHERE name = ?)`, name).Scan(&exists); err != nil {
			return err
		}
		if !exists {
			return store.ErrNotFound
		}

		return store.ErrConflict
	})
}
