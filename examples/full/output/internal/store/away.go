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
func Away(err error) bool {
	// Before all else: this time-out says that it is the end of a deadline.
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return true
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
