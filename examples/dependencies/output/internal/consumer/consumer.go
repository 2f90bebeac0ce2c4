// Package consumer handles messages: each at least once, and its effect not
// twice. How many at a time, how often again, and what becomes of one that can't
// be handled are settings of the section "consumer".
package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/messaging"
)

const (
	// lagInterval is how often the broker is asked for the lag: as often as
	// Prometheus usually scrapes.
	lagInterval = 15 * time.Second

	// lagHolds is how long a lag is one: after that nobody knows it, and a number
	// from before would look as if all were well.
	lagHolds = 4 * lagInterval

	// settleTimeout bounds the answer to the broker. A broker that doesn't take
	// it delivers the message again, and the id is known then.
	settleTimeout = 2 * time.Second

	// readyTimeout bounds asking the servers of handlers.
	readyTimeout = 2 * time.Second
)

var (
	// ErrPermanent marks an error that no further try will cure, a message that
	// can't be read for example: wrap it, and the message becomes a dead letter now.
	ErrPermanent = errors.New("not worth another try")

	// ErrUnavailable marks an error that is not the message's: something that its
	// handling needs is away. Wrap it, and the message waits, however long that
	// takes, and never becomes a dead letter for it.
	ErrUnavailable = errors.New("what the message needs is away")

	// ErrBusy says that the same message is being handled at this moment.
	ErrBusy = errors.New("the same message is being handled")

	errAlone = errors.New("a server is away for this message, and not for others")

	errName = errors.New("a consumer has a name of 1 to 64 bytes: it is half of the key of what is done")
)

// maxName is what the tables of processed messages have room for.
const maxName = 64

// Handler does what a message asks for. Its context ends with the time that one
// try has. It may be called again for the same message after an error.
type Handler func(ctx context.Context, m messaging.Message) error

// Processed remembers what is done.
type Processed interface {
	// Once runs effect unless it has succeeded for this consumer and this id
	// before, and tells whether it ran. Consumers know nothing of one another: each
	// has a message of its own to handle. Any bytes are an id.
	//
	// An error before effect began says that nobody can tell whether the message is
	// done, or ErrBusy; it is nothing that the message has done. An error after it
	// began says that no effect was kept.
	Once(ctx context.Context, consumer, id string, effect func(ctx context.Context) error) (bool, error)
}

// Options is what a Consumer is made of.
type Options struct {
	// Name tells consumers apart: in logs, in metrics, and in what is remembered of
	// a message. Another name handles all messages that are still there once more.
	Name   string
	Source messaging.Source
	// Handlers are found by the type of a message. Without any there is nothing to
	// receive.
	Handlers Handlers
	// Around, if there is one, is around each of them.
	Around    func(func(context.Context, messaging.Message) error) func(context.Context, messaging.Message) error
	Processed Processed
	// Unavailable tells an error of a server that was away from one of the message.
	// Without it every error of a handler is the message's.
	Unavailable func(error) bool
	// Lost tells those of them that are no word of a server: a connection that broke
	// off, or an answer that never came. A message may do that to a server.
	Lost func(error) bool
	// Ready asks the servers that handlers use. A message that has been tried before
	// isn't begun without them: one that hangs costs it one try at most.
	Ready  func(ctx context.Context) error
	Limits config.Consumer
	Logger *slog.Logger
}

// AnyOf is the Unavailable or the Lost of a handler that uses several servers.
func AnyOf(are ...func(error) bool) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(are, func(one func(error) bool) bool { return one(err) })
	}
}

// AllOf is the Ready of handlers that use several servers.
func AllOf(checks ...func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, check := range checks {
			if err := check(ctx); err != nil {
				return err
			}
		}

		return nil
	}
}

// Stats counts since the start.
type Stats struct {
	Processed    int64
	Failed       int64
	DeadLettered int64
	Duplicates   int64
	Waited       int64
	InFlight     int64
}

