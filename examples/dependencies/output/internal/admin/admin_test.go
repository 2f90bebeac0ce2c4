package admin

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/health"
)

func do(handler http.Handler, method, target, token, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)

	return w
}

func TestProbes(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	h := health.New(time.Second, 0, logger)
	var dbErr, brokerErr error
	h.Register("db", func(context.Context) error { return dbErr })
	h.Observe("broker", func(context.Context) error { return brokerErr })
	handler := Handler(Options{Health: h, Level: new(slog.LevelVar), Logger: logger})

	steps := []struct {
		name                   string
		do                     func()
		livez, readyz, startup int
		verbose                string
	}{
		{
			name: "starting", do: func() {},
			livez: 200, readyz: 503, startup: 503,
			verbose: "[-]lifecycle failed: still starting\n",
		},
		{
			name: "started", do: h.Started,
			livez: 200, readyz: 200, startup: 200,
			verbose: "[+]lifecycle ok\n[+]db ok\n[+]broker ok\nok\n",
		},
		{
			name: "what requests don't need is away", do: func() { brokerErr = errors.New("not\nconnected") },
			livez: 200, readyz: 200, startup: 200,
			verbose: "[+]lifecycle ok\n[+]db ok\n[!]broker failed, and requests go on: not connected\nok\n",
		},
		{
			name: "dependency away", do: func() { dbErr, brokerErr = errors.New("no route\nto host"), nil },
			livez: 200, readyz: 503, startup: 200,
			verbose: "[+]lifecycle ok\n[-]db failed: no route to host\n[+]broker ok\n",
		},
		{
			name: "draining", do: h.Drain,
			livez: 200, readyz: 503, startup: 200,
			verbose: "[-]lifecycle failed: draining before shutdown\n",
		},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			s.do()
			for path, want := range map[string]int{livePath: s.livez, readyPath: s.readyz, startupPath: s.startup} {
				w := do(handler, http.MethodGet, path, "", "")
				if w.Code != want {
					t.Errorf("%s = %d, want %d", path, w.Code, want)
				}
				if want == http.StatusOK && w.Body.String() != "ok\n" {
					t.Errorf("%s: body = %q", path, w.Body)
				}
			}
			if got := do(handler, http.MethodGet, readyPath+"?verbose", "", "").Body.String(); got != s.verbose {
				t.Errorf("verbose = %q, want %q", got, s.verbose)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	handler := Handler(Options{
		Level:  new(slog.LevelVar),
		Logger: slog.New(slog.DiscardHandler),
		Routes: []Route{{Pattern: "GET /extra", Handler: http.NotFoundHandler()}},
	})
	for target, want := range map[string]int{
		"GET /extra": 404, "GET /": 404, "POST " + livePath: 405, "DELETE /loglevel": 405,
	} {
		method, path, _ := strings.Cut(target, " ")
		if got := do(handler, method, path, "", "").Code; got != want {
			t.Errorf("%s = %d, want %d", target, got, want)
		}
	}
}

func TestLogLevel(t *testing.T) {
	const token = "correct horse"
	tests := []struct {
		name    string
		noFile  bool
		content string
		token   string
		body    string
		status  int
		level   slog.Level
	}{
		{name: "right", content: token, token: token, body: `{"level":"debug"}`, status: http.StatusOK, level: slog.LevelDebug},
		{name: "wrong token", content: token, token: "battery staple", body: `{"level":"debug"}`, status: http.StatusUnauthorized},
		{name: "prefix of the token", content: token, token: "correct", body: `{"level":"debug"}`, status: http.StatusUnauthorized},
		{name: "no token", content: token, body: `{"level":"debug"}`, status: http.StatusUnauthorized},
		{name: "disabled", noFile: true, token: token, body: `{"level":"debug"}`, status: http.StatusForbidden},
		{name: "became empty", content: "", token: "", body: `{"level":"debug"}`, status: http.StatusForbidden},
		{name: "became the placeholder", content: "CHANGE-ME", token: "CHANGE-ME", body: `{"level":"debug"}`, status: http.StatusForbidden},
		{name: "no such level", content: token, token: token, body: `{"level":"loud"}`, status: http.StatusBadRequest},
		{name: "unknown field", content: token, token: token, body: `{"lvl":"debug"}`, status: http.StatusBadRequest},
		{name: "not JSON", content: token, token: token, body: "debug", status: http.StatusBadRequest},
		{name: "too large", content: token, token: token, body: strings.Repeat("x", maxBodyBytes+1), status: http.StatusRequestEntityTooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if !tt.noFile {
				if err := os.WriteFile(filepath.Join(dir, config.AdminToken), []byte(tt.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var log bytes.Buffer
			level := new(slog.LevelVar)
			handler := Handler(Options{
				Level:       level,
				Credentials: config.Credentials(dir),
				Logger:      slog.New(slog.NewJSONHandler(&log, nil)),
			})
			w := do(handler, http.MethodPut, "/loglevel", tt.token, tt.body)
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if level.Level() != tt.level {
				t.Errorf("level = %s, want %s", level.Level(), tt.level)
			}
			if tt.status == http.StatusForbidden && !strings.Contains(w.Body.String(), "CREDENTIALS_DIR") {
				t.Errorf("body does not say how to enable it: %s", w.Body)
			}
			if got := strings.Contains(log.String(), "log level changed"); got != (tt.status == http.StatusOK) {
				t.Errorf("audit line: %t", got)
			}
			if strings.Contains(log.String(), token) {
				t.Errorf("the token is in the log: %s", &log)
			}
		})
	}
}

// The name of a scheme has no case (RFC 9110).
func TestSchemeHasNoCase(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.AdminToken), []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	handler := Handler(Options{
		Level:       new(slog.LevelVar),
		Credentials: config.Credentials(dir),
		Logger:      slog.New(slog.DiscardHandler),
	})
	for header, want := range map[string]int{
		"Bearer one":  http.StatusOK,
		"bearer one":  http.StatusOK,
		"BEARER  one": http.StatusOK,
		"Basic one":   http.StatusUnauthorized,
		"Bearerone":   http.StatusUnauthorized,
		"one":         http.StatusUnauthorized,
		"Bearer ":     http.StatusUnauthorized,
	} {
		r := httptest.NewRequest(http.MethodPut, "/loglevel", strings.NewReader(`{"level":"warn"}`))
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%q: status = %d, want %d", header, w.Code, want)
		}
	}
}

func TestTokenRotation(t *testing.T) {
	dir := t.TempDir()
	handler := Handler(Options{
		Level:       new(slog.LevelVar),
		Credentials: config.Credentials(dir),
		Logger:      slog.New(slog.DiscardHandler),
	})
	put := func(token string) int {
		return do(handler, http.MethodPut, "/loglevel", token, `{"level":"warn"}`).Code
	}
	for _, token := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(dir, config.AdminToken), []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := put(token); got != http.StatusOK {
			t.Errorf("%s: status = %d", token, got)
		}
	}
	if got := put("one"); got != http.StatusUnauthorized {
		t.Errorf("the old token: status = %d, want 401", got)
	}
	if got := do(handler, http.MethodGet, "/loglevel", "", "").Body.String(); got != `{"level":"warn"}`+"\n" {
		t.Errorf("GET = %q", got)
	}
}
