package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"example.com/shop/checkout/internal/config"
)

// nowhere is a Store whose server doesn't exist.
func nowhere(t *testing.T) *Store {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.MySQLPassword), []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := config.MySQL{
		Host: "127.0.0.1", Port: 1, Database: "db", User: "me",
		TLS: config.TLSDisable, PoolSize: 3, ConnectTimeout: time.Second, AcquireTimeout: time.Second,
	}

	return New(cfg, config.Credentials(dir), time.Second)
}

func TestStartsWithoutServer(t *testing.T) {
	s := nowhere(t)
	if got := s.Stats(); got.Max != 3 {
		t.Errorf("stats before the start = %+v", got)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatalf("start needs the server: %v", err)
	}
	if err := s.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "mysql: ") {
		t.Errorf("check = %v, want an error that names mysql", err)
	}
	if err := s.InTx(t.Context(), func(*sql.Tx) error { return nil }); err == nil {
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
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context()); err == nil || !strings.Contains(err.Error(), config.MySQLPassword) {
		t.Errorf("check = %v, want one that names %s", err, config.MySQLPassword)
	}
}

func TestLostRace(t *testing.T) {
	for code, want := range map[uint16]bool{erLockDeadlock: true, erLockWaitTimeout: true, 1062: false} {
		if got := lostRace(fmt.Errorf("commit: %w", &mysql.MySQLError{Number: code})); got != want {
			t.Errorf("lostRace(%d) = %t", code, got)
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
		t.Skip("needs MySQL: make deps, then make test-integration")
	}
	c, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	s := New(c.MySQL, config.Credentials(os.Getenv("CREDENTIALS_DIR")), c.LongestBudget())
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
