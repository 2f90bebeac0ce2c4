package httpserver

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

func noop(http.ResponseWriter, *http.Request) {}

func TestRouteOf(t *testing.T) {
	for pattern, want := range map[string]string{
		"":                              unmatched,
		"/v1/greetings/{name}":          "/v1/greetings/{name}",
		"GET /v1/greetings/{name}":      "/v1/greetings/{name}",
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

func TestOptionalInterfacesReachTheConnection(t *testing.T) {
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
