package app

import (
	"errors"
	"net"
	"time"

	"example.com/shop/checkout/internal/answer"
	"example.com/shop/checkout/internal/idempotency"
	"example.com/shop/checkout/internal/messaging"
	"example.com/shop/checkout/internal/store"
	"example.com/shop/checkout/internal/store/mysql"
	"example.com/shop/checkout/internal/store/postgres"
	"example.com/shop/checkout/internal/store/redis"
)

// answers is how the errors of this service are answered, and whatever wraps them.
// The first row that fits counts; what fits none is 500 or INTERNAL, and in the log.
// Add those of your own packages here.
func answers() answer.Table {
	return answer.Table{
		{Err: store.ErrNotFound, Kind: answer.NotFound},
		{Err: store.ErrConflict, Kind: answer.Conflict, Detail: "Somebody else has changed it. Read it again."},
		{Err: store.ErrInvalid, Kind: answer.Invalid, Detail: "The request has a value that can't be one."},
		{Err: idempotency.ErrReused, Kind: answer.Unprocessable, Detail: "The Idempotency-Key was used for another request."},
		{Err: store.ErrNoConnection, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrUnreachable, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrReadOnly, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		unavailable(postgres.Unavailable),
		unavailable(mysql.Unavailable),
		unavailable(redis.Unavailable),
		{Err: messaging.ErrTooLarge, Kind: answer.TooLarge, Detail: "What others would be told of it is too large."},
		{If: timedOut, Kind: answer.Late, Detail: "Something that the request needs took too long."},
	}
}

// timedOut tells a network's time-out, which clients of other servers return.
func timedOut(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)

	return ok && netErr.Timeout()
}

// unavailable is the answer while a server is away. It doesn't say which: the ends
// of two servers' connections look alike, and the log has the text of the error.
func unavailable(is func(error) bool) answer.Row {
	return answer.Row{If: is, Kind: answer.Unavailable, Detail: "A dependency is not available.", RetryAfter: time.Second}
}
