package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// chain is the traffic chain, as far as it is always there, around one handler.
func chain(log io.Writer, draining bool, handler http.HandlerFunc) http.Handler {
	logger := slog.New(slog.NewJSONHandler(log, nil))
	mux := http.NewServeMux()
	mux.HandleFunc("/things/{id}", handler)

	return Handler(mux,
		RequestID,
		AccessLog(logger),
		CloseWhileDraining(func() bool { return draining }),
		Recover(logger),
		Timeout(time.Second),
		BodyLimit(10),
	)
}

func lastLine(t *testing.T, log *bytes.Buffer) map[string]any {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	var record map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &record); err != nil {
		t.Fatalf("%v: %q", err, log)
	}

	return record
}

func TestRequestID(t *testing.T) {
	tests := []struct {
		name string
		id   string
		kept bool
	}{
		{name: "UUID", id: "0193f0a2-7c1e-7cc3-98c4-dc0c0c07398f", kept: true},
		{name: "none", id: ""},
		{name: "longest", id: strings.Repeat("a", maxRequestID), kept: true},
		{name: "too long", id: strings.Repeat("a", maxRequestID+1)},
		{name: "injection", id: `a","level":"INFO`},
		{name: "not ASCII", id: "idé"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			var inContext string
			handler := chain(&log, false, func(_ http.ResponseWriter, r *http.Request) {
				inContext = RequestAttrs(r.Context())[0].Value.String()
			})
			r := httptest.NewRequest(http.MethodGet, "/things/1", nil)
			r.Header.Set(requestIDHeader, tt.id)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			got := w.Header().Get(requestIDHeader)
			if got == "" || got != inContext || (got == tt.id) != tt.kept {
				t.Errorf("sent %q, in context %q, answered %q; kept: %t", tt.id, inContext, got, tt.kept)
			}
		})
	}
	if attrs := RequestAttrs(t.Context()); attrs != nil {
		t.Errorf("attributes outside a request: %v", attrs)
	}
}

func TestAccessLog(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  float64
		bytes   float64
		level   string
	}{
		{
			name:    "implicit 200",
			handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") },
			status:  200, bytes: 5, level: "INFO",
		},
		{name: "nothing written", handler: noop, status: 200, level: "INFO"},
		{
			name:    "404 by the handler",
			handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
			status:  404, level: "INFO",
		},
		{
			name:    "the last status loses",
			handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted); _, _ = w.Write(nil) },
			status:  202, level: "INFO",
		},
		{
			name: "early hints are not the status",
			handler: func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusEarlyHints)
				w.WriteHeader(http.StatusCreated)
			},
			status: 201, level: "INFO",
		},
		{
			name:    "error",
			handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
			status:  502, level: "WARN",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			w := httptest.NewRecorder()
			chain(&log, false, tt.handler).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/things/who-asks?card=what-pays", nil))
			r := lastLine(t, &log)
			if r["status"] != tt.status || r["bytes"] != tt.bytes || r["level"] != tt.level {
				t.Errorf("record = %v, want %v, %v bytes, %s", r, tt.status, tt.bytes, tt.level)
			}
			if r["route"] != "/things/{id}" || r["method"] != "GET" {
				t.Errorf("record = %v, want route and method", r)
			}
			// Words and not digits: those may turn up in the time of the record.
			if strings.Contains(log.String(), "who-asks") || strings.Contains(log.String(), "what-pays") {
				t.Errorf("path or query are in the log: %s", &log)
			}
		})
	}
}

func TestClientThatHangsUpIsNotOurError(t *testing.T) {
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	handler := chain(&log, false, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/things/1", nil).WithContext(ctx))
	if r := lastLine(t, &log); r["status"] != 499.0 || r["level"] != "INFO" {
		t.Errorf("record = %v, want 499", r)
	}
}

func TestRecover(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	chain(&log, false, func(http.ResponseWriter, *http.Request) {
		panic("secret of the database")
	}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/things/1", nil))

	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "database") {
		t.Errorf("answer = %d %s, want 500 without the cause", w.Code, w.Body)
	}
	if out := log.String(); !strings.Contains(out, "middleware_test.go") || !strings.Contains(out, "secret of the database") {
		t.Errorf("log has no stack or no cause: %s", out)
	}
	if r := lastLine(t, &log); r["status"] != 500.0 {
		t.Errorf("access log = %v, want 500", r)
	}
}

func TestRecoverAborts(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		panics  bool // in the log
	}{
		{name: "on request", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{name: "half an answer", handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"half":`)
			panic("boom")
		}, panics: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			defer func() {
				if p := recover(); p != http.ErrAbortHandler { //nolint:errorlint // a panic's value, compared as net/http does
					t.Errorf("panic = %v, want http.ErrAbortHandler", p)
				}
				if got := strings.Contains(log.String(), "panic in handler"); got != tt.panics {
					t.Errorf("panic in the log: %t", got)
				}
				if r := lastLine(t, &log); r["status"] != 500.0 {
					t.Errorf("access log = %v, want 500", r)
				}
			}()
			chain(&log, false, tt.handler).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/things/1", nil))
		})
	}
}

// A synctest bubble has a clock of its own, so this takes no time.
func TestTimeout(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  int
	}{
		{name: "in time", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }, status: http.StatusAccepted},
		{name: "gives up", handler: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, status: http.StatusServiceUnavailable},
		{
			name: "has an answer for it",
			handler: func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				w.WriteHeader(http.StatusGatewayTimeout)
			},
			status: http.StatusGatewayTimeout,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := httptest.NewRecorder()
				chain(io.Discard, false, tt.handler).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/things/1", nil))
				if w.Code != tt.status {
					t.Errorf("status = %d, want %d", w.Code, tt.status)
				}
			})
		})
	}
}

func TestBodyLimit(t *testing.T) {
	tests := []struct {
		name   string
		body   io.Reader
		status int
	}{
		{name: "fits", body: strings.NewReader("0123456789"), status: http.StatusOK},
		{name: "declared too large", body: strings.NewReader("0123456789X"), status: http.StatusRequestEntityTooLarge},
		// A reader of unknown length: no Content-Length.
		{name: "turns out too large", body: io.MultiReader(strings.NewReader("0123456789X")), status: http.StatusRequestEntityTooLarge},
	}
	handler := chain(io.Discard, false, func(w http.ResponseWriter, r *http.Request) {
		_, err := io.ReadAll(r.Body)
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			WriteProblem(w, r, Problem{Status: http.StatusRequestEntityTooLarge})
		}
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/things/1", tt.body))
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d", w.Code, tt.status)
			}
		})
	}
}

func TestCloseWhileDraining(t *testing.T) {
	for _, draining := range []bool{false, true} {
		w := httptest.NewRecorder()
		chain(io.Discard, draining, noop).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/things/1", nil))
		if got := w.Header().Get("Connection") == "close"; got != draining {
			t.Errorf("draining %t: Connection: close %t", draining, got)
		}
	}
}
