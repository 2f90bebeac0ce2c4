package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"git.example.com/trade/market/internal/health"
)

// recording returns a component that writes down what happens to it.
func recording(events *[]string, name string) component {
	return component{
		name: name,
		start: func(context.Context) error {
			*events = append(*events, "start "+name)

			return nil
		},
		stop: func(context.Context) error {
			*events = append(*events, "stop "+name)

			return nil
		},
		budget: time.Second,
	}
}

func newTestLifecycle() (*lifecycle, *bytes.Buffer) {
	var log bytes.Buffer

	return newLifecycle(slog.New(slog.NewTextHandler(&log, nil))), &log
}

func TestStopIsTheReverseOfStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var events []string
		l, log := newTestLifecycle()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		err := l.run(ctx, []component{
			recording(&events, "a"),
			recording(&events, "b"),
			{name: "nothing to start or stop"},
			recording(&events, "c"),
		})
		if err != nil {
			t.Errorf("err = %v", err)
		}
		want := []string{"start a", "start b", "start c", "stop c", "stop b", "stop a"}
		if !slices.Equal(events, want) {
			t.Errorf("events = %q, want %q", events, want)
		}
		if n := strings.Count(log.String(), "component stopped"); n != 3 || strings.Count(log.String(), "duration=") < 7 {
			t.Errorf("want the duration of every stage:\n%s", log)
		}
	})
}

func TestFailedStartStopsWhatWasStarted(t *testing.T) {
	var events []string
	l, log := newTestLifecycle()
	broken := recording(&events, "broken")
	broken.start = func(context.Context) error { return errors.New("port is taken") }
	err := l.run(t.Context(), []component{recording(&events, "a"), broken, recording(&events, "c")})
	if err == nil || !strings.Contains(err.Error(), "start broken: port is taken") {
		t.Errorf("err = %v", err)
	}
	if want := []string{"start a", "stop a"}; !slices.Equal(events, want) {
		t.Errorf("events = %q, want %q", events, want)
	}
	if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "port is taken") {
		t.Errorf("the cause is not in the log:\n%s", log)
	}
}

func TestDeathWhileRunningStopsTheRest(t *testing.T) {
	var events []string
	l, _ := newTestLifecycle()
	dying := recording(&events, "dying")
	dying.start = func(context.Context) error {
		go func() {
			l.fail(errors.New("listener closed"))
			l.fail(errors.New("and again")) // must not block
		}()

		return nil
	}
	err := l.run(t.Context(), []component{recording(&events, "a"), dying})
	if err == nil || err.Error() != "listener closed" {
		t.Errorf("err = %v", err)
	}
	if want := []string{"start a", "stop dying", "stop a"}; !slices.Equal(events, want) {
		t.Errorf("events = %q, want %q", events, want)
	}
}

func TestSignalDuringStart(t *testing.T) {
	var events []string
	l, _ := newTestLifecycle()
	ctx, cancel := context.WithCancel(t.Context())
	first := recording(&events, "a")
	first.start = func(context.Context) error {
		cancel()

		return nil
	}
	if err := l.run(ctx, []component{first, recording(&events, "b")}); err != nil {
		t.Errorf("err = %v, want a clean stop", err)
	}
	if want := []string{"stop a"}; !slices.Equal(events, want) {
		t.Errorf("events = %q, want %q", events, want)
	}
}

func TestStageOverBudgetIsCut(t *testing.T) {
	tests := []struct {
		name string
		stop func(forever chan struct{}) func(context.Context) error
	}{
		{name: "honours its context", stop: func(chan struct{}) func(context.Context) error {
			return func(ctx context.Context) error {
				<-ctx.Done()

				return ctx.Err()
			}
		}},
		{name: "deaf", stop: func(forever chan struct{}) func(context.Context) error {
			return func(context.Context) error {
				<-forever

				return nil
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				forever := make(chan struct{})
				defer close(forever)
				var events []string
				l, log := newTestLifecycle()
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				err := l.run(ctx, []component{
					recording(&events, "after it"),
					{name: "stuck", stop: tt.stop(forever), budget: 5 * time.Second},
				})
				if err != nil {
					t.Errorf("err = %v", err)
				}
				if !slices.Contains(events, "stop after it") {
					t.Error("the next stage did not run")
				}
				if !strings.Contains(log.String(), "component=stuck") || !strings.Contains(log.String(), "budget=5s") {
					t.Errorf("the overrun is not in the log:\n%s", log)
				}
				if stopped := time.Since(begin(t)); stopped > 7*time.Second {
					t.Errorf("took %s, want the budget and a little", stopped)
				}
			})
		})
	}
}

func TestWhatStopsAlongsideSharesTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context) error {
			time.Sleep(4 * time.Second)

			return nil
		}
		l, log := newTestLifecycle()
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		err := l.run(ctx, []component{
			{name: "before", stop: slow, budget: 5 * time.Second},
			{name: "http", stop: slow, budget: 5 * time.Second},
			{name: "grpc", stop: slow, budget: 5 * time.Second, alongside: true},
		})
		if err != nil || strings.Count(log.String(), "component stopped") != 3 {
			t.Errorf("err = %v, log:\n%s", err, log)
		}
		if took := time.Since(begin(t)); took != 9*time.Second {
			t.Errorf("took %s, want 1s of running and two stages of 4s", took)
		}
	})
}

// begin is when every synctest bubble begins.
func begin(t *testing.T) time.Time {
	t.Helper()

	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
}

func TestStopGetsAFreshContext(t *testing.T) {
	l, _ := newTestLifecycle()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	l.started = []component{{name: "a", budget: time.Minute, stop: func(ctx context.Context) error {
		if ctx.Err() != nil {
			t.Error("the context of the stop had already ended")
		}

		return nil
	}}}
	if err := l.run(ctx, nil); err != nil {
		t.Error(err)
	}
}

func TestReadiness(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := health.New(time.Second, 0, slog.New(slog.DiscardHandler))
		c := readiness(h, 5*time.Second)
		if err := c.start(t.Context()); err != nil || !h.Ready(t.Context()).OK {
			t.Errorf("not ready after start: %v", err)
		}
		time.AfterFunc(time.Second, func() {
			if h.Ready(context.Background()).OK || !h.Live().OK {
				t.Error("want not ready and alive while draining")
			}
		})
		before := time.Now()
		if err := c.stop(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(before); took != 5*time.Second {
			t.Errorf("drained for %s, want 5s", took)
		}
		if c.budget <= 5*time.Second {
			t.Errorf("budget %s would cut every drain", c.budget)
		}
	})
}
