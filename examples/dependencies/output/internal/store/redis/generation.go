package redis

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"

	"github.com/redis/go-redis/v9"
)

// generation counts how often the connections had to be made anew.
type generation struct{ atomic.Int64 }

// errOld is what a connection of an older generation answers the pool, which looks
// at each before it is used, and takes another one.
var errOld = errors.New("redis: the server has changed its part since this connection was made")

// conn is a connection of a generation.
type conn struct {
	net.Conn
	made   int64
	newest *generation
}

// SyscallConn is how the library looks whether a connection is still good.
func (c conn) SyscallConn() (syscall.RawConn, error) {
	if c.made != c.newest.Load() {
		return nil, errOld
	}
	if plain, ok := c.Conn.(syscall.Conn); ok {
		return plain.SyscallConn()
	}

	return unseen{}, nil
}

// unseen is the socket below TLS: what arrives on it is nothing to look at.
type unseen struct{}

func (unseen) Control(func(uintptr)) error    { return nil }
func (unseen) Read(func(uintptr) bool) error  { return nil }
func (unseen) Write(func(uintptr) bool) error { return nil }

// watcher hears of every command, and so of the first that says that the server is
// no longer what it was: one request fails for it, and not one for each connection
// of the pool.
type watcher struct{ newest *generation }

// DialHook implements redis.Hook.
func (watcher) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook implements redis.Hook.
func (w watcher) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		w.notice(err)

		return err
	}
}

// ProcessPipelineHook implements redis.Hook.
func (w watcher) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		w.notice(err)
		// A transaction that is refused says so at its end, and why at its commands.
		for _, cmd := range cmds {
			if w.notice(cmd.Err()) {
				break
			}
		}

		return err
	}
}

func (w watcher) notice(err error) bool {
	if !moved(err) {
		return false
	}
	w.newest.Add(1)

	return true
}
