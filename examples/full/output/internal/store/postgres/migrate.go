package postgres

import (
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"git.example.com/trade/market/migrations"
)

// Migrator returns what moves the schema between versions, and a function that
// closes its connections. A lock in the database lets one process at a time.
func (s *Store) Migrator() (*goose.Provider, func() error, error) {
	c, err := pgx.ParseConfig(s.address())
	if err != nil {
		return nil, nil, fmt.Errorf("postgres: %w", err)
	}
	s.adapt(c)
	// A new index on a large table takes longer than any request may.
	c.RuntimeParams["statement_timeout"] = "0"
	// But a change that waits for a lock makes everybody else wait behind it.
	c.RuntimeParams["lock_timeout"] = milliseconds(migrationLockTimeout)
	if err := s.authenticate(c); err != nil {
		return nil, nil, err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, fmt.Errorf("postgres: %w", err)
	}
	db := stdlib.OpenDB(*c)
	// One for the lock, one for the work.
	db.SetMaxOpenConns(2)
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Postgres(), goose.WithSessionLocker(locker))
	if err != nil {
		_ = db.Close() // nothing was done with it

		return nil, nil, fmt.Errorf("postgres: %w", err)
	}

	return provider, db.Close, nil
}
