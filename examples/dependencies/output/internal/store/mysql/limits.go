package mysql

import (
	"context"
	"database/sql"
	"net"
	"sync/atomic"
	"time"
)

// untilKey is where dial finds until when a connection may be silent.
type untilKey struct{}

// patient is a connection that may be silent for longer than others, while it is
// used by something that has the time.
type patient struct {
	*net.TCPConn

	until *atomic.Int64 // Unix nanoseconds, and 0 without a limit of its own
}

// SetReadDeadline is called by the driver before it reads.
func (p patient) SetReadDeadline(deadline time.Time) error {
	if until := time.Unix(0, p.until.Load()); !deadline.IsZero() && until.After(deadline) {
		deadline = until
	}

	return p.TCPConn.SetReadDeadline(deadline)
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	plain, isTCP := conn.(*net.TCPConn)
	until, limited := ctx.Value(untilKey{}).(*atomic.Int64)
	if !isTCP || !limited {
		return conn, nil
	}

	return patient{TCPConn: plain, until: until}, nil
}

// extend lets a connection be silent as long as the context lasts, where that is
// more than usual: for a route with a budget of its own. What it returns takes that
// back.
func (s *Store) extend(ctx context.Context, conn *sql.Conn) (undo func()) {
	end, ok := ctx.Deadline()
	if !ok || time.Until(end) <= s.statementTimeout {
		return func() {}
	}
	set := func(until int64) {
		_ = conn.Raw(func(c any) error {
			if one, ok := c.(pooled); ok {
				one.until.Store(until)
			}

			return nil
		})
	}
	set(end.Add(silenceSlack).UnixNano())

	return func() { set(0) }
}
