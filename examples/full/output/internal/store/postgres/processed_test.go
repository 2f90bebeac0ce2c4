package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"git.example.com/trade/market/internal/consumer/consumertest"
	"git.example.com/trade/market/internal/messaging"
)

func TestProcessedWithoutServer(t *testing.T) {
	s := nowhere(t)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ran, err := NewProcessed(s).Once(t.Context(), "test", "id", func(context.Context) error { return nil }); ran || !Unavailable(err) {
		t.Errorf("ran = %t, err = %v; want no effect, and the server's failure", ran, err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestProcessed(t *testing.T) {
	s := open(t)
	if _, err := s.pool.Exec(t.Context(), `CREATE TABLE IF NOT EXISTS test_notes (name text PRIMARY KEY, count bigint NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	// Two replicas.
	a, b := NewProcessed(s), NewProcessed(s)
	id := messaging.NewMessage("test", nil).ID
	note := func(ctx context.Context) error {
		tx, ok := Tx(ctx)
		if !ok {
			return errors.New("no transaction")
		}
		_, err := tx.Exec(ctx, `INSERT INTO test_notes (name, count) VALUES ($1, 1)
			ON CONFLICT (name) DO UPDATE SET count = test_notes.count + 1`, id)

		return err
	}

	failure := errors.New("after the write")
	ran, err := a.Once(t.Context(), "test", id, func(ctx context.Context) error { return errors.Join(note(ctx), failure) })
	if !ran || !errors.Is(err, failure) {
		t.Errorf("ran = %t, err = %v", ran, err)
	}
	// Both at once: the second waits, and knows then.
	began, done := make(chan struct{}), make(chan bool)
	go func() {
		<-began
		ran, err := b.Once(context.WithoutCancel(t.Context()), "test", id, note)
		done <- ran || err != nil
	}()
	ran, err = a.Once(t.Context(), "test", id, func(ctx context.Context) error {
		close(began)
		time.Sleep(100 * time.Millisecond)

		return note(ctx)
	})
	if !ran || err != nil {
		t.Errorf("after a failure: ran = %t, err = %v", ran, err)
	}
	if <-done {
		t.Error("the same message had its effect in two replicas")
	}
	var count int
	err = s.pool.QueryRow(t.Context(), `SELECT count FROM test_notes WHERE name = $1`, id).Scan(&count)
	if err != nil || count != 1 {
		t.Errorf("written %d times, %v; want once, and not what was rolled back", count, err)
	}
}

func TestMessages(t *testing.T) {
	s := open(t)
	for _, statement := range []string{
		`DROP TABLE IF EXISTS test_deferred, test_effects`,
		`CREATE TABLE test_effects (key text PRIMARY KEY, count int NOT NULL)`,
		`CREATE TABLE test_deferred (key text REFERENCES test_effects DEFERRABLE INITIALLY DEFERRED)`,
	} {
		if _, err := s.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	exec := func(ctx context.Context, statement string, args ...any) error {
		tx, ok := Tx(ctx)
		if !ok {
			return errors.New("no transaction")
		}
		_, err := tx.Exec(ctx, statement, args...)

		return err
	}
	told := func(statement string, args ...any) consumertest.Failure {
		return func(ctx context.Context) error { return exec(ctx, statement, args...) }
	}
	untold := func(statement string, args ...any) consumertest.Failure {
		return func(ctx context.Context) error {
			_ = exec(ctx, statement, args...)

			return nil
		}
	}
	p := consumertest.Property{
		Processed:   NewProcessed(s),
		Unavailable: Unavailable,
		Lost:        Lost,
		Effect: func(ctx context.Context, key string) error {
			return exec(ctx, `INSERT INTO test_effects VALUES ($1, 1)
				ON CONFLICT (key) DO UPDATE SET count = test_effects.count + 1`, key)
		},
		Count: func(ctx context.Context, key string) (count int, err error) {
			err = s.pool.QueryRow(ctx, `SELECT coalesce(sum(count), 0) FROM test_effects WHERE key = $1`, key).Scan(&count)

			return count, err
		},
		Before: consumertest.Failures(),
		After:  consumertest.Failures(),
	}
	for name, failure := range map[string]consumertest.Failure{
		"a value that is refused":               told(`SELECT $1::text`, "\x00"),
		"a value that is refused, untold":       untold(`SELECT $1::text`, "\x00"),
		"a division by zero, untold":            untold(`SELECT 1 / 0`),
		"a foreign key at the commit":           told(`INSERT INTO test_deferred VALUES ('nobody')`),
		"a connection that is cut":              told(`SELECT pg_terminate_backend(pg_backend_pid())`),
		"a connection that is cut, untold":      untold(`SELECT pg_terminate_backend(pg_backend_pid())`),
		"a statement that takes too long":       told(`SET LOCAL statement_timeout = 10; SELECT pg_sleep(1)`),
		"a transaction that somebody has ended": untold(`ROLLBACK`),
	} {
		p.Before[name], p.After[name] = failure, failure
	}
	// What comes after it is in no transaction, and so in nobody's hands.
	delete(p.Before, "a transaction that somebody has ended")
	p.Test(t)
}

func TestUnavailable(t *testing.T) {
	for code, want := range map[string]bool{
		"08006": true, "25006": true, "28P01": true, "40001": true, "40P01": true, "53300": true, "55P03": true, "57P01": true, "58030": true,
		"22001": false, "22021": false, "23503": false, "23505": false, "25P02": false, "42P01": false, "54000": false, "57014": false, "": false,
	} {
		if got := Unavailable(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("Unavailable(%s) = %t", code, got)
		}
	}
	for code, want := range map[string]bool{"57P01": true, "57P02": true, "57P03": false, "53100": false, "25006": false} {
		if got := Lost(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("Lost(%s) = %t", code, got)
		}
	}
	if !Lost(io.ErrUnexpectedEOF) || !Lost(pgconn.ErrConnClosed) || Lost(&pgconn.ConnectError{}) || Lost(nil) {
		t.Error("a connection that broke off, and one that was never there")
	}
	for _, err := range []error{nil, context.DeadlineExceeded, errNotWhole, pgx.ErrTxCommitRollback, pgx.ErrNoRows} {
		if Unavailable(err) {
			t.Errorf("Unavailable(%v)", err)
		}
	}
}
