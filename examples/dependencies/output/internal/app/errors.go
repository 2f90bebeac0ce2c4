package app

import (
	"errors"
	"net"
	"net/http"
	"time"

	"example.com/shop/checkout/internal/httpserver"
	"example.com/shop/checkout/internal/idempotency"
	"example.com/shop/checkout/internal/messaging"
	"example.com/shop/checkout/internal/store"
	"example.com/shop/checkout/internal/store/mysql"
	"example.com/shop/checkout/internal/store/postgres"
	"example.com/shop/checkout/internal/store/redis"
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
		{Err: store.ErrNoConnection, Status: http.StatusServiceUnavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrUnreachable, Status: http.StatusServiceUnavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrReadOnly, Status: http.StatusServiceUnavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		unavailable(postgres.Name, postgres.Unavailable),
		unavailable(mysql.Name, mysql.Unavailable),
		unavailable(redis.Name, redis.Unavailable),
		{Err: messaging.ErrTooLarge, Status: http.StatusRequestEntityTooLarge, Detail: "What others would be told of it is too large."},
		{If: timedOut, Status: http.StatusServiceUnavailable, Detail: "Something that the request needs took too long."},
	}
}

// timedOut tells a network's time-out, which clients of other servers return.
func timedOut(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)

	return ok && netErr.Timeout()
}

// unavailable is the answer while a server is away. Its name is no secret, unlike
// the text of the error, which is in the log.
func unavailable(name string, is func(error) bool) httpserver.Mapping {
	return httpserver.Mapping{
		If: is, Status: http.StatusServiceUnavailable, Detail: "A dependency is not available: " + name + ".", RetryAfter: time.Second,
	}
}
