// Package postgres is what this service keeps in PostgreSQL.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/store"
)

// Name is what logs, metrics and probes call this store.
const Name = "postgres"

const (
	// Behind a failover or a load balancer, connections have to come round to the
	// new place some day. The jitter keeps them from all doing so at once.
	maxConnLifetime       = 30 * time.Minute
	maxConnLifetimeJitter = 5 * time.Minute

	// What a peak has opened is given back to the other pods.
	maxConnIdleTime = 5 * time.Minute

	// What is still open then was forgotten, and holds locks that others wait for;
	// longer where a transaction has more time.
	idleInTransaction = time.Minute

	// A migration that can't get its lock fails and is tried again later.
	migrationLockTimeout = 5 * time.Second
)

var errStopped = errors.New("postgres: stopped")

// Store is a pool of connections. Nothing connects before the first use, so the
// process starts without the server, and finds it when it comes back.
type Store struct {
	config           config.Postgres
	credentials      config.Credentials
	application      string
	statementTimeout time.Duration

	pool     *pgxpool.Pool
	timeouts atomic.Int64

	// checking keeps Check and Stop apart.
	checking sync.Mutex
	// check is the readiness check's own connection: a pool with every connection
	// in use is load, and must not look like an outage.
	check *pgx.Conn
	// checkUntil is when it has to come round like the others.
	checkUntil time.Time
	// failed says that the last Check did.
	failed bool
	// stopped says that there is no other connection to be made.
	stopped bool
}

// New returns a Store that has no pool before Start. Statements end with their
// context, and the server ends those that it was not told of: after statementTimeout,
// which is the longest that a context usually has. application is what
// pg_stat_activity shows.
func New(cfg config.Postgres, credentials config.Credentials, application string, statementTimeout time.Duration) *Store {
	return &Store{config: cfg, credentials: credentials, application: application, statementTimeout: statementTimeout}
}

// Start makes the pool. It doesn't connect.
func (s *Store) Start(ctx context.Context) error {
	c, err := pgxpool.ParseConfig(s.address())
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}
	s.adapt(c.ConnConfig)
	c.ConnConfig.Tracer = watcher{s}
	c.BeforeConnect = func(_ context.Context, cc *pgx.ConnConfig) error { return s.authenticate(cc) }
	c.MaxConns = int32(s.config.PoolSize) //nolint:gosec // config bounds it to 1000
	c.MaxConnLifetime = maxConnLifetime
	c.MaxConnLifetimeJitter = maxConnLifetimeJitter
	c.MaxConnIdleTime = maxConnIdleTime

	s.pool, err = pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return fmt.Errorf("postgres: %w", err)
	}

	return nil
}

// Stop closes the connections, and waits for those in use as long as ctx lasts.
func (s *Store) Stop(ctx context.Context) error {
	s.checking.Lock()
	defer s.checking.Unlock()
	s.stopped = true
	if s.check != nil {
		_ = s.check.Close(ctx) // the process ends; the server notices either way
	}
	done := make(chan struct{})
	go func() {
		s.pool.Close()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("postgres: %d connections still in use: %w", s.pool.Stat().AcquiredConns(), ctx.Err())
	}
}

// Check asks whether the server answers, and whether it can be written to.
func (s *Store) Check(ctx context.Context) error {
	s.checking.Lock()
	defer s.checking.Unlock()
	if s.stopped {
		return errStopped
	}
	err := s.ask(ctx)
	if err != nil {
		if s.check != nil {
			_ = s.check.Close(ctx) // it is of no use any more, whatever Close says
		}
		s.failed = true

		return fmt.Errorf("postgres: %w", err)
	}
	if s.failed {
		// The name may stand for another server by now: connections from before may
		// hang, or lead to one that is no longer the primary.
		s.discard()
	}
	s.failed = false

	return nil
}

func (s *Store) ask(ctx context.Context) error {
	if s.check != nil && time.Now().After(s.checkUntil) {
		_ = s.check.Close(ctx) // the next one is what counts
	}
	if s.check == nil || s.check.IsClosed() {
		conn, err := s.connect(ctx)
		if err != nil {
			return err
		}
		s.check, s.checkUntil = conn, time.Now().Add(maxConnLifetime)
	}
	var readOnly string
	if err := s.check.QueryRow(ctx, `SHOW transaction_read_only`).Scan(&readOnly); err != nil {
		return err
	}
	if readOnly == "on" {
		s.discard()

		return store.ErrReadOnly
	}

	return nil
}

// discard has every connection of the pool made anew before its next use. Those
// in use end first.
func (s *Store) discard() {
	if s.pool != nil {
		s.pool.Reset()
	}
}

// watcher hears of every statement, and so of the first that says that the server
// is no longer what it was: one request fails for it, and not one for each
// connection of the pool.
type watcher struct{ store *Store }

