package app

import (
	"errors"
	"net"

	"example.com/hello/internal/answer"
	"example.com/hello/internal/idempotency"
	"example.com/hello/internal/store"
)

// answers is how the errors of this service are answered, and whatever wraps them.
// The first row that fits counts; what fits none is 500, and in the log.
// Add those of your own packages here.
func answers() answer.Table {
	return answer.Table{
		{Err: store.ErrNotFound, Kind: answer.NotFound},
		{Err: store.ErrConflict, Kind: answer.Conflict, Detail: "Somebody else has changed it. Read it again."},
		{Err: store.ErrInvalid, Kind: answer.Invalid, Detail: "The request has a value that can't be one."},
		{Err: idempotency.ErrReused, Kind: answer.Unprocessable, Detail: "The Idempotency-Key was used for another request."},
		{If: timedOut, Kind: answer.Late, Detail: "Something that the request needs took too long."},
	}
}

// timedOut tells a network's time-out, which clients of other servers return.
func timedOut(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)

	return ok && netErr.Timeout()
}
