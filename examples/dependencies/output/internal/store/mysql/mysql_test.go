package mysql

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/store"
)

func unobserved(ctx context.Context, _, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

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
	if _, err := NewGreetings(s, unobserved).Greet(t.Context(), "Ada"); err == nil {
		t.Error("greet works without a server")
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
	s := New(c.MySQL, config.Credentials(os.Getenv("CREDENTIALS_DIR")), c.HTTP.Timeout)
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

func TestGreetings(t *testing.T) {
	s := open(t)
	greetings := NewGreetings(s, unobserved)
	prefix := fmt.Sprintf("test-%d-", time.Now().UnixNano())
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}

	t.Run("none is lost when many greet at once", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := greetings.Greet(t.Context(), prefix+"Ada"); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		found, err := greetings.Get(t.Context(), prefix+"Ada")
		if err != nil || found.Count != 20 {
			t.Errorf("got %+v, %v, want 20 greetings", found, err)
		}
	})

	t.Run("a failed transaction leaves nothing", func(t *testing.T) {
		tooLong := strings.Repeat("x", 65)
		if _, err := greetings.Greet(t.Context(), tooLong); err == nil {
			t.Fatal("MySQL takes a text that is longer than its column")
		}
		if _, err := greetings.Get(t.Context(), tooLong); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v, want not found", err)
		}
	})

	t.Run("only one of two changes wins", func(t *testing.T) {
		read, err := greetings.Get(t.Context(), prefix+"Ada")
		if err != nil {
			t.Fatal(err)
		}
		if err = greetings.SetNote(t.Context(), read.Name, "first", read.Version); err != nil {
			t.Fatal(err)
		}
		if err = greetings.SetNote(t.Context(), read.Name, "second", read.Version); !errors.Is(err, store.ErrConflict) {
			t.Errorf("err = %v, want a conflict", err)
		}
		if err = greetings.SetNote(t.Context(), prefix+"nobody", "x", 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v, want not found", err)
		}
	})

	t.Run("pages neither skip nor repeat", func(t *testing.T) {
		for _, name := range []string{"c", "a", "b"} {
			if _, err := greetings.Greet(t.Context(), prefix+"p-"+name); err != nil {
				t.Fatal(err)
			}
		}
		var names []string
		for after := prefix + "p-"; ; {
			page, err := greetings.List(t.Context(), after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range page {
				if name, ours := strings.CutPrefix(one.Name, prefix+"p-"); ours {
					names = append(names, name)
				}
				after = one.Name
			}
			if len(page) < 2 {
				break
			}
		}
		if got := strings.Join(names, " "); got != "a b c" {
			t.Errorf("names = %q, want a b c", got)
		}
	})
}
