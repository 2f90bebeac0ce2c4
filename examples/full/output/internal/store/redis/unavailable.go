package redis

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"git.example.com/trade/market/internal/store"
)

// unavailable begin the answers of a server that can't do now what it may do
// later, https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
var unavailable = []string{
	"BUSY ", "CLUSTERDOWN ", "ERR max number of clients", "LOADING ", "MASTERDOWN ", "MISCONF ", "NOAUTH ", "NOREPLICAS ",
	"OOM ", "READONLY ", "TRYAGAIN ", "UNBLOCKED ", "WRONGPASS ",
}

// Unavailable tells an error of the server, which is away, full, starting or not
// to be written to, from one of what was asked of it.
func Unavailable(err error) bool {
	var answer redis.Error
	if errors.As(err, &answer) {
		return begins(answer, unavailable)
	}

	return errors.Is(err, redis.ErrClosed) || errors.Is(err, redis.ErrPoolTimeout) || store.Unavailable(err)
}

// Away is Unavailable, and a command that has had no answer in time: a server that
// does one thing at a time and hangs is away for everybody, whatever was asked of
// it. Whether the command was carried out is open, so a request isn't told to come
// again for it; a message may well be, it is known by its id.
func Away(err error) bool {
	network, ok := errors.AsType[*net.OpError](err)

	return Unavailable(err) || ok && network.Timeout()
}

// Lost tells those errors that are no word of the server: a connection that broke
// off, and a command that has had no answer in time.
func Lost(err error) bool {
	if _, answered := errors.AsType[redis.Error](err); answered {
		return false
	}
	network, ok := errors.AsType[*net.OpError](err)

	return store.Lost(err) || ok && network.Op != "dial" && network.Timeout()
}

// OfDriver tells an error that server or connection have returned from one of
// somebody else's.
func OfDriver(err error) bool {
	answer, answered := errors.AsType[redis.Error](err)

	return answered && answer != redis.Nil || Away(err)
}

// moved tells that a server is lost or has become a replica. What else is open to
// it has no future.
func moved(err error) bool {
	var answer redis.Error
	if errors.As(err, &answer) {
		return begins(answer, []string{"READONLY ", "MASTERDOWN "})
	}

	return store.Away(err)
}

// refuses tells an answer of the server by its first word.
func refuses(err error, word string) bool {
	answer, ok := errors.AsType[redis.Error](err)

	return ok && begins(answer, []string{word})
}

func begins(answer redis.Error, words []string) bool {
	// A transaction is refused for what one of its commands was refused for.
	text := strings.TrimPrefix(answer.Error(), "EXECABORT Transaction discarded because of previous errors: ")

	return slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(text, word) })
}

// Exhausted says of the pool's time-out what it is: every connection in use, or a
// server that doesn't answer those who want to make one.
func (s *Store) Exhausted(err error) error {
	if !errors.Is(err, redis.ErrPoolTimeout) {
		return err
	}
	reason := store.ErrUnreachable
	if stats := s.Stats(); stats.InUse >= stats.Max {
		reason = store.ErrNoConnection
	}

	return fmt.Errorf("%w: %w", reason, err)
}
