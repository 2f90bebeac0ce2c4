package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"git.example.com/trade/market/migrations"
)

// Behind a pooler the lock is a row. The next one waits for a process that was
// killed as long as its lease lasts.
const (
	lockTable = "migration_lock"
	lockLease = 30 * time.Second
	lockBeat  = 5 * time.Second
	lockPoll  = time.Second
	lockPolls = 300
)

// Migrator returns what moves the schema between versions, and a function that
// closes its connections. A lock in the database lets one process at a time.
func (s *Store) Migrator() (*goose.Provider, func() error, error) {
	c, err := pgx.ParseConfig(s.address())
	if err != nil {
		return nil, nil, fmt.Errorf("postgres: %w", err)
	}
	s.adapt(c)
	if err := s.authenticate(c); err != nil {
		return nil, nil, err
	}
	var db *sql.DB
	var locking goose.ProviderOption
	if s.pooled() {
		db, locking, err = s.openPooled(c)
	} else {
		db, locking, err = s.openDirect(c)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("postgres: %w", err)
	}
	// One for the lock, one for the work.
	db.SetMaxOpenConns(2)
	// What is chosen later, a broker for one, brings lower numbers than yours.
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Postgres(), locking, goose.WithAllowOutofOrder(true))
	if err != nil {
		_ = db.Close() // nothing was done with it

		return nil, nil, fmt.Errorf("postgres: %w", err)
	}

	return provider, db.Close, nil
}

func (s *Store) openDirect(c *pgx.ConnConfig) (*sql.DB, goose.ProviderOption, error) {
	// A new index on a large table takes longer than any request may.
	c.RuntimeParams["statement_timeout"] = "0"
	// But a change that waits for a lock makes everybody else wait behind it.
	c.RuntimeParams["lock_timeout"] = milliseconds(migrationLockTimeout)
	locker, err := lock.NewPostgresSessionLocker()

	return stdlib.OpenDB(*c), goose.WithSessionLocker(locker), err
}

// openPooled locks by a row: a lock of the session's is another's by the next
// transaction, as is every setting.
func (s *Store) openPooled(c *pgx.ConnConfig) (*sql.DB, goose.ProviderOption, error) {
	locker, err := lock.NewPostgresTableLocker(lock.WithTableName(lockTable), lock.WithTableLeaseDuration(lockLease),
		lock.WithTableHeartbeatInterval(lockBeat), lock.WithTableLockTimeout(lockPoll, lockPolls))

	return sql.OpenDB(limiting{stdlib.GetConnector(*c)}), goose.WithLocker(locker), err
}

// limiting sets in each transaction what a session would have.
type limiting struct{ driver.Connector }

// Connect implements driver.Connector.
func (l limiting) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := l.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errors.New("a connection of another driver"), conn.Close())
	}

	return limited{whole}, nil
}

type limited struct{ *stdlib.Conn }

// BeginTx implements driver.ConnBeginTx.
func (l limited) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	tx, err := l.Conn.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	set := "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = " + milliseconds(migrationLockTimeout)
	if _, err := l.ExecContext(ctx, set, nil); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}

	return tx, nil
}
