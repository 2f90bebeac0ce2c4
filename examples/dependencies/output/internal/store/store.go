package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

var (
	// ErrNoConnection says that every connection of the pool was in use for as long
	// as one is waited for. Nothing was done. Who comes back later finds fewer in
	// front of them.
	ErrNoConnection = errors.New("no connection is free")

	// ErrUnreachable says that a connection was to be made, and that the server hasn't
	// answered for as long as one is waited for.
	ErrUnreachable = errors.New("the server does not answer")

	// ErrReadOnly says that the server can't be written to: it is a replica, perhaps
	// since a moment ago.
	ErrReadOnly = errors.New("the server can't be written to")
)

// Acquire waits for a connection, but not for longer than patience: a queue that is
// longer than that only grows, and whoever waits in it has gone before their turn.
// full tells a pool whose connections are all in use from one that is still making
// them: the first is load, and the second an outage.
func Acquire[C any](ctx context.Context, patience time.Duration, full func() bool, take func(context.Context) (C, error)) (C, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := take(waiting)
	if err != nil && ctx.Err() == nil && waiting.Err() != nil {
		reason := ErrUnreachable
		if full() {
			reason = ErrNoConnection
		}
		err = fmt.Errorf("%w within %s: %w", reason, patience, waitedError{err})
	}

	return c, err
}

// Unavailable tells an error of a server, or of the way to it, that is none of what
// was asked: it is away, in use by others, or not to be written to. Each store adds
// what its driver says.
func Unavailable(err error) bool {
	return errors.Is(err, ErrNoConnection) || errors.Is(err, ErrUnreachable) || errors.Is(err, ErrReadOnly) || Away(err)
}

// waitedError is the end of the waiting, and not that of the request.
type waitedError struct{ err error }

func (e waitedError) Error() string { return e.err.Error() }

// Observe is told when an operation of a store begins. What it returns is told
// the end, and the context is the operation's.
type Observe func(ctx context.Context, store, operation string) (context.Context, func(error))

// All tells several: the first begins first and ends last.
func All(observers ...Observe) Observe {
	return func(ctx context.Context, store, operation string) (context.Context, func(error)) {
		if len(observers) == 0 {
			return ctx, func(error) {}
		}
		ctx, end := observers[0](ctx, store, operation)
		ctx, endOthers := All(observers[1:]...)(ctx, store, operation)

		return ctx, func(err error) {
			endOthers(err)
			end(err)
		}
	}
}

// Log writes down what failed, with the text that a client must not see.
func Log(logger *slog.Logger) Observe {
	return func(ctx context.Context, store, operation string) (context.Context, func(error)) {
		begin := time.Now()

		return ctx, func(err error) {
			if Outcome(err) != "error" {
				return
			}
			logger.ErrorContext(ctx, "store operation failed",
				"store", store, "operation", operation, "duration", time.Since(begin).String(), "error", err)
		}
	}
}

// Outcome is ok, canceled or error. A caller that went away, a row that isn't
// there, a lost race and a value that can't be one are answers and not failures of
// the store.
func Outcome(err error) string {
	switch {
	case err == nil, errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict), errors.Is(err, ErrInvalid):
		return "ok"
	case errors.Is(err, context.Canceled):
		return "canceled"
	default:
		return "error"
	}
}

// Fault returns what of a transaction's error is the store's: all that its driver
// says, and what took too long. What the function in it has returned of its own, a
// refusal for example, has failed nobody's database.
func Fault(err error, ofDriver func(error) bool) error {
	for _, one := range []error{context.Canceled, context.DeadlineExceeded, ErrNoConnection, ErrUnreachable, ErrReadOnly} {
		if errors.Is(err, one) {
			return err
		}
	}
	if err != nil && ofDriver(err) {
		return err
	}

	return nil
}

// PoolStats is the state of a pool of connections.
type PoolStats struct {
	Max   int
	InUse int
	Idle  int

	// Waits is how often an operation found no free connection, and WaitTime how
	// long they waited all together, where the driver counts it.
	Waits    int64
	WaitTime time.Duration

	// Timeouts is how often one was given up, with ErrNoConnection.
	Timeouts int64
}
