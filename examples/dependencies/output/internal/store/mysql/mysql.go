// Package mysql is what this service keeps in MySQL or MariaDB.
package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/store"
)

// Name is what logs, metrics and probes call this store.
const Name = "mysql"

const (
	// Behind a failover or a load balancer, connections have to come round to the
	// new place some day; and well before the server's wait_timeout closes them.
	maxConnLifetime = 30 * time.Minute

	// What a peak has opened is given back to the other pods.
	maxConnIdleTime = 5 * time.Minute

	// silenceSlack has a context end before the connection's own limit, which looks
	// like a server that was lost.
	silenceSlack = time.Second
)

// Store is a pool of connections. Nothing connects before the first use, so the
// process starts without the server, and finds it when it comes back.
type Store struct {
	config           config.MySQL
	credentials      config.Credentials
	statementTimeout time.Duration

	db *sql.DB

	// check is the readiness check's own connection: a pool with every connection
	// in use is load, and must not look like an outage.
	check *sql.DB
	// failed says that the last Check did.
	failed atomic.Bool

	generation atomic.Int64
	timeouts   atomic.Int64
	// there counts the pool's connections, without those that are being made.
	there atomic.Int64
}

// New returns a Store that has no pool before Start. Statements end with their
// context. A connection that is silent for longer than statementTimeout is given up:
// that is the longest that a context usually has.
func New(cfg config.MySQL, credentials config.Credentials, statementTimeout time.Duration) *Store {
	return &Store{config: cfg, credentials: credentials, statementTimeout: statementTimeout}
}

// Start makes the pool. It doesn't connect.
func (s *Store) Start(context.Context) error {
	var err error
	if s.db, err = s.open(s.config.PoolSize, s.statementTimeout+silenceSlack, &s.there); err != nil {
		return err
	}
	s.check, err = s.open(1, s.statementTimeout+silenceSlack, new(atomic.Int64))

	return err
}

// Stop closes the connections. Those in use end with their operation.
func (s *Store) Stop(context.Context) error { return errors.Join(s.db.Close(), s.check.Close()) }

// Check asks whether the server answers, and whether it can be written to.
func (s *Store) Check(ctx context.Context) error {
	err := s.writable(ctx)
	if err != nil {
		if errors.Is(err, store.ErrReadOnly) {
			s.discard()
		}
		s.failed.Store(true)

		return fmt.Errorf("mysql: %w", err)
	}
	if s.failed.Swap(false) {
		// The name may stand for another server by now: connections from before may
		// hang, or lead to one that is no longer the primary.
		s.discard()
	}

	return nil
}

// writable begins what would write. A proxy that divides reads from writes sends
// this to the server for writes; asked for its variables with a SELECT, it would
// tell those of a replica.
func (s *Store) writable(ctx context.Context) error {
	conn, err := s.check.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, `START TRANSACTION READ WRITE`)
	if err == nil {
		_, err = conn.ExecContext(ctx, `ROLLBACK`)
	}
	if myErr, ok := errors.AsType[*mysql.MySQLError](err); ok && readOnly(myErr.Number) {
		err = store.ErrReadOnly
	}

	return errors.Join(err, conn.Close())
}

// Stats tells the state of the pool.
func (s *Store) Stats() store.PoolStats {
	if s.db == nil {
		return store.PoolStats{Max: s.config.PoolSize}
	}
	stat := s.db.Stats()

	return store.PoolStats{
		Max:      stat.MaxOpenConnections,
		InUse:    stat.InUse,
		Idle:     stat.Idle,
		Waits:    stat.WaitCount,
		WaitTime: stat.WaitDuration,
		Timeouts: s.timeouts.Load(),
	}
}

func (s *Store) open(size int, silence time.Duration, there *atomic.Int64) (*sql.DB, error) {
	c := mysql.NewConfig()
	c.Net = "tcp"
	c.DialFunc = dial
	c.Addr = net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port))
	c.User = s.config.User
	c.DBName = s.config.Database
	c.Timeout = s.config.ConnectTimeout
	c.ReadTimeout = silence
	c.WriteTimeout = silence
	// The driver would print broken connections to stderr, as plain text. What they
	// cost is in the error of the operation, and in the readiness check.
	c.Logger = &mysql.NopLogger{}
	// Times are UTC in the program and in the session, whatever the server's zone.
	c.ParseTime = true
	c.Loc = time.UTC
	c.Params = map[string]string{
		"time_zone": "'+00:00'",
		// The default is a year. A change of the schema that waits for a lock makes
		// everybody else wait behind it, and fails sooner, to be tried again.
		"lock_wait_timeout": "5",
		// A server may have been told to cut what doesn't fit. Here that is an error.
		"sql_mode": "'TRADITIONAL,ONLY_FULL_GROUP_BY'",
	}
	// Of a change the rows that matched count, not those that differ afterwards.
	c.ClientFoundRows = true
	if err := c.Apply(mysql.BeforeConnect(s.authenticate)); err != nil {
		return nil, fmt.Errorf("mysql: %w", err)
	}
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return nil, fmt.Errorf("mysql: %w", err)
	}
	db := sql.OpenDB(pool{Connector: connector, generation: &s.generation, there: there})
	db.SetMaxOpenConns(size)
	// The default of 2 would close and open connections all the time under load.
	db.SetMaxIdleConns(size)
	db.SetConnMaxLifetime(maxConnLifetime)
	db.SetConnMaxIdleTime(maxConnIdleTime)

	return db, nil
}

// authenticate reads password and authority as they are now: a rotated Secret
// counts from the next connection on.
func (s *Store) authenticate(_ context.Context, c *mysql.Config) error {
	password, err := s.credentials.Read(config.MySQLPassword)
	if err != nil {
		return err
	}
	c.Passwd = password.Reveal()
	c.TLS, err = s.credentials.TLSConfig(s.config.TLS, s.config.Host, config.MySQLCA)

	return err
}

// InTx runs f in a transaction, and again if it lost against another
// one, which the server asks for by these codes.
func (s *Store) InTx(ctx context.Context, f func(*sql.Tx) error) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		err := s.oneTransaction(ctx, f)
		if attempt == attempts || !lostRace(err) {
			return err
		}
	}
}

func (s *Store) oneTransaction(ctx context.Context, f func(*sql.Tx) error) error {
	return s.With(ctx, func(conn *sql.Conn) error { return transact(ctx, conn, f) })
}

func transact(ctx context.Context, conn *sql.Conn, f func(*sql.Tx) error) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err = f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}

	return tx.Commit()
}

func lostRace(err error) bool {
	var myErr *mysql.MySQLError

	return errors.As(err, &myErr) && (myErr.Number == erLockDeadlock || myErr.Number == erLockWaitTimeout)
}