// openKey says whether the connection was open before the statement. The rollback
// on one that a slow statement has closed says nothing of the server.
type openKey struct{}

// TraceQueryStart implements pgx.QueryTracer.
func (watcher) TraceQueryStart(ctx context.Context, conn *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return context.WithValue(ctx, openKey{}, !conn.IsClosed())
}

// TraceQueryEnd implements pgx.QueryTracer.
func (w watcher) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	open, _ := ctx.Value(openKey{}).(bool)
	if open && moved(data.Err) {
		w.store.discard()
	}
}

// acquire waits for a connection of the pool, which has to be released.
func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	conn, err := store.Acquire(ctx, s.config.AcquireTimeout, s.full, s.pool.Acquire)
	if errors.Is(err, store.ErrNoConnection) {
		s.timeouts.Add(1)
	}

	return conn, err
}

// full tells whether every connection is in use. One that is being made is not.
func (s *Store) full() bool {
	stat := s.pool.Stat()

	return stat.AcquiredConns() >= stat.MaxConns()
}

// With runs f with a connection. Rows have to be read before f ends.
func (s *Store) With(ctx context.Context, f func(conn *pgx.Conn) error) error {
	return s.with(ctx, func(conn *pgx.Conn) error {
		undo, err := s.extend(ctx, conn)
		if err != nil {
			return err
		}
		defer undo()

		return f(conn)
	})
}

func (s *Store) with(ctx context.Context, f func(conn *pgx.Conn) error) error {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()

	return f(conn.Conn())
}

// oneTransaction runs f in a transaction.
func (s *Store) oneTransaction(ctx context.Context, f func(tx pgx.Tx) error) error {
	return s.with(ctx, func(conn *pgx.Conn) error { return pgx.BeginTxFunc(ctx, conn, s.begin(ctx), f) })
}

// Stats tells the state of the pool.
func (s *Store) Stats() store.PoolStats {
	if s.pool == nil {
		return store.PoolStats{Max: s.config.PoolSize}
	}
	stat := s.pool.Stat()

	return store.PoolStats{
		Max:      int(stat.MaxConns()),
		InUse:    int(stat.AcquiredConns()),
		Idle:     int(stat.IdleConns()),
		Waits:    stat.EmptyAcquireCount(),
		WaitTime: stat.EmptyAcquireWaitTime(),
		Timeouts: s.timeouts.Load(),
	}
}

// connect makes one connection outside the pool.
func (s *Store) connect(ctx context.Context) (*pgx.Conn, error) {
	c, err := pgx.ParseConfig(s.address())
	if err != nil {
		return nil, err
	}
	s.adapt(c)
	if err := s.authenticate(c); err != nil {
		return nil, err
	}

	return pgx.ConnectConfig(ctx, c)
}

// address has no password and no TLS: authenticate adds both to every connection.
func (s *Store) address() string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(s.config.User),
		Host:     net.JoinHostPort(s.config.Host, strconv.Itoa(s.config.Port)),
		Path:     s.config.Database,
		RawQuery: "sslmode=disable",
	}

	return u.String()
}

func (s *Store) adapt(c *pgx.ConnConfig) {
	c.ConnectTimeout = s.config.ConnectTimeout
	c.RuntimeParams["application_name"] = s.application
	if s.pooled() {
		// A statement that was prepared is on a connection that somebody else has by
		// then, unless PgBouncer is 1.24 or later, or has been told to keep some. What
		// is remembered here is the types of its parameters alone.
		c.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe

		// And a pooler refuses what it can't keep apart for its clients: see begin.
		return
	}
	// The client gives up by its context; these keep the server from going on.
	c.RuntimeParams["statement_timeout"] = milliseconds(s.statementTimeout)
	c.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(max(s.statementTimeout, idleInTransaction))
}

// pooled tells whether connections are another's after each transaction.
func (s *Store) pooled() bool { return s.config.Pooler == config.PoolerTransaction }

// authenticate reads password and authority as they are now: a rotated Secret
// counts from the next connection on.
func (s *Store) authenticate(c *pgx.ConnConfig) error {
	password, err := s.credentials.Read(config.PostgresPassword)
	if err != nil {
		return err
	}
	c.Password = password.Reveal()
	c.TLSConfig, err = s.credentials.TLSConfig(s.config.TLS, s.config.Host, config.PostgresCA)

	return err
}

// InTx runs f in a transaction, and again if it lost against another
// one: the database asks for that by these two codes.
func (s *Store) InTx(ctx context.Context, f func(pgx.Tx) error) error {
	const attempts = 3
	for attempt := 1; ; attempt++ {
		err := s.oneTransaction(ctx, f)
		if attempt == attempts || !lostRace(err) {
			return err
		}
	}
}

// lostRace tells a serialization failure and a deadlock, which a second attempt
// may well survive.
func lostRace(err error) bool {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return false
	}

	return pgErr.Code == "40001" || pgErr.Code == "40P01"
}
