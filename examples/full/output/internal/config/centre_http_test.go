package config

import (
	"context"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve returns a server that lives as long as the test.
func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	return server
}

func TestCentreAnswersThatAreNone(t *testing.T) {
	tests := map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"403": {func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no rights", http.StatusForbidden) }, "no rights"},
		"500": {func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no leader", http.StatusInternalServerError)
		}, "status 500: no leader"},
		"page":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>welcome")) }, ""},
		"half":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`[{"Key":"`)) }, ""},
		"huge":    {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxCentreBytes+1)) }, "larger than 2MiB"},
		"proxy's": {func(w http.ResponseWriter, _ *http.Request) { http.NotFound(w, nil) }, "status 404"},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		}, "status 302"},
		"cut": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := testClient(t, serve(t, tt.handler).URL, "").Fetch(t.Context(), nil)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want %q", err, tt.want)
			}
		})
	}
}

func TestCentreThatIsNotThere(t *testing.T) {
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	server.Close()
	if _, err := testClient(t, server.URL, "").Fetch(t.Context(), nil); err == nil || strings.Contains(err.Error(), "?") {
		t.Errorf("err = %v, want one without the query: it may hold a token", err)
	}
}

func TestCentreThatDoesNotAnswer(t *testing.T) {
	server := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := testClient(t, server.URL, "").Fetch(ctx, nil); err == nil {
		t.Error("no error")
	}
}

func TestCentreOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(emptyCentre))
	defer server.Close()
	server.Config.ErrorLog = nil
	ca := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})))
	if _, err := testClient(t, server.URL, ca).Fetch(t.Context(), nil); err != nil {
		t.Errorf("err = %v", err)
	}
	if _, err := testClient(t, server.URL, "").Fetch(t.Context(), nil); err == nil {
		t.Error("a certificate that nobody knows is trusted")
	}

	writeFile(t, ca, "no certificate")
	for _, path := range []string{ca, ca + ".none"} {
		if _, err := newCentreHTTP(server.URL, path); err == nil {
			t.Errorf("%s: no error", path)
		}
	}
}
