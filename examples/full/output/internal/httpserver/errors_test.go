package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"git.example.com/trade/market/internal/answer"
)

var errAway = errors.New("away")

// failing is the chain around a handler that returns err.
func failing(log io.Writer, err error) http.Handler {
	logger := slog.New(slog.NewJSONHandler(log, nil))
	mux := http.NewServeMux()
	mux.Handle("/things/{id}", HandlerFunc(func(http.ResponseWriter, *http.Request) error { return err }))

	return Handler(mux, RequestID, AccessLog(logger), Recover(logger), Errors(logger, answer.Table{
		{Err: errAway, Kind: answer.Unavailable, Detail: "Come again.", RetryAfter: 1500 * time.Millisecond},
		{If: func(err error) bool { return err.Error() == "by its text" }, Kind: answer.Conflict},
	}), Timeout(time.Minute))
}

func TestErrorsAreAnswered(t *testing.T) {
	tests := []struct {
		name       string
		err        error
		status     int
		detail     string
		retryAfter string
		errorLines int
	}{
		{name: "nobody has mapped it", err: errors.New("password of the database"), status: 500, errorLines: 1},
		{name: "mapped, and wrapped", err: fmt.Errorf("read: %w", errAway), status: 503, detail: "Come again.", retryAfter: "2"},
		{name: "mapped by a question", err: errors.New("by its text"), status: 409},
		{name: "out of time", err: fmt.Errorf("read: %w", context.DeadlineExceeded), status: 503, detail: "The request took too long."},
		{name: "says it itself", err: fmt.Errorf("wrapped: %w", Invalid("No.", FieldError{"name", "must not be empty"})), status: 400, detail: "No."},
		{name: "too large", err: &http.MaxBytesError{Limit: 1}, status: 413},
		// Canceled by somebody else than the client: a mistake of our own.
		{name: "canceled, and the client is there", err: context.Canceled, status: 500, errorLines: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			w := httptest.NewRecorder()
			failing(&log, tt.err).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/things/1", nil))
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status || p.Status != tt.status || p.Detail != tt.detail || p.RequestID == "" {
				t.Errorf("answer = %d %+v, want %d %q", w.Code, p, tt.status, tt.detail)
			}
			if got := w.Header().Get("Retry-After"); got != tt.retryAfter {
				t.Errorf("Retry-After = %q, want %q", got, tt.retryAfter)
			}
			if strings.Contains(w.Body.String(), "password") {
				t.Errorf("the cause is in the answer: %s", w.Body)
			}
			if got := strings.Count(log.String(), `"level":"ERROR"`); got != tt.errorLines {
				t.Errorf("%d lines of ERROR, want %d: %s", got, tt.errorLines, &log)
			}
			r := lastLine(t, &log)
			if r["status"] != float64(tt.status) {
				t.Errorf("access log = %v, want %d", r, tt.status)
			}
			if tt.status >= 500 && r["error"] != tt.err.Error() {
				t.Errorf("access log = %v, want the cause", r)
			}
		})
	}
}

func TestClientThatIsGoneGetsNoError(t *testing.T) {
	var log bytes.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequest(http.MethodGet, "/things/1", nil).WithContext(ctx)
	failing(&log, fmt.Errorf("query: %w", context.Canceled)).ServeHTTP(httptest.NewRecorder(), r)
	if r := lastLine(t, &log); r["status"] != 499.0 || strings.Contains(log.String(), "ERROR") {
		t.Errorf("log = %s, want 499 and no error", &log)
	}
}

func TestErrorAfterHalfAnAnswerCutsIt(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	mux := http.NewServeMux()
	mux.Handle("/things/{id}", HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, `{"half":`)

		return errAway
	}))
	server := httptest.NewServer(Handler(mux, AccessLog(logger), Recover(logger), Errors(logger, nil)))
	defer server.Close()
	response, err := http.Get(server.URL + "/things/1")
	if err == nil {
		_, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
	}
	if err == nil {
		t.Error("half an answer looks like a whole one")
	}
	server.Close() // waits for the handler, and so for the log
	if r := lastLine(t, &log); r["status"] != 500.0 || !strings.Contains(log.String(), "away") {
		t.Errorf("log = %s, want 500 and the cause", &log)
	}
}

func TestHandlerWithoutTheChain(t *testing.T) {
	slogBefore := slog.Default()
	defer slog.SetDefault(slogBefore)
	slog.SetDefault(slog.New(slog.DiscardHandler))
	w := httptest.NewRecorder()
	HandlerFunc(func(http.ResponseWriter, *http.Request) error { return errAway }).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status = %d, want 500", w.Code)
	}
}