// Consumer runs between Start and Stop.
type Consumer struct {
	Options

	// receiving ends first, handling only if that isn't enough.
	stopReceiving context.CancelFunc
	stopHandling  context.CancelFunc
	done          chan struct{}

	// alone is for a message that may have ended a process: nothing is handled
	// beside it, so nothing else is suspected the next time.
	alone sync.RWMutex

	processed, failed, deadLettered, duplicates, waited, inFlight atomic.Int64

	suspects suspects
	lag      atomic.Pointer[lag]
}

// New returns a Consumer that waits for Start.
func New(options Options) *Consumer {
	return &Consumer{Options: options, done: make(chan struct{})}
}

// Start begins to receive, and doesn't wait for the broker.
func (c *Consumer) Start(ctx context.Context) error {
	if c.Name == "" || len(c.Name) > maxName {
		return errName
	}
	if !c.Receives() {
		c.stopReceiving, c.stopHandling = func() {}, func() {}
		close(c.done)

		return nil
	}
	// The start ends, and the work goes on.
	handling, stopHandling := context.WithCancel(context.WithoutCancel(ctx))
	receiving, stopReceiving := context.WithCancel(handling)
	c.stopReceiving, c.stopHandling = stopReceiving, stopHandling

	go func() {
		defer close(c.done)
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { c.watchLag(receiving) })
		slots := make(chan struct{}, c.Limits.Concurrency)
		c.Source.Receive(receiving, func(d messaging.Delivery) {
			// Waits here, and so does the source: what nobody has time for stays
			// with the broker, where others can take it.
			slots <- struct{}{}
			c.inFlight.Add(1)
			wg.Go(func() {
				defer func() {
					c.inFlight.Add(-1)
					<-slots
				}()
				c.handle(handling, d)
			})
		})
	}()

	return nil
}

// Stop takes no more messages and waits for those in hand. When ctx ends first,
// they are given up, and the broker delivers them again to somebody else.
func (c *Consumer) Stop(ctx context.Context) error {
	c.stopReceiving()
	defer c.stopHandling()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%d messages given up, to be delivered again: %w", c.inFlight.Load(), ctx.Err())
	}
}

// Stats returns the counts.
func (c *Consumer) Stats() Stats {
	return Stats{
		Processed:    c.processed.Load(),
		Failed:       c.failed.Load(),
		DeadLettered: c.deadLettered.Load(),
		Duplicates:   c.duplicates.Load(),
		Waited:       c.waited.Load(),
		InFlight:     c.inFlight.Load(),
	}
}

// Receives tells whether there is anything to receive for.
func (c *Consumer) Receives() bool { return len(c.Handlers) > 0 }

// Receiving tells whether messages arrive, or would if there were any.
func (c *Consumer) Receiving() bool { return c.Source.Receiving() }

func (c *Consumer) handle(ctx context.Context, d messaging.Delivery) {
	m := d.Message()
	if n := d.Unanswered(); n >= c.Limits.MaxTries {
		c.failed.Add(1)
		c.deadLetter(ctx, d, fmt.Errorf("processes that have ended while they handled it: %d", n))

		return
	} else if n > 0 {
		c.alone.Lock()
		defer c.alone.Unlock()
	} else {
		c.alone.RLock()
		defer c.alone.RUnlock()
	}
	began, ran, err := c.begin(ctx, d)
	switch {
	case err == nil && ran:
		c.processed.Add(1)
		c.suspects.through(KeyOf(c.Name, m.ID), m)
		c.settle(ctx, d, "acknowledge", d.Ack)
	case err == nil:
		c.duplicates.Add(1)
		c.suspects.forget(KeyOf(c.Name, m.ID))
		c.settle(ctx, d, "acknowledge", d.Ack)
	case !began, ctx.Err() != nil:
		// Nothing of the message's was done: nobody could tell whether it is known, or
		// it was delivered a second time while the first is at work, which may yet
		// fail. Or it was given up by a shutdown, for another replica.
		c.wait(ctx, d, err)
	case errors.Is(err, ErrPermanent):
		c.failed.Add(1)
		c.deadLetter(ctx, d, err)
	case errors.Is(err, ErrUnavailable):
		c.wait(ctx, d, err)
	case c.Unavailable != nil && c.Unavailable(err):
		// A server went away in the middle. One that does so at each try of this
		// message, and is there for others, is made to by the message.
		if n := c.suspects.again(KeyOf(c.Name, m.ID), m, c.Lost != nil && c.Lost(err), c.Limits.MaxTries); n < c.Limits.MaxTries {
			c.wait(ctx, d, err)

			return
		}
		c.failed.Add(1)
		c.deadLetter(ctx, d, fmt.Errorf("%w: %w", errAlone, err))
	case d.Attempt() >= c.Limits.MaxTries:
		c.failed.Add(1)
		c.deadLetter(ctx, d, err)
	default:
		c.failed.Add(1)
		c.Logger.WarnContext(ctx, "message failed, to be tried again",
			"consumer", c.Name, "message_id", m.ID, "attempt", d.Attempt(), "error", err)
		c.settle(ctx, d, "ask for again", func(ctx context.Context) error {
			return d.Retry(ctx, messaging.Backoff(d.Attempt()))
		})
	}
}

