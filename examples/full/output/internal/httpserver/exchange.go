package httpserver

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// Middleware wraps a handler. The first of a list is the outermost.
type Middleware func(http.Handler) http.Handler

// unmatched is the route of every request that no pattern matches. The path
// itself as a label would let any scanner fill the memory with time series.
const unmatched = "unmatched"

// statusClientClosed is what nginx logs when the client has hung up: neither a
// success nor our error.
const statusClientClosed = 499

// exchange is one request and its answer, as every middleware sees it.
type exchange struct {
	http.ResponseWriter

	start     time.Time
	method    string
	route     string
	requestID string
	status    int
	bytes     int64
	panicked  bool
	aborted   bool
}

type exchangeKey struct{}

// exchangeOf returns the exchange that newHandler put into the context.
func exchangeOf(ctx context.Context) *exchange {
	if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return e
	}

	// A handler under test without the chain around it.
	return &exchange{route: unmatched, start: time.Now()}
}

func (e *exchange) WriteHeader(status int) {
	// 1xx are sent ahead of the one that counts.
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

func (e *exchange) Write(p []byte) (int, error) {
	if e.status == 0 {
		e.status = http.StatusOK
	}
	n, err := e.ResponseWriter.Write(p)
	e.bytes += int64(n)

	return n, err
}

// Unwrap lets http.ResponseController flush, hijack and set deadlines.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

func (e *exchange) written() bool { return e.status != 0 }

// outcome returns the status for logs and metrics.
func (e *exchange) outcome(ctx context.Context) int {
	switch {
	case errors.Is(ctx.Err(), context.Canceled) && (e.aborted || !e.written()):
		return statusClientClosed
	case e.aborted:
		return http.StatusInternalServerError
	case !e.written():
		return http.StatusOK // what net/http sends for a handler that wrote nothing
	default:
		return e.status
	}
}

// Handler returns mux with the middlewares around it. The route is looked up
// first, and not read from Request.Pattern afterwards: a middleware that gives
// the request a new context copies it, and the mux sets Pattern on the copy.
func Handler(mux *http.ServeMux, middlewares ...Middleware) http.Handler {
	var handler http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if exchangeOf(r.Context()).route == unmatched {
			writeUnmatched(w, r, mux)

			return
		}
		mux.ServeHTTP(w, r)
	})
	for i := len(middlewares) - 1; i >= 0; i-- {
		handler = middlewares[i](handler)
	}

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		e := &exchange{ResponseWriter: w, start: time.Now(), method: knownMethod(r.Method), route: routeOf(pattern)}
		handler.ServeHTTP(e, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e)))
	})
}

// routeOf turns "GET /v1/greetings/{name}" into "/v1/greetings/{name}".
func routeOf(pattern string) string {
	if pattern == "" {
		return unmatched
	}
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return strings.TrimLeft(path, " \t")
	}

	return pattern
}

// knownMethod keeps invented methods from becoming time series and log fields.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace:
		return method
	default:
		return "_OTHER" // OpenTelemetry's name for it
	}
}

// writeUnmatched says what the mux would say, 404 or 405 with Allow, in the
// form of every other error. Where the mux would only send the client to the
// clean form of a path that nothing matches either, that is a 404 as well.
func writeUnmatched(w http.ResponseWriter, r *http.Request, mux *http.ServeMux) {
	answer := &headerOnly{header: make(http.Header), status: http.StatusNotFound}
	h, _ := mux.Handler(r)
	h.ServeHTTP(answer, r)
	if answer.status < http.StatusBadRequest {
		answer.status = http.StatusNotFound
	}
	if allow := answer.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	WriteProblem(w, r, Problem{Status: answer.status})
}

// headerOnly is a ResponseWriter that forgets the body.
type headerOnly struct {
	header http.Header
	status int
}

func (h *headerOnly) Header() http.Header         { return h.header }
func (h *headerOnly) WriteHeader(status int)      { h.status = status }
func (h *headerOnly) Write(p []byte) (int, error) { return len(p), nil }
