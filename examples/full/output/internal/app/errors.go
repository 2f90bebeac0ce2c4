package app

import (
	"errors"
	"net"
	"slices"
	"time"

	"git.example.com/trade/market/internal/answer"
	"git.example.com/trade/market/internal/idempotency"
	"git.example.com/trade/market/internal/messaging"
	"git.example.com/trade/market/internal/store"
	"git.example.com/trade/market/internal/store/postgres"
	"git.example.com/trade/market/internal/store/redis"
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
		{Err: messaging.ErrTooLarge, Kind: answer.TooLarge, Detail: "What others would be told of it is too large."},
		{Err: store.ErrNoConnection, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrUnreachable, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		{Err: store.ErrReadOnly, Kind: answer.Unavailable, Detail: "Come again in a moment.", RetryAfter: time.Second},
		unavailable("postgres or redis", postgres.Unavailable, redis.Unavailable),
		{If: timedOut, Kind: answer.Late, Detail: "Something that the request needs took too long."},
	}
}

// timedOut tells a network's time-out, which clients of other servers return.
func timedOut(err error) bool {
	netErr, ok := errors.AsType[net.Error](err)

	return ok && netErr.Timeout()
}

// unavailable is the answer while a server is away. Its name is no secret, unlike
// the text of the error, which is in the log. Of several all are named: the ends of
// their connections look alike.
func unavailable(name string, are ...func(error) bool) answer.Row {
	return answer.Row{
		If: func(err error) bool {
			return slices.ContainsFunc(are, func(is func(error) bool) bool { return is(err) })
		},
		Kind: answer.Unavailable, Detail: "A dependency is not available: " + name + ".", RetryAfter: time.Second,
	}
}
