package mysql

import (
	"context"
	"database/sql"
	"errors"
	"testing"
	"time"
)

// TestLongBudgets has a route that may take longer than others, and one whose time
// ends: neither says that the server has moved.
func TestLongBudgets(t *testing.T) {
	s := open(t)
	s = New(s.config, s.credentials, 100*time.Millisecond)
	s.config.PoolSize = 1
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	sleep := func(ctx context.Context, seconds float64) error {
		return s.With(ctx, func(conn *sql.Conn) error {
			_, err := conn.ExecContext(ctx, "DO SLEEP(?)", seconds)

			return err
		})
	}
	long, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := sleep(long, 1.5); err != nil {
		t.Errorf("it has ten seconds: %v", err)
	}
	short, cancelShort := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancelShort()
	if err := sleep(short, 3); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want the end of the context", err)
	}
	if s.generation.Load() != 0 {
		t.Error("every connection is made anew, because one took too long")
	}
	// A connection that nobody limits is given up, and the long one's limit is gone.
	if err := sleep(t.Context(), 3); err == nil {
		t.Error("it may be silent for ever")
	}
}
