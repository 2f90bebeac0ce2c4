package httpserver

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"
)

const requestIDHeader = "X-Request-Id"

// maxRequestID is twice what a UUID needs. The id is written to every log line.
const maxRequestID = 72

// RequestID takes the caller's id, or makes one, and sends it back.
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHeader)
		if !saneRequestID(id) {
			id = rand.Text()
		}
		exchangeOf(r.Context()).requestID = id
		w.Header().Set(requestIDHeader, id)
		next.ServeHTTP(w, r)
	})
}

// saneRequestID keeps what a stranger chose from becoming a problem of the logs.
func saneRequestID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}

	return true
}

// RequestAttrs puts the request id into every log record of the request.
func RequestAttrs(ctx context.Context) []slog.Attr {
	e, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok || e.requestID == "" {
		return nil
	}

	return []slog.Attr{slog.String("request_id", e.requestID)}
}

// AccessLog writes one line per request. It has the route and neither path nor
// query: those hold names and account numbers.
func AccessLog(logger *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			e := exchangeOf(ctx)
			// Deferred, so that an aborted request leaves its line as well.
			defer func() {
				status := e.outcome()
				level := slog.LevelInfo
				attrs := append(make([]slog.Attr, 0, 6),
					slog.String("method", e.method),
					slog.String("route", e.route),
					slog.Int("status", status),
					slog.Float64("duration_ms", float64(time.Since(e.start).Microseconds())/1000),
					slog.Int64("bytes", e.bytes),
				)
				if status >= http.StatusInternalServerError {
					// The cause is an ERROR of its own, logged where it happened.
					level = slog.LevelWarn
					if e.cause != nil {
						attrs = append(attrs, slog.Any("error", e.cause))
					}
				}
				logger.LogAttrs(ctx, level, "request", attrs...)
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// Recover turns a panic into a 500. One broken request must not take every
// other one in this process with it.
func Recover(logger *slog.Logger) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := r.Context()
			e := exchangeOf(ctx)
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
					// The handler's way to cut the connection: net/http knows it.
					e.aborted = true
					panic(p)
				}
				e.panicked = true
				logger.LogAttrs(ctx, slog.LevelError, "panic in handler",
					slog.String("method", e.method),
					slog.String("route", e.route),
					slog.Any("panic", p),
					slog.String("stack", string(debug.Stack())),
				)
				if e.written() {
					// Half an answer must not look like a whole one. The status
					// line is gone, but logs and metrics shall count an error.
					e.status = http.StatusInternalServerError
					panic(http.ErrAbortHandler)
				}
				WriteProblem(w, r, Problem{Status: http.StatusInternalServerError})
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// Timeout ends the request's context after the budget, or after the route's own,
// and answers 503 if the handler then returns without an answer.
//
// It isn't http.TimeoutHandler: that one holds every answer in memory until it
// is complete, can't stream, and leaves the handler behind in a goroutine that
// nobody counts. The price is that a handler which ignores its context is not
// cut off here. The server's WriteTimeout then ends the connection, and log and
// metrics say 503.
func Timeout(budget time.Duration) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			e := exchangeOf(r.Context())
			budget := budget
			if e.budget > 0 {
				budget = e.budget
				extend(w, e, budget)
			}
			ctx, cancel := context.WithTimeout(r.Context(), budget)
			defer cancel()
			if e.budget > 0 && e.server != nil {
				defer e.server.onStop(cancel)()
			}
			next.ServeHTTP(w, r.WithContext(ctx))
			if ctx.Err() == nil || e.written() || e.gone() {
				return
			}
			p := Problem{Status: http.StatusServiceUnavailable, Detail: "The server is stopping."}
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				p.Detail = "The request took longer than " + budget.String() + "."
			}
			WriteProblem(w, r, p)
		})
	}
}

// extend keeps the server's own deadlines from cutting a route that has more
// time: it gets as much on top of its budget as every other route does.
func extend(w http.ResponseWriter, e *exchange, budget time.Duration) {
	until := e.start.Add(budget + writeMargin)
	if e.deadline.IsZero() || until.Before(e.deadline) {
		return
	}
	controller := http.NewResponseController(w)
	// What has no deadlines, a recorder in a test, needs no others.
	_ = controller.SetReadDeadline(until)
	_ = controller.SetWriteDeadline(until)
}

// writeMargin is for sending the answer of a route with a budget of its own.
const writeMargin = 5 * time.Second

// budgeted is a handler with a budget of its own.
type budgeted struct {
	http.Handler

	budget time.Duration
}

// Budget gives a route another budget than http.timeout, for a report, a stream
// or a websocket. None is endless: whoever is still there connects again, and
// so finds the pods that were added since. What has such a budget has to watch
// its context, which ends when the server stops, too.
func Budget(budget time.Duration, handler http.Handler) http.Handler {
	return &budgeted{Handler: handler, budget: budget}
}

// BodyLimit refuses a body that says it is too large, and cuts off one that
// turns out to be: reading it fails with *http.MaxBytesError, and with *BodyError
// where the client is what fails.
func BodyLimit(limit int) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ContentLength > int64(limit) {
				// Nobody will read the rest of it.
				w.Header().Set("Connection", "close")
				WriteProblem(w, r, Problem{Status: http.StatusRequestEntityTooLarge})

				return
			}
			r.Body = &requestBody{ReadCloser: http.MaxBytesReader(w, r.Body, int64(limit)), request: r.Context()}
			next.ServeHTTP(w, r)
		})
	}
}

// CloseWhileDraining ends keep-alive connections one by one with their next
// answer, so that clients reconnect to another pod now and not all at once when
// the listener closes.
func CloseWhileDraining(draining func() bool) Middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if draining() {
				w.Header().Set("Connection", "close")
			}
			next.ServeHTTP(w, r)
		})
	}
}
