package redis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/store"
)

func nowhere(t *testing.T, credentials string, logger *slog.Logger) *Store {
	t.Helper()
	cfg := config.Redis{Host: "127.0.0.1", Port: 1, TLS: config.TLSDisable, PoolSize: 3, Timeout: time.Second}

	return New(cfg, config.Credentials(credentials), "test", logger)
}

func TestStartsWithoutServer(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.RedisPassword), []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := nowhere(t, dir, slog.New(slog.NewTextHandler(&log, nil)))
	if err := s.Check(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "redis: ") {
		t.Errorf("check = %v, want an error that names redis", err)
	}
	if err := s.Client().Set(t.Context(), s.Key("a"), "b", time.Minute).Err(); err == nil {
		t.Error("a command works without a server")
	}
	if got := s.Stats(); got.Max != 3 || got.InUse != 0 {
		t.Errorf("stats = %+v", got)
	}
	if log.Len() > 0 {
		t.Errorf("the client library talks: %s", &log)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// open returns a Store of the server that the environment names.
func open(t *testing.T) *Store {
	t.Helper()
	if os.Getenv("TEST_DEPENDENCIES") == "" {
		t.Skip("needs Redis: make deps, then make test-integration")
	}
	c, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	s := New(c.Redis, config.Credentials(os.Getenv("CREDENTIALS_DIR")), "test", slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})

	return s
}

func TestServer(t *testing.T) {
	s := open(t)
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if got := s.Key("a"); got != s.prefix+"a" {
		t.Errorf("key = %q", got)
	}
}

func TestWhoseFaultAnErrorIs(t *testing.T) {
	hangs := &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
	unreachable := &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}
	for _, tt := range []struct {
		err                               error
		unavailable, away, lost, ofDriver bool
	}{
		{hangs, false, true, true, true},
		{unreachable, true, true, false, true},
		{redis.ErrPoolTimeout, true, true, false, true},
		{store.ErrNoConnection, true, true, false, true},
		{store.ErrUnreachable, true, true, false, true},
		{store.ErrReadOnly, true, true, false, true},
		{io.ErrUnexpectedEOF, true, true, true, true},
		{redis.TxFailedErr, false, false, false, true},
		{redis.Nil, false, false, false, false},
		{context.DeadlineExceeded, false, false, false, false},
		{errors.New("the key was used for another request"), false, false, false, false},
		{nil, false, false, false, false},
	} {
		err := tt.err
		if err != nil {
			err = fmt.Errorf("write: %w", err)
		}
		if got := Unavailable(err); got != tt.unavailable {
			t.Errorf("Unavailable(%v) = %t", err, got)
		}
		if got := Away(err); got != tt.away {
			t.Errorf("Away(%v) = %t", err, got)
		}
		if got := Lost(err); got != tt.lost {
			t.Errorf("Lost(%v) = %t", err, got)
		}
		if got := OfDriver(err); got != tt.ofDriver {
			t.Errorf("OfDriver(%v) = %t", err, got)
		}
	}
}

// Who waits for others to connect is not told that there are too many of them.
func TestPoolTimeoutWithoutConnectionsIsTheServers(t *testing.T) {
	s := nowhere(t, t.TempDir(), slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	if err := s.Exhausted(redis.ErrPoolTimeout); !errors.Is(err, store.ErrUnreachable) || errors.Is(err, store.ErrNoConnection) {
		t.Errorf("err = %v", err)
	}
	if err := s.Exhausted(redis.Nil); !errors.Is(err, redis.Nil) {
		t.Errorf("err = %v", err)
	}
}
