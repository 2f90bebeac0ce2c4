package postgres

import (
	"context"
	"errors"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/store"
)

// silent listens, and says nothing to whoever connects: a server that hangs.
func silent(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	_, text, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if port, err = strconv.Atoi(text); err != nil {
		t.Fatal(err)
	}

	return port
}

// Neither the one who makes the connection nor those who wait for it are told that
// there are too many of them, and nobody's message or request is to blame.
func TestServerThatHangsIsNoFullPool(t *testing.T) {
	s := nowhere(t)
	s.config.Port, s.config.PoolSize, s.config.AcquireTimeout = silent(t), 1, 100*time.Millisecond
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.Background()) })
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			err := s.With(t.Context(), func(*pgx.Conn) error { return nil })
			if !errors.Is(err, store.ErrUnreachable) || !Unavailable(err) {
				t.Errorf("err = %v", err)
			}
		})
	}
	wg.Wait()
	if got := s.Stats().Timeouts; got != 0 {
		t.Errorf("%d have found no connection free", got)
	}
}

// TestBusyPoolIsNobodysMessage has a handler that finds every connection in use.
func TestBusyPoolIsNobodysMessage(t *testing.T) {
	for _, err := range []error{store.ErrNoConnection, store.ErrUnreachable, store.ErrReadOnly} {
		if !Unavailable(err) || moved(err) {
			t.Errorf("%v: unavailable %t, moved %t", err, Unavailable(err), moved(err))
		}
	}
}
