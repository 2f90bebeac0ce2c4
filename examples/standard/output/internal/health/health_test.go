package health

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newHealth(timeout, cacheFor time.Duration) *Health {
	return New(timeout, cacheFor, slog.New(slog.DiscardHandler))
}

func TestLifecycle(t *testing.T) {
	h := newHealth(time.Second, 0)
	steps := []struct {
		name                 string
		do                   func()
		live, startup, ready bool
	}{
		{name: "new", do: func() {}, live: true},
		{name: "started", do: h.Started, live: true, startup: true, ready: true},
		{name: "draining", do: h.Drain, live: true, startup: true},
	}
	for _, s := range steps {
		s.do()
		if got := h.Live().OK; got != s.live {
			t.Errorf("%s: live = %t", s.name, got)
		}
		if got := h.Startup().OK; got != s.startup {
			t.Errorf("%s: startup = %t", s.name, got)
		}
		if got := h.Ready(t.Context()).OK; got != s.ready {
			t.Errorf("%s: ready = %t", s.name, got)
		}
	}
}

func TestFailingCheckIsNotReadyButAlive(t *testing.T) {
	h := newHealth(time.Second, 0)
	h.Register("db", func(context.Context) error { return errors.New("no route to host") })
	h.Register("cache", func(context.Context) error { return nil })
	h.Register("broken", func(context.Context) error { panic("nil map") })
	h.Started()

	r := h.Ready(t.Context())
	if r.OK || len(r.Results) != 4 {
		t.Fatalf("report = %+v, want not ready with four results", r)
	}
	for i, want := range []string{"", "no route to host", "", "check panicked: nil map"} {
		got := ""
		if err := r.Results[i].Err; err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("result %s = %q, want %q", r.Results[i].Name, got, want)
		}
	}
	if !h.Live().OK {
		t.Error("a dependency reached liveness")
	}
}

// A synctest bubble has a clock of its own, so these take no time.

func TestChecksRunInParallelAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth(2*time.Second, 0)
		for range 5 {
			h.Register("slow", func(ctx context.Context) error {
				<-ctx.Done()

				return ctx.Err()
			})
		}
		h.Started()
		begin := time.Now()
		if h.Ready(t.Context()).OK {
			t.Error("ready, though no check has passed")
		}
		if took := time.Since(begin); took != 2*time.Second {
			t.Errorf("took %s, want one timeout", took)
		}
	})
}

func TestProbesShareOneRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		h := newHealth(2*time.Second, time.Second)
		h.Register("db", func(context.Context) error {
			calls.Add(1)
			time.Sleep(100 * time.Millisecond)

			return nil
		})
		h.Started()

		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if !h.Ready(t.Context()).OK {
					t.Error("not ready")
				}
			})
		}
		wg.Wait()
		h.Ready(t.Context())
		if n := calls.Load(); n != 1 {
			t.Errorf("%d checks for 51 probes, want 1", n)
		}
		time.Sleep(time.Second)
		h.Ready(t.Context())
		if n := calls.Load(); n != 2 {
			t.Errorf("%d checks after the cache has expired, want 2", n)
		}
	})
}

func TestHungCheckIsNotStartedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int32
		release := make(chan struct{})
		h := newHealth(time.Second, 0)
		h.Register("deaf", func(context.Context) error {
			calls.Add(1)
			<-release

			return nil
		})
		h.Started()
		for range 3 {
			if h.Ready(t.Context()).OK {
				t.Error("ready")
			}
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("%d calls of a check that hangs, want 1", n)
		}
		close(release)
		synctest.Wait()
		if !h.Ready(t.Context()).OK {
			t.Error("not ready after the check came back")
		}
	})
}

func TestProberThatGivesUpDoesNotCancelTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHealth(time.Second, time.Second)
		h.Register("db", func(ctx context.Context) error {
			select {
			case <-time.After(500 * time.Millisecond):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		h.Started()
		impatient, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if h.Ready(impatient).OK {
			t.Error("ready before the check has passed")
		}
		if r := h.Ready(t.Context()); !r.OK {
			t.Errorf("report = %+v, want ready", r)
		}
	})
}

func TestTransitionsAreLoggedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		var down atomic.Bool
		h := New(time.Second, 0, slog.New(slog.NewTextHandler(&log, nil)))
		h.Register("db", func(context.Context) error {
			if down.Load() {
				return errors.New("away")
			}

			return nil
		})
		h.Started()
		for _, isDown := range []bool{false, false, true, true, false} {
			down.Store(isDown)
			h.Ready(t.Context())
		}
		if lines := strings.Split(strings.TrimSpace(log.String()), "\n"); len(lines) != 3 {
			t.Errorf("log = %q, want ready, not ready, ready", lines)
		}
	})
}

func TestWhatIsObservedIsToldAndDecidesNothing(t *testing.T) {
	var log strings.Builder
	var down atomic.Bool
	h := New(time.Second, 0, slog.New(slog.NewTextHandler(&log, nil)))
	h.Observe("broker", func(context.Context) error {
		if down.Load() {
			return errors.New("away")
		}

		return nil
	})
	h.Started()
	for _, isDown := range []bool{false, true, true, false} {
		down.Store(isDown)
		report := h.Ready(t.Context())
		if !report.OK || len(report.Results) != 2 || !report.Results[1].Observed || (report.Results[1].Err != nil) != isDown {
			t.Errorf("down: %t, report = %+v; want ready, and the check's own result", isDown, report)
		}
	}
	for text, times := range map[string]int{"check fails": 1, "check passes again": 1, "not ready": 0} {
		if got := strings.Count(log.String(), text); got != times {
			t.Errorf("%d times %q, want %d: %s", got, text, times, &log)
		}
	}
}
