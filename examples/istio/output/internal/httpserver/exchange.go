package httpserver

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
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

// otherMethod is OpenTelemetry's name for a method that is none.
const otherMethod = "_OTHER"

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
	hijacked  bool

	// client ends when the client hangs up, whatever else ends a request's context.
	client context.Context
	// deadline is when the server cuts the connection; zero is never.
	deadline time.Time
	// cut is set once an answer could not be written.
	cut bool
	// budget is the route's own, and 0 where it has none.
	budget time.Duration
	// errors answers what handlers return.
	errors *errorTable
	// unread is the status of a body that didn't arrive, and 0 otherwise.
	unread int
	// cause is what the handler returned, for the log.
	cause error
	// server counts what it has to wait for; nil in a test without one.
	server *Server
}

type exchangeKey struct{}

// exchangeOf returns the exchange that Handler put into the context.
func exchangeOf(ctx context.Context) *exchange {
	if e, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return e
	}

	// A handler under test without the chain around it.
	return &exchange{route: unmatched, start: time.Now(), client: ctx}
}

func (e *exchange) WriteHeader(status int) {
	// 1xx are sent ahead of the one that counts.
	if e.status == 0 && status >= http.StatusOK {
		e.status = status
	}
	e.ResponseWriter.WriteHeader(status)
}

func (e *exchange) Write(p []byte) (int, error) {
	e.begin()
	n, err := e.ResponseWriter.Write(p)
	e.count(int64(n), err)

	return n, err
}

// WriteString is the server's own, which copies nothing.
func (e *exchange) WriteString(s string) (int, error) {
	e.begin()
	n, err := io.WriteString(e.ResponseWriter, s)
	e.count(int64(n), err)

	return n, err
}

// ReadFrom is the server's own, where it has one: it sends files without reading
// them into memory.
func (e *exchange) ReadFrom(source io.Reader) (int64, error) {
	e.begin()
	var n int64
	var err error
	if from, ok := e.ResponseWriter.(io.ReaderFrom); ok {
		n, err = from.ReadFrom(source)
	} else {
		n, err = io.Copy(struct{ io.Writer }{e.ResponseWriter}, source)
	}
	e.count(n, err)

	return n, err
}

// SetWriteDeadline is what http.ResponseController calls.
func (e *exchange) SetWriteDeadline(deadline time.Time) error {
	err := http.NewResponseController(e.ResponseWriter).SetWriteDeadline(deadline)
	if err == nil {
		e.deadline = deadline
	}

	return err
}

// Unwrap lets http.ResponseController do the rest.
func (e *exchange) Unwrap() http.ResponseWriter { return e.ResponseWriter }

func (e *exchange) begin() {
	if e.status == 0 {
		e.status = http.StatusOK
	}
}

func (e *exchange) count(n int64, err error) {
	e.bytes += n
	if err != nil {
		e.cut = true
	}
}

func (e *exchange) written() bool { return e.status != 0 }

// gone tells whether the client has hung up.
func (e *exchange) gone() bool { return errors.Is(e.client.Err(), context.Canceled) }

// late tells whether the server has cut the connection before there was an answer.
func (e *exchange) late() bool { return !e.deadline.IsZero() && time.Now().After(e.deadline) }

// outcome returns the status for logs and metrics, once the handler has returned.
func (e *exchange) outcome() int {
	switch {
	case e.hijacked:
		return e.status
	case e.unread != 0:
		return e.unread // whatever has become of the answer
	case e.gone() && (e.aborted || !e.written()):
		return statusClientClosed
	case e.aborted:
		return http.StatusInternalServerError
	case e.late() && (!e.cut || e.bytes == 0):
		// What was written then is in a buffer that nobody sends.
		return http.StatusServiceUnavailable
	case e.cut:
		return statusClientClosed // it went away, or read too slowly
	case !e.written():
		return http.StatusOK // what net/http sends for a handler that wrote nothing
	default:
		return e.status
	}
}

// writer returns e with what the server's own writer can do besides, and nothing
// that it can't: libraries ask for these by type.
func (e *exchange) writer() http.ResponseWriter {
	_, flushes := e.ResponseWriter.(http.Flusher)
	_, hijacks := e.ResponseWriter.(http.Hijacker)
	switch {
	case flushes && hijacks:
		return struct {
			*exchange
			flusher
			hijacker
		}{e, flusher{e}, hijacker{e}}
	case flushes:
		return struct {
			*exchange
			flusher
		}{e, flusher{e}}
	case hijacks:
		return struct {
			*exchange
			hijacker
		}{e, hijacker{e}}
	default:
		return e
	}
}

// flusher sends what has been written so far, for streams.
type flusher struct{ of *exchange }

func (f flusher) Flush() { _ = f.FlushError() }

func (f flusher) FlushError() error {
	f.of.begin()
	err := http.NewResponseController(f.of.ResponseWriter).Flush()
	f.of.count(0, err)

	return err
}

// hijacker hands the connection over, to a websocket for one.
type hijacker struct{ of *exchange }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffer, err := http.NewResponseController(h.of.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.of.hijacked = true
	if h.of.status == 0 {
		h.of.status = http.StatusSwitchingProtocols
	}
	if h.of.server != nil {
		h.of.server.hijacked.Add(1)
	}

	return connection, buffer, nil
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
		found, pattern := mux.Handler(r)
		ctx := r.Context()
		e := &exchange{ResponseWriter: w, start: time.Now(), method: knownMethod(r.Method), route: routeOf(pattern), client: ctx}
		if own, ok := found.(*budgeted); ok {
			e.budget = own.budget
		}
		if server, ok := ctx.Value(http.ServerContextKey).(*http.Server); ok && server.WriteTimeout > 0 {
			e.deadline = e.start.Add(server.WriteTimeout)
		}
		if server, ok := ctx.Value(serverKey{}).(*Server); ok {
			e.server = server
			defer func() {
				if e.hijacked {
					server.hijacked.Add(-1)
				}
			}()
		}
		handler.ServeHTTP(e.writer(), r.WithContext(context.WithValue(ctx, exchangeKey{}, e)))
	})
}

// routeOf turns "GET /v1/things/{id}" into "/v1/things/{id}".
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
		return otherMethod
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
