package httpserver

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// patience is a bound for what should come at once, on a machine that is busy.
const patience = 30 * time.Second

// started returns a running server and its address.
func started(t *testing.T, handler http.HandlerFunc) (server *Server, url string) {
	t.Helper()
	// The log knows the port that the kernel has chosen for 0.
	var log strings.Builder
	s := New(Options{
		Name:     "test",
		Handler:  handler,
		Timeouts: Timeouts{ReadHeader: patience, Read: patience, Write: patience, Idle: patience},
		Logger:   slog.New(slog.NewTextHandler(&log, nil)),
		Failed:   func(err error) { t.Errorf("server failed: %v", err) },
	})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(t.Context()) })
	_, address, _ := strings.Cut(log.String(), "address=")
	_, port, err := net.SplitHostPort(strings.Trim(strings.TrimSpace(address), `"`))
	if err != nil {
		t.Fatal(err)
	}

	return s, "http://127.0.0.1:" + port
}

func TestStopWaitsForRequestsInFlight(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	s, url := started(t, func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		if r.Context().Err() != nil {
			t.Error("the stop has cancelled a request in flight")
		}
		_, _ = io.WriteString(w, "done")
	})
	body := make(chan string, 1)
	go func() {
		response, err := http.Get(url)
		if err != nil {
			body <- err.Error()

			return
		}
		defer response.Body.Close()
		b, _ := io.ReadAll(response.Body)
		body <- string(b)
	}()
	<-entered

	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(context.WithoutCancel(t.Context())) }()
	// The port closes first ...
	waitRefused(t, strings.TrimPrefix(url, "http://"))
	select {
	case err := <-stopped:
		t.Fatalf("stopped with a request in flight: %v", err)
	default:
	}
	// ... and the request ends in its own time.
	close(release)
	if got := <-body; got != "done" {
		t.Errorf("answer = %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func waitRefused(t *testing.T, address string) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Now().After(deadline) {
			t.Fatal("the port is still open")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestStopCutsWhatTakesTooLong(t *testing.T) {
	entered, cut := make(chan struct{}), make(chan struct{})
	s, url := started(t, func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		close(cut)
	})
	go func() {
		response, err := http.Get(url)
		if err == nil {
			_ = response.Body.Close()
		}
	}()
	<-entered

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v, want deadline exceeded", err)
	}
	select {
	case <-cut:
	case <-time.After(patience):
		t.Error("the handler was not told")
	}
}

func TestStartFailsOnATakenPort(t *testing.T) {
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address, _ := listener.Addr().(*net.TCPAddr)
	s := New(Options{Name: "test", Port: address.Port, Logger: slog.New(slog.DiscardHandler)})
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("err = %v, want address in use", err)
	}
}
