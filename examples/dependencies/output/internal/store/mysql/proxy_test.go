package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"example.com/shop/checkout/internal/store"
)

// proxy divides reads from writes, as ProxySQL does by its usual rules: what
// begins with SELECT goes to a replica, all else to the server for writes.
type proxy struct {
	refuses uint16 // what the server for writes answers, or 0
}

func (p *proxy) Connect(context.Context) (driver.Conn, error) { return proxyConn{proxy: p}, nil }
func (p *proxy) Driver() driver.Driver                        { return nil }

type proxyConn struct {
	driver.Conn
	proxy *proxy
}

func (c proxyConn) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	switch {
	case strings.HasPrefix(query, "SELECT"):
		return nil, errors.New("a replica was asked")
	case c.proxy.refuses != 0:
		return nil, &mysql.MySQLError{Number: c.proxy.refuses}
	}

	return driver.ResultNoRows, nil
}

func (c proxyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	_, err := c.ExecContext(ctx, query, args)

	return nil, err
}

func (c proxyConn) Close() error { return nil }

func TestCheckThroughAProxyThatDividesReadsFromWrites(t *testing.T) {
	behind := &proxy{}
	s := nowhere(t)
	s.db, s.check = sql.OpenDB(behind), sql.OpenDB(behind)
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("check = %v, want none: the server for writes takes them", err)
	}
	for _, code := range []uint16{erOptionPreventsStmt, erReadOnlyMode} {
		before := s.generation.Load()
		behind.refuses = code
		if err := s.Check(t.Context()); !errors.Is(err, store.ErrReadOnly) || s.generation.Load() == before {
			t.Errorf("%d: check = %v, want one that says so, and no connection kept", code, err)
		}
	}
	behind.refuses = proxyConnectTimeout
	if err := s.Check(t.Context()); err == nil || errors.Is(err, store.ErrReadOnly) {
		t.Errorf("check = %v of a server that the proxy doesn't reach", err)
	}
	behind.refuses = 0
	if err := s.Check(t.Context()); err != nil {
		t.Errorf("check = %v, want none: it is back", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// What a proxy says of its server is nobody's fault who has asked.
func TestWordsOfProxies(t *testing.T) {
	for _, code := range []uint16{1999, 2003, 2006, 2013, 3032, 9001, 9002, 9004} {
		if !Unavailable(&mysql.MySQLError{Number: code}) {
			t.Errorf("%d isn't taken for a server that is away", code)
		}
	}
	// 9003: a statement that the proxy doesn't know, 9006: one that belongs elsewhere.
	for _, code := range []uint16{1062, 1064, 9003, 9006} {
		if Unavailable(&mysql.MySQLError{Number: code}) {
			t.Errorf("%d is taken for a server that is away", code)
		}
	}
}
