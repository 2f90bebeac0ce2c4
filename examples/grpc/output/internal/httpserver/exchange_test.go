package httpserver

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func noop(http.ResponseWriter, *http.Request) {}

func TestRouteOf(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                              unmatched,
		"/v1/things/{id}":               "/v1/things/{id}",
		"GET /v1/things/{id}":           "/v1/things/{id}",
		"GET  example.com/v1/{rest...}": "example.com/v1/{rest...}",
	} {
		if got := routeOf(pattern); got != want {
			t.Errorf("routeOf(%q) = %q, want %q", pattern, got, want)
		}
	}
}

func TestUnmatchedIsAProblem(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /things/{id}", noop)
	handler := Handler(mux, RequestID)

	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/nothing", http.StatusNotFound, ""},
		// A redirect to /nothing would only cost one more request.
		{http.MethodGet, "//nothing", http.StatusNotFound, ""},
		{http.MethodPost, "/things/1", http.StatusMethodNotAllowed, "GET, HEAD"},
		{"BREW", "/things/1", http.StatusMethodNotAllowed, "GET, HEAD"},
	}
	for _, tt := range tests {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(tt.method, tt.path, nil))
		if w.Code != tt.status || w.Header().Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", tt.method, tt.path, w.Code, w.Header().Get("Allow"), tt.status, tt.allow)
		}
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s %s: Content-Type %q", tt.method, tt.path, got)
		}
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.Status != tt.status || p.Title == "" || p.RequestID == "" {
			t.Errorf("%s %s: problem = %+v", tt.method, tt.path, p)
		}
	}
}

// TestWriterIsWhatTheServerGives asks for everything by type, as libraries do.
func TestWriterIsWhatTheServerGives(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		_, flushes := w.(http.Flusher)
		_, hijacks := w.(http.Hijacker)
		_, reads := w.(io.ReaderFrom)
		_, _ = fmt.Fprintln(w, flushes, hijacks, reads)
	})
	server := httptest.NewServer(Handler(mux, RequestID))
	defer server.Close()
	if got := body(t, server.URL); got != "true true true\n" {
		t.Errorf("behind a server: %q", got)
	}

	w := httptest.NewRecorder() // it flushes, and has no connection to give away
	Handler(mux, RequestID).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if got := w.Body.String(); got != "true false true\n" {
		t.Errorf("behind a recorder: %q", got)
	}
}

func body(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}

	return string(content)
}

func TestFlushSendsWhatThereIs(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stream", func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("flush: %v", err)
		}
	})
	w := httptest.NewRecorder()
	Handler(mux, RequestID).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/stream", nil))
	if !w.Flushed {
		t.Error("not flushed")
	}
}

// outcomeOf serves one request on a server that cuts after a while, and returns
// the status that log and metrics have of it.
func outcomeOf(t *testing.T, cutAfter time.Duration, handler http.HandlerFunc, request func(address string)) int {
	t.Helper()
	status := make(chan int, 1)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", handler)
	server := httptest.NewUnstartedServer(Handler(mux, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			status <- exchangeOf(r.Context()).outcome()
		})
	}))
	server.Config.WriteTimeout = cutAfter
	server.Start()
	defer server.Close()
	request(server.Listener.Addr().String())

	return <-status
}

func TestOutcomeIsWhatTheClientSaw(t *testing.T) {
	ask := func(address string) {
		response, err := http.Get("http://" + address + "/")
		if err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
	}
	// deaf reads nothing of an answer that is larger than any buffer.
	deaf := func(address string) {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Error(err)

			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		time.Sleep(time.Second)
	}
	tests := []struct {
		name     string
		cutAfter time.Duration
		handler  http.HandlerFunc
		request  func(string)
		status   int
	}{
		{name: "in time", cutAfter: time.Minute, handler: noop, request: ask, status: 200},
		{name: "later than the server cuts", cutAfter: 50 * time.Millisecond, handler: func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(100 * time.Millisecond)
			WriteJSON(w, http.StatusOK, "in vain")
		}, request: ask, status: 503},
		{name: "later, without a word", cutAfter: 50 * time.Millisecond, handler: func(http.ResponseWriter, *http.Request) {
			time.Sleep(100 * time.Millisecond)
		}, request: ask, status: 503},
		{name: "later, having asked for time", cutAfter: 50 * time.Millisecond, handler: func(w http.ResponseWriter, _ *http.Request) {
			if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)); err != nil {
				t.Error(err)
			}
			time.Sleep(100 * time.Millisecond)
			WriteJSON(w, http.StatusOK, "arrives")
		}, request: ask, status: 200},
		{name: "a client that doesn't read", cutAfter: 300 * time.Millisecond, handler: func(w http.ResponseWriter, _ *http.Request) {
			part := make([]byte, 1<<20)
			for range 64 {
				if _, err := w.Write(part); err != nil {
					return
				}
			}
		}, request: deaf, status: 499},
		{name: "hijacked", cutAfter: time.Minute, handler: func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)

				return
			}
			_ = connection.Close()
		}, request: ask, status: 101},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := outcomeOf(t, tt.cutAfter, tt.handler, tt.request); got != tt.status {
				t.Errorf("outcome = %d, want %d", got, tt.status)
			}
		})
	}
}
