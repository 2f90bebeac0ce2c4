package httpserver

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

// unreadMargin is for telling a client that its body didn't arrive.
const unreadMargin = time.Second

// BodyError says that a body did not arrive: its client has hung up, was too slow,
// or sent what is no HTTP. Its cause can't be unwrapped: the end of the client's
// connection must not be taken for that of a data store.
type BodyError struct {
	// Err is for the log.
	Err error
}

func (e *BodyError) Error() string { return "the body did not arrive: " + e.Err.Error() }

// status for the log and the metrics, which is the client's in any case.
func (e *BodyError) status() int {
	var network net.Error
	switch {
	case errors.Is(e.Err, os.ErrDeadlineExceeded), errors.As(e.Err, &network) && network.Timeout():
		return http.StatusRequestTimeout
	case network != nil, errors.Is(e.Err, io.EOF), errors.Is(e.Err, io.ErrUnexpectedEOF),
		errors.Is(e.Err, net.ErrClosed), errors.Is(e.Err, syscall.ECONNRESET):
		return statusClientClosed
	default:
		return http.StatusBadRequest
	}
}

// problem is for a client that can still read: one that has closed its own half of
// the connection, for example.
func (e *BodyError) problem() Problem {
	switch status := e.status(); status {
	case http.StatusRequestTimeout:
		return Problem{Status: status, Detail: "The body took too long to arrive."}
	case statusClientClosed:
		return Problem{Status: http.StatusBadRequest, Detail: "The body ended early."}
	default:
		return Problem{Status: status, Detail: "The body is not valid HTTP."}
	}
}

// requestBody is what handlers read. It tells the client's failures from all others.
type requestBody struct {
	io.ReadCloser

	request context.Context
}

func (b *requestBody) Read(p []byte) (int, error) {
	before := b.request.Err()
	n, err := b.ReadCloser.Read(p)
	if before == nil && errors.Is(b.request.Err(), context.DeadlineExceeded) {
		// The time of the request has ended while nothing came from the client.
		return n, &BodyError{Err: os.ErrDeadlineExceeded}
	}

	return n, bodyError(err)
}

// bodyError leaves alone what isn't the client's, and what has an answer of its own.
func bodyError(err error) error {
	_, tooLarge := errors.AsType[*http.MaxBytesError](err)
	_, known := errors.AsType[*BodyError](err)
	if err == nil || err == io.EOF || tooLarge || known || errors.Is(err, http.ErrBodyReadAfterClose) { //nolint:errorlint // io.EOF itself is the end
		return err
	}

	return &BodyError{Err: err}
}