// begin tries a message, if what it needs is there.
func (c *Consumer) begin(ctx context.Context, d messaging.Delivery) (began, ran bool, err error) {
	if again := d.Attempt() > 1 || d.Waits() > 0; again && c.Ready != nil {
		asking, cancel := context.WithTimeout(ctx, readyTimeout)
		err := c.Ready(asking)
		cancel()
		if err != nil {
			return false, false, err
		}
	}
	if err := d.Begin(ctx); err != nil {
		return false, false, err
	}

	return c.try(ctx, d.Message())
}

// wait asks for a message again that hasn't failed, later each time.
func (c *Consumer) wait(ctx context.Context, d messaging.Delivery, reason error) {
	c.waited.Add(1)
	c.Logger.WarnContext(ctx, "message waits",
		"consumer", c.Name, "message_id", d.Message().ID, "waits", d.Waits()+1, "error", reason)
	c.settle(ctx, d, "ask for again", func(ctx context.Context) error {
		return d.Wait(ctx, messaging.Backoff(d.Waits()+1))
	})
}

// try runs the handler once, unless the message is known, and tells whether the
// handler began, and whether it is this try that has had the effect.
func (c *Consumer) try(ctx context.Context, m messaging.Message) (began, ran bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.Limits.Timeout)
	defer cancel()

	ran, err = c.Processed.Once(ctx, c.Name, m.ID, func(ctx context.Context) (err error) {
		began = true
		defer func() {
			if p := recover(); p != nil {
				c.Logger.ErrorContext(ctx, "panic in handler",
					"consumer", c.Name, "message_id", m.ID, "panic", p, "stack", string(debug.Stack()))
				err = fmt.Errorf("handler panicked: %v", p)
			}
		}()

		return c.handler()(ctx, m)
	})

	return began, ran, err
}

func (c *Consumer) handler() Handler {
	if c.Around == nil {
		return c.Handlers.Handle
	}

	return c.Around(c.Handlers.Handle)
}

func (c *Consumer) deadLetter(ctx context.Context, d messaging.Delivery, reason error) {
	c.Logger.ErrorContext(ctx, "message becomes a dead letter",
		"consumer", c.Name, "message_id", d.Message().ID, "attempt", d.Attempt(), "error", reason)
	telling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	err := d.DeadLetter(telling, messaging.Reason(reason))
	cancel()
	if err != nil {
		// Not lost, and not out of the way: it is tried again, and put aside again.
		c.wait(ctx, d, fmt.Errorf("can't be put aside: %w", err))

		return
	}
	c.suspects.forget(KeyOf(c.Name, d.Message().ID))
	c.deadLettered.Add(1)
}

// settle tells the broker, also when handling was given up in the meantime.
func (c *Consumer) settle(ctx context.Context, d messaging.Delivery, what string, tell func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := tell(ctx); err != nil {
		c.Logger.WarnContext(ctx, "could not "+what+" a message, so it will be delivered again",
			"consumer", c.Name, "message_id", d.Message().ID, "error", err)
	}
}
