package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync/atomic"

	"example.com/shop/checkout/internal/store"
)

// pool makes connections, each of a generation. What is of an older one than the
// newest isn't used again.
type pool struct {
	driver.Connector
	generation *atomic.Int64
	there      *atomic.Int64
}

// Connect implements driver.Connector.
func (p pool) Connect(ctx context.Context) (driver.Conn, error) {
	// Before: what is made while a server changes its part may be the old one's.
	generation := p.generation.Load()
	until := new(atomic.Int64)
	conn, err := p.Connector.Connect(context.WithValue(ctx, untilKey{}, until))
	if err != nil {
		return nil, err
	}
	whole, ok := conn.(driverConn)
	if !ok {
		return nil, errors.Join(errDriver, conn.Close())
	}

	p.there.Add(1)

	return pooled{driverConn: whole, made: generation, newest: p.generation, there: p.there, until: until}, nil
}

var errDriver = errors.New("the driver's connections can do less than they could")

// driverConn is all that database/sql asks a connection for.
type driverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type pooled struct {
	driverConn
	made   int64
	newest *atomic.Int64
	there  *atomic.Int64
	until  *atomic.Int64
}

// Close implements driver.Conn.
func (c pooled) Close() error {
	c.there.Add(-1)

	return c.driverConn.Close()
}

// ResetSession comes before each use, and IsValid after it.
func (c pooled) ResetSession(ctx context.Context) error {
	if c.made != c.newest.Load() {
		return driver.ErrBadConn // it is closed, and another one taken
	}

	return c.driverConn.ResetSession(ctx)
}

func (c pooled) IsValid() bool { return c.made == c.newest.Load() && c.driverConn.IsValid() }

// discard has every connection made anew before its next use: one request fails
// when a server changes its part, and not one for each connection of the pool.
func (s *Store) discard() { s.generation.Add(1) }

// full tells whether every connection is in use. One that is being made is not, and
// database/sql would count it all the same.
func (s *Store) full() bool { return int(s.there.Load())-s.db.Stats().Idle >= s.config.PoolSize }

// With runs f with a connection. Rows have to be read before f ends.
func (s *Store) With(ctx context.Context, f func(conn *sql.Conn) error) error {
	conn, err := store.Acquire(ctx, s.config.AcquireTimeout, s.full, s.db.Conn)
	if errors.Is(err, store.ErrNoConnection) {
		s.timeouts.Add(1)
	}
	if err != nil {
		return s.noticed(err)
	}

	return s.use(ctx, conn, f)
}

func (s *Store) use(ctx context.Context, conn *sql.Conn, f func(conn *sql.Conn) error) error {
	defer s.extend(ctx, conn)()
	err := s.noticed(f(conn))
	_ = conn.Close() // back to the pool; what it says has been said before

	return err
}

// noticed looks for the error that says that the server is no longer what it was.
func (s *Store) noticed(err error) error {
	if moved(err) {
		s.discard()
	}

	return err
}
