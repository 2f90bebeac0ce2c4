package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"git.example.com/trade/market/internal/config"
)

// nowhere is a Store whose server doesn't exist.
func nowhere(t *testing.T) *Store {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.PostgresPassword), []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.Postgres{
		Host: "127.0.0.1", Port: 1, Database: "db", User: "me",
		TLS: config.TLSDisable, PoolSize: 3, ConnectTimeout: time.Second, AcquireTimeout: time.Second,
	}

	return New(cfg, config.Credentials(dir), "test", time.Second)
}

func TestStartsWithoutServer(t *testing.T) {
	s := nowhere(t)
	if got := s.Stats(); got.Max != 3 {
		t.Errorf("stats before the start = %+v", got)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatalf("start needs the server: %v", err)
	}
	if err := s.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "postgres: ") {
		t.Errorf("check = %v, want an error that names postgres", err)
	}
	if err := s.InTx(t.Context(), func(pgx.Tx) error { return nil }); err == nil {
		t.Error("a transaction works without a server")
	}
	if got := s.Stats(); got.Max != 3 || got.InUse != 0 {
		t.Errorf("stats = %+v", got)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestMissingPasswordIsNamed(t *testing.T) {
	s := nowhere(t)
	s.credentials = config.Credentials(t.TempDir())
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), config.PostgresPassword) {
		t.Errorf("check = %v, want one that names %s", err, config.PostgresPassword)
	}
}

func TestAddressHasNoPassword(t *testing.T) {
	s := nowhere(t)
	s.config.Host = "fd00::1"
	if got, want := s.address(), "postgres://me@[fd00::1]:1/db?sslmode=disable"; got != want {
		t.Errorf("address = %s, want %s", got, want)
	}
}

// PgBouncer, as it comes, takes no other parameters, and keeps no statements
// before 1.24.
func TestPoolerGetsNoSession(t *testing.T) {
	s := nowhere(t)
	for pooler, want := range map[string]int{config.PoolerNone: 3, config.PoolerTransaction: 1} {
		s.config.Pooler = pooler
		c, err := pgx.ParseConfig(s.address())
		if err != nil {
			t.Fatal(err)
		}
		s.adapt(c)
		if len(c.RuntimeParams) != want || c.RuntimeParams["application_name"] == "" {
			t.Errorf("%s: %v", pooler, c.RuntimeParams)
		}
		prepares := c.DefaultQueryExecMode == pgx.QueryExecModeCacheStatement
		limits := strings.Contains(s.begin(t.Context()).BeginQuery, "SET LOCAL statement_timeout = 1000;")
		if alone := pooler == config.PoolerNone; prepares != alone || limits == alone {
			t.Errorf("%s: prepares statements: %t, limits its transactions: %t", pooler, prepares, limits)
		}
	}
}

// A probe may come while the program ends, and finds nothing to connect again.
func TestStopAndCheckAtOnce(t *testing.T) {
	s := nowhere(t)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = s.Check(t.Context()) })
	}
	wg.Go(func() {
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if err := s.Check(t.Context()); !errors.Is(err, errStopped) {
		t.Errorf("check after the end = %v", err)
	}
}

func TestMoved(t *testing.T) {
	for code, want := range map[string]bool{"25006": true, "57P01": true, "57P03": true, "57014": false, "23505": false, "40001": false} {
		if got := moved(fmt.Errorf("write: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("moved(%s) = %t", code, got)
		}
	}
	if !moved(io.ErrUnexpectedEOF) || !moved(pgconn.ErrConnClosed) || moved(context.DeadlineExceeded) || moved(nil) {
		t.Error("a connection that is lost says so, and one that is slow doesn't")
	}
}

func TestLostRace(t *testing.T) {
	for code, want := range map[string]bool{"40001": true, "40P01": true, "23505": false} {
		if got := lostRace(fmt.Errorf("commit: %w", &pgconn.PgError{Code: code})); got != want {
			t.Errorf("lostRace(%s) = %t", code, got)
		}
	}
	if lostRace(context.Canceled) || lostRace(nil) {
		t.Error("only the server says that a race was lost")
	}
}

// open returns a Store of the server that the environment names, with its schema.
func open(t *testing.T) *Store {
	t.Helper()
	if os.Getenv("TEST_DEPENDENCIES") == "" {
		t.Skip("needs PostgreSQL: make deps, then make test-integration")
	}
	c, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	s := New(c.Postgres, config.Credentials(os.Getenv("CREDENTIALS_DIR")), "test", c.LongestBudget())
	provider, closeAll, err := s.Migrator()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err = closeAll(); err != nil {
		t.Fatal(err)
	}
	if err = s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})

	return s
}
