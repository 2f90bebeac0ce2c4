package postgres

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestSlowStatementMovesNothing has a transaction whose time ends. The library closes
// its connection, and the rollback on that says that it is closed: the others are as
// good as before.
func TestSlowStatementMovesNothing(t *testing.T) {
	s := open(t)
	pid := func(conn *pgx.Conn) uint32 { return conn.PgConn().PID() }
	var pids []uint32
	err := s.With(t.Context(), func(one *pgx.Conn) error {
		return s.With(t.Context(), func(other *pgx.Conn) error {
			pids = append(pids, pid(one), pid(other))

			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	err = s.InTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_sleep(5)`)

		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the end of the context", err)
	}
	err = s.With(t.Context(), func(conn *pgx.Conn) error {
		if !slices.Contains(pids, pid(conn)) {
			t.Error("every connection is made anew, because one statement took too long")
		}

		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
