package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAllNests(t *testing.T) {
	var events []string
	observer := func(name string) Observe {
		return func(ctx context.Context, store, operation string) (context.Context, func(error)) {
			events = append(events, "begin "+name+" "+store+" "+operation)

			return ctx, func(err error) { events = append(events, fmt.Sprintf("end %s %v", name, err)) }
		}
	}
	_, end := All(observer("a"), observer("b"))(t.Context(), "db", "read")
	end(errors.New("broken"))
	want := []string{"begin a db read", "begin b db read", "end b broken", "end a broken"}
	if !slices.Equal(events, want) {
		t.Errorf("events = %q, want %q", events, want)
	}
}

func TestOutcome(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{nil, "ok"},
		{fmt.Errorf("greeting: %w", ErrNotFound), "ok"},
		{fmt.Errorf("greeting: %w", ErrConflict), "ok"},
		{fmt.Errorf("greeting: %w", ErrInvalid), "ok"},
		{fmt.Errorf("query: %w", context.Canceled), "canceled"},
		{context.DeadlineExceeded, "error"},
		{errors.New("connection refused"), "error"},
	}
	for _, tt := range tests {
		if got := Outcome(tt.err); got != tt.want {
			t.Errorf("Outcome(%v) = %s, want %s", tt.err, got, tt.want)
		}
	}
}

func TestLogNamesFailuresOnly(t *testing.T) {
	var log bytes.Buffer
	observe := Log(slog.New(slog.NewTextHandler(&log, nil)))
	for _, err := range []error{nil, ErrNotFound, context.Canceled} {
		_, end := observe(t.Context(), "db", "read")
		end(err)
	}
	if log.Len() > 0 {
		t.Errorf("logged what is no failure: %s", &log)
	}
	_, end := observe(t.Context(), "db", "read")
	end(errors.New("refused"))
	for _, want := range []string{"level=ERROR", "store=db", "operation=read", "error=refused"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %s: %s", want, &log)
		}
	}
}

func TestAcquireIsBounded(t *testing.T) {
	never := func(ctx context.Context) (int, error) {
		<-ctx.Done()

		return 0, ctx.Err()
	}
	full, dialing := func() bool { return true }, func() bool { return false }
	for want, state := range map[error]func() bool{ErrNoConnection: full, ErrUnreachable: dialing} {
		_, err := Acquire(t.Context(), time.Millisecond, state, never)
		if !errors.Is(err, want) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("err = %v, want %v, and not the request's own end", err, want)
		}
		if !Unavailable(fmt.Errorf("write: %w", err)) {
			t.Errorf("%v looks like the fault of what was asked", err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Acquire(gone, time.Minute, full, never); errors.Is(err, ErrNoConnection) || !errors.Is(err, context.Canceled) {
		t.Errorf("err = %v, want the caller's", err)
	}
	if got, err := Acquire(t.Context(), time.Minute, full, func(context.Context) (int, error) { return 7, nil }); got != 7 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestFaultIsTheDriversAlone(t *testing.T) {
	driver := errors.New("connection refused")
	ofDriver := func(err error) bool { return errors.Is(err, driver) }
	for _, err := range []error{driver, ErrNoConnection, ErrUnreachable, ErrReadOnly, context.DeadlineExceeded, context.Canceled} {
		if got := Fault(fmt.Errorf("write: %w", err), ofDriver); !errors.Is(got, err) {
			t.Errorf("Fault(%v) = %v", err, got)
		}
	}
	for _, err := range []error{nil, errors.New("the key was used for another request"), ErrConflict} {
		if got := Fault(err, ofDriver); got != nil {
			t.Errorf("Fault(%v) = %v, and nobody's database has failed", err, got)
		}
	}
}

func TestAway(t *testing.T) {
	for _, err := range []error{io.EOF, net.ErrClosed, syscall.ECONNRESET, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, dialTimeout()} {
		if !Away(fmt.Errorf("read: %w", err)) {
			t.Errorf("Away(%v) = false", err)
		}
	}
	for _, err := range []error{nil, context.Canceled, context.DeadlineExceeded, os.ErrDeadlineExceeded, errors.New("broken"), &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}} {
		if Away(err) {
			t.Errorf("Away(%v) = true", err)
		}
	}
}

// dialTimeout is what a server that takes no packets costs: an error that looks
// like the end of the request's own time.
func dialTimeout() error {
	dialer := net.Dialer{Deadline: time.Now().Add(-time.Second)}
	_, err := dialer.Dial("tcp", "127.0.0.1:1")

	return err
}
