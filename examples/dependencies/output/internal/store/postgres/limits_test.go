package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestLimitIsWhatTheContextHas(t *testing.T) {
	s := nowhere(t)
	s.statementTimeout = time.Second
	long, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	short, cancelShort := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancelShort()
	if got := s.limit(long); got < 59*time.Minute {
		t.Errorf("limit = %s for a context that lasts an hour", got)
	}
	if got := s.limit(short); got != time.Second || s.begin(short).BeginQuery != "" {
		t.Errorf("limit = %s, begin = %q; the session has the usual one", got, s.begin(short).BeginQuery)
	}
}

type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func sleep(ctx context.Context, on executor) error {
	_, err := on.Exec(ctx, `SELECT pg_sleep(0.5)`)

	return err
}

// TestLongBudgets has a route that may take longer than others, and a connection that
// others get after it.
func TestLongBudgets(t *testing.T) {
	s := open(t)
	usual := 200 * time.Millisecond
	s = New(s.config, s.credentials, "test", usual)
	s.config.PoolSize = 1
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	ways := map[string]func(ctx context.Context) error{
		"a statement": func(ctx context.Context) error {
			return s.With(ctx, func(conn *pgx.Conn) error { return sleep(ctx, conn) })
		},
		"a transaction": func(ctx context.Context) error {
			return s.InTx(ctx, func(tx pgx.Tx) error { return sleep(ctx, tx) })
		},
	}
	for name, run := range ways {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := run(ctx); err != nil {
			t.Errorf("%s has ten seconds, and ended after %s: %v", name, usual, err)
		}
		cancel()
		var pgErr *pgconn.PgError
		if err := run(t.Context()); !errors.As(err, &pgErr) || pgErr.Code != queryCanceled {
			t.Errorf("%s without an end of its own: %v, want that it was cancelled", name, err)
		}
	}
}
