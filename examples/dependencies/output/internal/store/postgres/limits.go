package postgres

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// undoTimeout bounds taking a limit back.
const undoTimeout = time.Second

// limit is how long the server lets a statement run: as long as usual, or as long as
// the context lasts where that is more, for a route with a budget of its own.
func (s *Store) limit(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return s.statementTimeout
	}

	return max(s.statementTimeout, time.Until(end))
}

// begin starts a transaction, with the limits that otherwise come with the session.
func (s *Store) begin(ctx context.Context) pgx.TxOptions {
	limit := s.limit(ctx)
	if !s.pooled() && limit == s.statementTimeout {
		return pgx.TxOptions{}
	}

	return pgx.TxOptions{BeginQuery: "BEGIN; SET LOCAL statement_timeout = " + milliseconds(limit) +
		"; SET LOCAL idle_in_transaction_session_timeout = " + milliseconds(max(limit, idleInTransaction))}
}

// extend lets statements outside a transaction run as long as the context lasts, and
// returns what takes that back. Behind a pooler they have no limit of ours: a session
// is nobody's there.
func (s *Store) extend(ctx context.Context, conn *pgx.Conn) (undo func(), err error) {
	limit := s.limit(ctx)
	if s.pooled() || limit == s.statementTimeout {
		return func() {}, nil
	}
	if _, err := conn.Exec(ctx, "SET statement_timeout = "+milliseconds(limit)); err != nil {
		return nil, err
	}

	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
		defer cancel()
		if _, err := conn.Exec(ctx, "RESET statement_timeout"); err != nil {
			_ = conn.Close(ctx) // the next one must not have it
		}
	}, nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
