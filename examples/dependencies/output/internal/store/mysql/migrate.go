package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pressly/goose/v3"

	"example.com/shop/checkout/migrations"
)

// Migrator returns what moves the schema between versions, and a function that
// closes its connections. A lock in the database lets one process at a time.
func (s *Store) Migrator() (*goose.Provider, func() error, error) {
	// A connection for the lock, one for the work. A new index on a large table is
	// silent for longer than any request may be.
	db, err := s.open(2, 0, new(atomic.Int64))
	if err != nil {
		return nil, nil, err
	}
	// What is chosen later, a broker for one, brings lower numbers than yours.
	provider, err := goose.NewProvider(goose.DialectMySQL, db, migrations.MySQL(),
		goose.WithSessionLocker(namedLock{}), goose.WithAllowOutofOrder(true))
	if err != nil {
		_ = db.Close() // nothing was done with it

		return nil, nil, fmt.Errorf("mysql: %w", err)
	}

	return provider, db.Close, nil
}

const (
	lockName = "checkout-migrate"

	// Another pod of the Job may be at work: its turn ends before the Job's deadline.
	lockSeconds = 300
)

// namedLock is the server's own lock: it goes when its connection goes, and so
// never outlives a process that was killed.
type namedLock struct{}

// SessionLock waits for the lock.
func (namedLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, `SELECT GET_LOCK(?, ?)`, lockName, lockSeconds).Scan(&got); err != nil {
		return fmt.Errorf("lock %s: %w", lockName, err)
	}
	if got.Int64 != 1 {
		return errors.New("another process holds the lock " + lockName)
	}

	return nil
}

// SessionUnlock gives it back.
func (namedLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `DO RELEASE_LOCK(?)`, lockName)

	return err
}
