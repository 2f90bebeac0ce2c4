package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"example.com/catalog/internal/answer"
)

// HandlerFunc answers a request, or returns what kept it from doing so. It does
// one of the two: what it returns is answered by Fail.
type HandlerFunc func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP makes it an http.Handler.
func (f HandlerFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := f(w, r); err != nil {
		Fail(w, r, err)
	}
}

// ProblemError is an error that says itself how it is answered.
type ProblemError struct {
	Problem Problem
	// Err is for the log.
	Err error
}

func (e *ProblemError) Error() string {
	text := strconv.Itoa(e.Problem.Status) + " " + http.StatusText(e.Problem.Status)
	if e.Problem.Detail != "" {
		text += ": " + e.Problem.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}

	return text
}

func (e *ProblemError) Unwrap() error { return e.Err }

// Invalid is the refusal of a request whose fields are wrong.
func Invalid(detail string, fields ...FieldError) error {
	return &ProblemError{Problem: Problem{Status: http.StatusBadRequest, Detail: detail, Errors: fields}}
}

type errorTable struct {
	logger  *slog.Logger
	answers answer.Table
}

// always is how the errors are answered that any handler may return.
func always() answer.Table {
	return answer.Table{{Err: context.DeadlineExceeded, Kind: answer.Late, Detail: "The request took too long."}}
}

// statuses are the words of HTTP.
var statuses = map[answer.Kind]int{
	answer.Invalid:       http.StatusBadRequest,
	answer.NotFound:      http.StatusNotFound,
	answer.Exists:        http.StatusConflict,
	answer.Conflict:      http.StatusConflict,
	answer.Unprocessable: http.StatusUnprocessableEntity,
	answer.TooLarge:      http.StatusRequestEntityTooLarge,
	answer.Unavailable:   http.StatusServiceUnavailable,
	answer.Late:          http.StatusServiceUnavailable,
}

// Errors answers the errors that handlers return: by the first row that fits, and
// all others with 500. An error that is in no row is a mistake in the program, so it
// is logged, with its text; the client isn't told that.
func Errors(logger *slog.Logger, answers answer.Table) Middleware {
	table := &errorTable{logger: logger, answers: slices.Concat(answers, always())}

	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			exchangeOf(r.Context()).errors = table
			next.ServeHTTP(w, r)
		})
	}
}

// Fail answers a request with err.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	e := exchangeOf(ctx)
	e.cause = err
	if e.hijacked || e.cut || e.gone() && errors.Is(err, context.Canceled) {
		return // nobody is there to read it, and outcome says so
	}
	if unread, ok := errors.AsType[*BodyError](err); ok {
		e.unread = unread.status()
		// What comes on this connection next is nothing that can be read. The time for
		// an answer may be over with that for the body.
		w.Header().Set("Connection", "close")
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(unreadMargin))
	}
	table := e.errors
	if table == nil {
		table = &errorTable{logger: slog.Default(), answers: always()}
	}
	p, after, known := table.find(ctx, e, err)
	if e.unread == 0 && (!known || e.written()) {
		table.logger.LogAttrs(ctx, slog.LevelError, "error in handler",
			slog.String("method", e.method),
			slog.String("route", e.route),
			slog.Any("error", err),
		)
	}
	if e.written() {
		// Half an answer must not look like a whole one.
		panic(http.ErrAbortHandler)
	}
	if after > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	}
	WriteProblem(w, r, p)
}

// find returns how err is answered, and whether somebody has said so.
func (t *errorTable) find(ctx context.Context, e *exchange, err error) (p Problem, retryAfter time.Duration, known bool) {
	if own, ok := errors.AsType[*ProblemError](err); ok {
		return own.Problem, 0, true
	}
	if unread, ok := errors.AsType[*BodyError](err); ok {
		return unread.problem(), 0, true
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return Problem{Status: http.StatusRequestEntityTooLarge}, 0, true
	}
	if errors.Is(err, context.Canceled) && e.server != nil && e.server.stopping.Err() != nil && ctx.Err() != nil {
		return Problem{Status: http.StatusServiceUnavailable, Detail: "The server is stopping."}, 0, true
	}
	if row, ok := t.answers.Find(err); ok {
		return Problem{Status: statuses[row.Kind], Detail: row.Detail}, row.RetryAfter, true
	}

	return Problem{Status: http.StatusInternalServerError}, 0, false
}
