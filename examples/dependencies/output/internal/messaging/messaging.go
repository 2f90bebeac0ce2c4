// Package messaging is what the broker's client and the consumer agree on. It
// knows no broker, so neither does what is written against it.
package messaging

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// maxSize bounds a message with all that goes with it. Brokers take 1 MiB as they
// come, and want some of it for themselves.
const maxSize = 1_000_000 - 64<<10

var (
	// ErrUnpublished says that the broker may not have a message.
	ErrUnpublished = errors.New("the broker did not take the message")

	// ErrRefused marks an error that is the message's, not the broker's: this
	// message is refused however often it is published, and others are taken.
	ErrRefused = errors.New("the message is refused")

	// ErrTooLarge is the most frequent reason.
	ErrTooLarge = fmt.Errorf("%w: it is too large", ErrRefused)
)

// Unpublished tells that a message may be published later: the broker is away.
func Unpublished(err error) bool {
	return errors.Is(err, ErrUnpublished) && !errors.Is(err, ErrRefused)
}

// Message is one event on its way.
type Message struct {
	// ID is the idempotency key: a broker drops a second message with the same
	// one, and a consumer doesn't repeat its effect. Any bytes will do.
	ID string
	// Type says what has happened, as in greeting.created: a consumer finds by it
	// who handles the message, and a type that nobody knows is handled by nobody.
	Type string
	// Key is what the message is about, where that matters: Kafka keeps those with
	// the same one in order.
	Key string
	// Data is what publisher and handler agree on.
	Data []byte
	// Header carries the trace context, among others.
	Header map[string]string
}

// NewMessage returns a message with an id of its own. To publish the same event
// once more, publish the same Message.
func NewMessage(kind string, data []byte) Message {
	return Message{ID: rand.Text(), Type: kind, Data: data, Header: make(map[string]string)}
}

// Check returns ErrTooLarge for a message that no broker takes as it comes.
func (m Message) Check() error {
	size := len(m.ID) + len(m.Type) + len(m.Data) + len(m.Key)
	for key, value := range m.Header {
		size += len(key) + len(value)
	}
	if size > maxSize {
		return fmt.Errorf("%w: %d bytes, and %d may be", ErrTooLarge, size, maxSize)
	}

	return nil
}

// Publisher sends messages.
type Publisher interface {
	// Publish returns nil once the broker has the message on its disk. After an
	// error it may have it or not; publishing the same Message again is safe, and
	// in vain if the error is ErrRefused.
	Publish(ctx context.Context, m Message) error
}

// Delivery is a message that waits for its fate: exactly one of Ack, Retry, Wait
// and DeadLetter, and Wait after a DeadLetter that has failed. Without any of them
// the broker delivers it again.
type Delivery interface {
	Message() Message
	// Attempt is 1 at the first delivery.
	Attempt() int
	// Waits counts the times that it had to wait, as far as that is known.
	Waits() int
	// Unanswered counts the processes that have begun to handle the message and
	// have ended without an answer: it may have been what ended them.
	Unanswered() int
	// Begin comes before handling, so that Unanswered can count.
	Begin(ctx context.Context) error
	// Ack says that the message is done with.
	Ack(ctx context.Context) error
	// Retry asks for the message again, after a while: it has failed.
	Retry(ctx context.Context, after time.Duration) error
	// Wait does the same where the message has not failed.
	Wait(ctx context.Context, after time.Duration) error
	// DeadLetter puts the message aside, with the reason, and then out of the way.
	DeadLetter(ctx context.Context, reason string) error
}

// Source is where deliveries come from.
type Source interface {
	// Receive hands each delivery to handle, at times several at once. It connects
	// again as often as it takes, and returns once ctx ends and all that it will
	// hand over is handed over.
	Receive(ctx context.Context, handle func(Delivery))
	// Receiving tells whether messages would arrive at this moment: without it
	// nothing that waits tells a consumer that has nothing to do from one that
	// can't.
	Receiving() bool
	// Lag counts the messages that nobody has acknowledged yet.
	Lag(ctx context.Context) (int64, error)
}

// Publishers sends each message to all of them, in their order. After an error
// those before it have the message: publishing the same one again is safe.
type Publishers []Publisher

// Publish implements Publisher.
func (p Publishers) Publish(ctx context.Context, m Message) error {
	for _, one := range p {
		if err := one.Publish(ctx, m); err != nil {
			return err
		}
	}

	return nil
}
