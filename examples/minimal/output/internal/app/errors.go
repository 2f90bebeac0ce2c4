package app

import (
	"errors"
	"net"
	"net/http"

	"example.com/hello/internal/httpserver"
	"example.com/hello/internal/idempotency"
	"example.com/hello/internal/store"
)

// answers is how the errors of this service are answered over HTTP, and whatever
// wraps them. The first row that fits counts; what fits none is 500, and in the
// log. Add those of your own packages here.
func answers() []httpserver.Mapping {
	return []httpserver.Mapping{
		{Err: store.ErrNotFound, Status: http.StatusNotFound},
		{Err: store.ErrConflict, Status: http.StatusConflict, Detail: "Somebody else has changed it. Read it again."},
		{Err: store.ErrInvalid, Status: http.StatusBadRequest, Detail: "The request has a value that can't be one."},
		{Err: idempotency.ErrReused, Status: http.StatusUnprocessableEntity, Detail: "The Idempotency-Key was used for another request."},
		{If: timedOut, Status: http.StatusServiceUnavailable, Detail: "Something that the request needs took too long."},
	}
}

// timedOut tells a network's time-out, which clients of other servers return.
func timedOut(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)

	return ok && netErr.Timeout()
}
