package greeting_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/hello/internal/answer"
	"example.com/hello/internal/greeting"
	"example.com/hello/internal/httpserver"
	"example.com/hello/internal/idempotency"
	"example.com/hello/internal/store"
)

func newHandler(t *testing.T) http.Handler {
	t.Helper()
	mux := http.NewServeMux()
	greeting.Register(mux, newService(t, ""))

	return httpserver.Handler(mux, httpserver.RequestID, httpserver.Errors(slog.New(slog.DiscardHandler), answer.Table{
		{Err: store.ErrNotFound, Kind: answer.NotFound},
		{Err: idempotency.ErrReused, Kind: answer.Unprocessable},
	}))
}

// ask sends a request; header is name and value in turn.
func ask(handler http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)

	return w
}

func TestCreateOverHTTP(t *testing.T) {
	handler := newHandler(t)
	first := ask(handler, "POST", "/v1/greetings", `{"name":"Ada"}`, "Idempotency-Key", "1")
	var g greeting.Greeting
	if err := json.Unmarshal(first.Body.Bytes(), &g); err != nil {
		t.Fatal(err)
	}
	if first.Code != http.StatusCreated || first.Header().Get("Location") != "/v1/greetings/"+g.ID ||
		first.Header().Get("ETag") != `"1"` || g.Message != "Hello, Ada!" {
		t.Errorf("got %d %v %s", first.Code, first.Header(), first.Body)
	}
	again := ask(handler, "POST", "/v1/greetings", `{"name":"Ada"}`, "Idempotency-Key", "1")
	if again.Code != http.StatusCreated || again.Body.String() != first.Body.String() || again.Header().Get("Idempotent-Replayed") != "true" {
		t.Errorf("again: %d %s, want the first answer", again.Code, again.Body)
	}
	read := ask(handler, "GET", "/v1/greetings/"+g.ID, "")
	if read.Code != http.StatusOK || read.Body.String() != first.Body.String() {
		t.Errorf("read: %d %s", read.Code, read.Body)
	}
}

func TestRefusalsOverHTTP(t *testing.T) {
	handler := newHandler(t)
	created := ask(handler, "POST", "/v1/greetings", `{"name":"Ada"}`, "Idempotency-Key", "1")
	path := created.Header().Get("Location")
	const key, ifMatch = "Idempotency-Key", "If-Match"
	tests := []struct {
		name, method, path, body string
		header                   []string
		status                   int
		field                    string
	}{
		{name: "no key", method: "POST", path: "/v1/greetings", body: `{"name":"Ada"}`, status: 400},
		{name: "a key for another request", method: "POST", path: "/v1/greetings", body: `{"name":"Eve"}`, header: []string{key, "1"}, status: 422},
		{name: "a name that is none", method: "POST", path: "/v1/greetings", body: `{"name":"<b>"}`, header: []string{key, "2"}, status: 400, field: "name"},
		{name: "an unknown field", method: "POST", path: "/v1/greetings", body: `{"nom":"Ada"}`, header: []string{key, "3"}, status: 400, field: "nom"},
		{name: "a wrong type", method: "POST", path: "/v1/greetings", body: `{"name":1}`, header: []string{key, "4"}, status: 400, field: "name"},
		{name: "not there", method: "GET", path: "/v1/greetings/nobody", status: 404},
		{name: "a NUL", method: "GET", path: "/v1/greetings/%00", status: 404},
		{name: "no text", method: "GET", path: "/v1/greetings/%ff", status: 404},
		{name: "a page after a NUL", method: "GET", path: "/v1/greetings?after=%00", status: 400, field: "after"},
		{name: "a page after no text", method: "GET", path: "/v1/greetings?after=%ff", status: 400, field: "after"},
		{name: "a page after nobody's id", method: "GET", path: "/v1/greetings?after=nobody", status: 400, field: "after"},
		{name: "a change of a NUL", method: "PUT", path: "/v1/greetings/%00", body: `{"name":"Eve"}`, header: []string{ifMatch, `"1"`}, status: 404},
		{name: "a page of too many", method: "GET", path: "/v1/greetings?limit=101", status: 400, field: "limit"},
		{name: "a page of none", method: "GET", path: "/v1/greetings?limit=0", status: 400, field: "limit"},
		{name: "a change without a version", method: "PUT", path: path, body: `{"name":"Eve"}`, status: 428},
		{name: "a change of what is gone", method: "PUT", path: path, body: `{"name":"Eve"}`, header: []string{ifMatch, `"7"`}, status: 412},
		{name: "a version that is none", method: "PUT", path: path, body: `{"name":"Eve"}`, header: []string{ifMatch, "1"}, status: 412},
		{name: "a change of nothing", method: "PUT", path: "/v1/greetings/nobody", body: `{"name":"Eve"}`, header: []string{ifMatch, `"1"`}, status: 404},
		{name: "a change to no name", method: "PUT", path: path, body: `{"name":""}`, header: []string{ifMatch, `"1"`}, status: 400, field: "name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := ask(handler, tt.method, tt.path, tt.body, tt.header...)
			var p httpserver.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || p.Status != tt.status {
				t.Errorf("status = %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != tt.field) {
				t.Errorf("problem = %+v, want the field %s", p, tt.field)
			}
		})
	}
}

func TestRenameAndListOverHTTP(t *testing.T) {
	handler := newHandler(t)
	if got := ask(handler, "GET", "/v1/greetings", "").Body.String(); got != `{"items":[]}`+"\n" {
		t.Errorf("an empty list is %s", got)
	}
	path := ask(handler, "POST", "/v1/greetings", `{"name":"Ada"}`, "Idempotency-Key", "1").Header().Get("Location")
	ask(handler, "POST", "/v1/greetings", `{"name":"Eve"}`, "Idempotency-Key", "2")
	changed := ask(handler, "PUT", path, `{"name":"Grace"}`, "If-Match", `"1"`)
	if changed.Code != http.StatusOK || changed.Header().Get("ETag") != `"2"` || !strings.Contains(changed.Body.String(), "Hello, Grace!") {
		t.Errorf("changed: %d %v %s", changed.Code, changed.Header(), changed.Body)
	}
	var page struct {
		Items []greeting.Greeting `json:"items"`
		Next  string              `json:"next"`
	}
	var names []string
	for after := ""; ; after = page.Next {
		page.Next = ""
		w := ask(handler, "GET", "/v1/greetings?limit=1&after="+after, "")
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, g := range page.Items {
			names = append(names, g.Name)
		}
		if page.Next == "" {
			break
		}
	}
	if len(names) != 2 || strings.Contains(strings.Join(names, " "), "Ada") {
		t.Errorf("names = %v, want Grace and Eve", names)
	}
}