func TestDecodeJSON(t *testing.T) {
	type inner struct {
		Amount int `json:"amount"`
	}
	type order struct {
		Name  string `json:"name"`
		Inner inner  `json:"inner"`
	}
	tests := []struct {
		name, contentType, body string
		status                  int
		field, detail           string
		want                    order
	}{
		{name: "fine", body: `{"name":"a","inner":{"amount":1}}`, want: order{"a", inner{1}}},
		{name: "white space after it", body: "{} \n", want: order{}},
		{name: "a dialect of JSON", contentType: "application/merge-patch+json; charset=utf-8", body: "{}"},
		{name: "unknown field", body: `{"colour":"a"}`, status: 400, field: "colour", detail: "not known"},
		{name: "wrong type", body: `{"name":1}`, status: 400, field: "name", detail: "number"},
		{name: "wrong type, inside", body: `{"inner":{"amount":"1"}}`, status: 400, field: "inner.amount", detail: "string"},
		{name: "no object", body: `[]`, status: 400, detail: "object"},
		{name: "something after it", body: `{}{"name":"b"}`, status: 400, detail: "nothing after it"},
		{name: "garbage after it", body: `{} x`, status: 400, detail: "nothing after it"},
		{name: "half of it", body: `{"name":`, status: 400, detail: "JSON"},
		{name: "none", body: "", status: 400, detail: "JSON"},
		{name: "a form", contentType: "application/x-www-form-urlencoded", body: "name=a", status: 415, detail: "application/json"},
		{name: "no type", contentType: "-", body: "{}", status: 415, detail: "application/json"},
		{name: "a field twice", body: `{"name":"a","name":"b"}`, status: 400, field: "name", detail: "more than once"},
		{name: "a field twice, once in disguise", body: `{"name":"a","n\u0061me":"b"}`, status: 400, field: "name", detail: "more than once"},
		{name: "other letters", body: `{"NAME":"a"}`, status: 400, field: "NAME", detail: "not known"},
		{name: "other letters, inside", body: `{"inner":{"amount":1,"AMOUNT":100}}`, status: 400, field: "inner.AMOUNT", detail: "not known"},
		{name: "twice, inside", body: ` { "inner" : { "amount" : 1 , "amount" : 2 } } `, status: 400, field: "inner.amount", detail: "more than once"},
		{name: "another charset", contentType: "application/json;charset=latin1", body: "{}", status: 415, detail: "utf-8"},
		{name: "its own charset", contentType: "application/json;charset=UTF-8", body: "{}"},
		{name: "bytes that are no text", body: "{\"name\":\"\xff\"}", status: 400, detail: "UTF-8"},
		{name: "too large", body: `{"name":"` + strings.Repeat("x", 200) + `"}`, status: 413},
		{name: "too large after it", body: "{}" + strings.Repeat(" ", 200), status: 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got order
			mux := http.NewServeMux()
			mux.Handle("POST /", HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error { return DecodeJSON(r, &got) }))
			// A reader of unknown length, so that the limit is met while reading.
			r := httptest.NewRequest(http.MethodPost, "/", io.MultiReader(strings.NewReader(tt.body)))
			if tt.contentType != "-" {
				r.Header.Set("Content-Type", "application/json")
			}
			if len(tt.contentType) > 1 {
				r.Header.Set("Content-Type", tt.contentType)
			}
			w := httptest.NewRecorder()
			Handler(mux, Errors(slog.New(slog.DiscardHandler), nil), BodyLimit(100)).ServeHTTP(w, r)
			if tt.status == 0 {
				if w.Code != http.StatusOK || !reflect.DeepEqual(got, tt.want) {
					t.Errorf("%d %s: %+v, want %+v", w.Code, w.Body, got, tt.want)
				}

				return
			}
			var p Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if w.Code != tt.status {
				t.Errorf("status = %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			said := p.Detail
			if tt.field != "" {
				if len(p.Errors) != 1 || p.Errors[0].Field != tt.field {
					t.Fatalf("problem = %+v, want the field %s", p, tt.field)
				}
				said = p.Errors[0].Detail
			}
			if !strings.Contains(said, tt.detail) {
				t.Errorf("said %q, want %q", said, tt.detail)
			}
		})
	}
}

func TestRouteWithABudgetOfItsOwn(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	begun := make(chan struct{}, 1)
	wait := HandlerFunc(func(w http.ResponseWriter, r *http.Request) error {
		select {
		case begun <- struct{}{}:
		default:
		}
		select {
		case <-time.After(time.Second):
			WriteJSON(w, http.StatusOK, "done")

			return nil
		case <-r.Context().Done():
			return r.Context().Err()
		}
	})
	mux := http.NewServeMux()
	mux.Handle("GET /usual", wait)
	mux.Handle("GET /long", Budget(time.Minute, wait))
	mux.Handle("GET /endless", Budget(time.Minute, HandlerFunc(func(_ http.ResponseWriter, r *http.Request) error {
		begun <- struct{}{}
		<-r.Context().Done()

		return r.Context().Err()
	})))
	s := New(Options{
		Name:     "test",
		Handler:  Handler(mux, Errors(logger, nil), Timeout(100*time.Millisecond)),
		Timeouts: Timeouts{ReadHeader: time.Second, Read: 700 * time.Millisecond, Write: 700 * time.Millisecond, Idle: time.Second},
		Logger:   logger,
	})
	server := httptest.NewUnstartedServer(nil)
	server.Config = s.server
	server.Start()
	defer server.Close()
	ask := func(path string) int {
		response, err := http.Get(server.URL + path)
		if err != nil {
			return 0
		}
		_ = response.Body.Close()

		return response.StatusCode
	}

	for path, want := range map[string]int{"/usual": 503, "/long": 200} {
		if got := ask(path); got != want {
			t.Errorf("%s = %d, want %d", path, got, want)
		}
		<-begun
	}
	answered := make(chan int, 1)
	go func() { answered <- ask("/endless") }()
	<-begun
	stop, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Stop(stop); err != nil {
		t.Errorf("a stop has to wait for it: %v", err)
	}
	if got := <-answered; got != 503 {
		t.Errorf("at the stop = %d, want 503", got)
	}
}
