package app

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/shop/checkout/internal/buildinfo"
)

func TestVersionNamesTheCommit(t *testing.T) {
	mux := http.NewServeMux()
	registerVersion(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/version", nil))

	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%q: %v", w.Body, err)
	}
	if build := buildinfo.Get(); got["commit"] != build.Commit || got["version"] != build.Version {
		t.Errorf("got %v, want %+v", got, build)
	}
	if cached := w.Header().Get("Cache-Control"); cached != "no-store" {
		t.Errorf("Cache-Control = %q: a cached answer would name the commit before", cached)
	}
}

func TestEveryAnswerNamesTheCommit(t *testing.T) {
	handler := nameCommit(http.NotFoundHandler())
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/no-such-path", nil))
	if got, want := w.Header().Get(commitHeader), buildinfo.Get().Commit; got != want || got == "" {
		t.Errorf("%s = %q, want %q", commitHeader, got, want)
	}
}
