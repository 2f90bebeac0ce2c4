package store

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
)

// Away tells an error of the connection: the server was not there, or went away.
// What took too long is none, once there was a connection: that may be due to what
// was asked.
func Away(err error) bool { return dials(err) || Lost(err) }

// dials tells an error of making a connection. A time-out of that says that it is
// the end of a deadline.
func dials(err error) bool {
	dial, ok := errors.AsType[*net.OpError](err)

	return ok && dial.Op == "dial"
}

// Lost tells that a connection that was there broke off: a server that goes away
// does that, or what was asked of it may have been the reason.
func Lost(err error) bool {
	if dials(err) {
		return false
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return false
	}
	var netErr net.Error
	if errors.As(err, &netErr) && netErr.Timeout() {
		return false
	}

	return netErr != nil || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
