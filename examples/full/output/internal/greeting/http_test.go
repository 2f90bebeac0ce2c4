package greeting

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/httpserver"
)

func newHandler(t *testing.T, file string) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	Register(mux, newGreeter(t, file))

	return httpserver.Handler(mux, httpserver.RequestID)
}

func TestGreetOverHTTP(t *testing.T) {
	tests := []struct {
		name    string
		path    string
		status  int
		message string
		problem string
	}{
		{name: "plain", path: "Ada", status: http.StatusOK, message: "Hello, Ada!"},
		{name: "full name", path: url.PathEscape("Mary-Jane O'Neill Jr."), status: http.StatusOK, message: "Hello, Mary-Jane O'Neill Jr.!"},
		{name: "any script", path: url.PathEscape("小明"), status: http.StatusOK, message: "Hello, 小明!"},
		{name: "combining marks", path: url.PathEscape("अनु"), status: http.StatusOK, message: "Hello, अनु!"},
		{name: "longest", path: url.PathEscape(strings.Repeat("ü", maxName)), status: http.StatusOK, message: "Hello, " + strings.Repeat("ü", maxName) + "!"},
		{name: "too long", path: url.PathEscape(strings.Repeat("ü", maxName+1)), status: http.StatusBadRequest, problem: "at most 64"},
		{name: "empty", path: "%20", status: http.StatusBadRequest, problem: "empty"},
		{name: "markup", path: url.PathEscape("<b>"), status: http.StatusBadRequest, problem: "letters"},
		{name: "slash", path: "a%2Fb", status: http.StatusBadRequest, problem: "letters"},
		{name: "newline", path: "a%0Ab", status: http.StatusBadRequest, problem: "letters"},
		{name: "not UTF-8", path: "%ff", status: http.StatusBadRequest, problem: "UTF-8"},
	}
	handler := newHandler(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/greetings/"+tt.path, nil))
			if w.Code != tt.status {
				t.Fatalf("status = %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.problem != "" {
				var p httpserver.Problem
				if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
					t.Fatal(err)
				}
				if len(p.Errors) != 1 || p.Errors[0].Field != "name" || !strings.Contains(p.Errors[0].Detail, tt.problem) {
					t.Errorf("problem = %+v, want name: %s", p, tt.problem)
				}

				return
			}
			var g Greeting
			if err := json.Unmarshal(w.Body.Bytes(), &g); err != nil {
				t.Fatal(err)
			}
			if g.Message != tt.message {
				t.Errorf("message = %q, want %q", g.Message, tt.message)
			}
		})
	}
}

func TestSettingOverHTTP(t *testing.T) {
	w := httptest.NewRecorder()
	newHandler(t, "values:\n  greeting: Moin\n").ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/greetings/Ada", nil))
	if want := `{"message":"Moin, Ada!"}` + "\n"; w.Body.String() != want {
		t.Errorf("body = %q, want %q", w.Body, want)
	}
}
