package nats

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/shop/checkout/internal/messaging"
)

const (
	// heartbeat is how often the server says that there is nothing. Two that are
	// missing mean that the stream or the consumer is gone.
	heartbeat = 5 * time.Second

	connectionPoll = 200 * time.Millisecond

	// drainWait is how long what has been asked for may take to arrive at the end.
	drainWait = 500 * time.Millisecond

	// keepFor bounds what nobody fetches, for example dead letters.
	keepFor = 7 * 24 * time.Hour

	// Headers of a dead letter.
	headerReason   = "Dead-Letter-Reason"
	headerAttempts = "Dead-Letter-Attempts"
	headerOrigin   = "Dead-Letter-Origin"
	headerConsumer = "Dead-Letter-Consumer"
	headerOwnID    = "Dead-Letter-Id"
)

// deadLetters are a stream and a subject of their own. In front and not behind,
// so that a stream for "greetings.>" doesn't catch them.
func (c *Client) deadLetters() (stream, subject string) {
	return c.config.Stream + "-DEAD", "dead." + c.config.Subject
}

// Receive implements messaging.Source.
func (c *Client) Receive(ctx context.Context, handle func(messaging.Delivery)) {
	for attempt := 1; ; attempt++ {
		c.awaitConnection(ctx)
		begin := time.Now()
		err := c.session(ctx, handle)
		if ctx.Err() != nil {
			return
		}
		c.failing(ctx, "not receiving", err)
		if time.Since(begin) > setupTimeout {
			attempt = 1 // it went well for a while
		}
		select {
		case <-time.After(messaging.Backoff(attempt)):
		case <-ctx.Done():
			return
		}
	}
}

// awaitConnection looks whether the library has connected. To look costs
// nothing, so it needs no back-off, and messages flow again at once.
func (c *Client) awaitConnection(ctx context.Context) {
	ticker := time.NewTicker(connectionPoll)
	defer ticker.Stop()
	for !c.conn.IsConnected() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// session receives until something breaks or ctx ends.
func (c *Client) session(ctx context.Context, handle func(messaging.Delivery)) error {
	consumer, bucket, err := c.setUpConsumer(ctx)
	if err != nil {
		return err
	}
	// No more are asked for than can be handled: the others can have them.
	messages, err := consumer.Messages(jetstream.PullMaxMessages(c.limits.Concurrency), jetstream.PullHeartbeat(heartbeat))
	if err != nil {
		return err
	}
	defer messages.Stop()
	c.received.begin()
	defer c.received.end()

	next := jetstream.NextContext(ctx)
	for {
		m, err := messages.Next(next)
		switch {
		case err == nil:
			c.received.message()
			handle(c.delivery(ctx, bucket, m))
		case ctx.Err() == nil:
			return err
		default:
			// Asked to stop: no more, but what has arrived is handled.
			messages.Drain()
			for {
				m, err := messages.Next(jetstream.NextMaxWait(drainWait))
				if err != nil {
					return nil // the end of what there was
				}
				handle(c.delivery(ctx, bucket, m))
			}
		}
	}
}

// Lag implements messaging.Source.
func (c *Client) Lag(ctx context.Context) (int64, error) {
	consumer, err := c.js.Consumer(ctx, c.config.Stream, c.config.Consumer)
	if err != nil {
		return 0, fmt.Errorf("nats: %w", err)
	}
	info := consumer.CachedInfo()

	return int64(info.NumPending) + int64(info.NumAckPending), nil //nolint:gosec // No stream has that many.
}

// delivery is one message of JetStream.
type delivery struct {
	jetstream.Msg
	client  *Client
	message messaging.Message
	// redelivered is the server's word, whatever is known of the times before.
	redelivered bool

	bucket jetstream.KeyValue
	key    string
	origin string // where it is in the stream
	past   past
	// unknown is why the past can't be told. What is kept of it stays as it is.
	unknown error
}

func (c *Client) delivery(ctx context.Context, bucket jetstream.KeyValue, m jetstream.Msg) *delivery {
	d := &delivery{Msg: m, client: c, bucket: bucket}
	d.message = messaging.Message{
		ID: readID(m.Headers()), Type: m.Headers().Get(headerType), Data: m.Data(), Header: make(map[string]string),
	}
	for key := range m.Headers() {
		d.message.Header[key] = m.Headers().Get(key)
	}
	delete(d.message.Header, headerType)
	if about, err := m.Metadata(); err == nil {
		d.key = c.pastKey(about.Sequence.Stream)
		d.origin = about.Stream + ":" + strconv.FormatUint(about.Sequence.Stream, 10)
		d.redelivered = about.NumDelivered > 1
		if d.redelivered {
			// The time of receiving may be over: what has arrived is handled all the same.
			d.past, d.unknown = recall(context.WithoutCancel(ctx), bucket, d.key)
		}
		if d.message.ID == "" {
			// A publisher that gives no ids: the place in the stream is one, too.
			// With its time: a stream that is made anew counts from 1 again.
			d.message.ID = d.origin + ":" + strconv.FormatInt(about.Timestamp.UnixNano(), 10)
		}
	}

	return d
}

func (d *delivery) Message() messaging.Message { return d.message }

// Attempt implements messaging.Delivery. The server's own count would take waits
// for tries.
func (d *delivery) Attempt() int { return d.past.tries + d.past.unanswered + 1 }

// Ack waits until the server has it. That costs a round trip, and saves what an
// acknowledgement costs that got lost: the same message once more.
func (d *delivery) Ack(ctx context.Context) error {
	err := d.DoubleAck(ctx)
	if err == nil && (d.again() || d.past != (past{})) {
		_ = d.bucket.Delete(ctx, d.key) // it is forgotten by itself some day
	}

	return err
}

func (d *delivery) Unanswered() int { return d.past.unanswered }

func (d *delivery) Waits() int { return d.past.waits }

// again is true for a message that was delivered before.
func (d *delivery) again() bool { return d.redelivered }

// Begin writes down that the message is being handled, if it was delivered before:
// that may have been because it ended the process. Without knowing how often, it
// isn't handled.
func (d *delivery) Begin(ctx context.Context) error {
	if d.unknown != nil {
		return d.unknown
	}
	if !d.again() && d.past == (past{}) {
		return nil
	}
	begun := d.past
	begun.unanswered++

	return begun.remember(ctx, d.bucket, d.key)
}

// Retry implements messaging.Delivery. It is written down before the message can
// come again.
func (d *delivery) Retry(ctx context.Context, after time.Duration) error {
	d.past.tries++
	if err := d.past.remember(ctx, d.bucket, d.key); err != nil {
		return err
	}

	return d.NakWithDelay(after)
}

// Wait implements messaging.Delivery.
func (d *delivery) Wait(ctx context.Context, after time.Duration) error {
	if d.unknown != nil {
		return d.NakWithDelay(after)
	}
	d.past.waits++
	err := d.past.remember(ctx, d.bucket, d.key)

	return errors.Join(err, d.NakWithDelay(after))
}

// DeadLetter publishes first: a message that is twice there can be found, one
// that is nowhere can't.
func (d *delivery) DeadLetter(ctx context.Context, reason string) error {
	_, subject := d.client.deadLetters()
	letter, own := d.letter(reason)
	err := d.client.publish(ctx, subject, letter)
	if tooLarge(err) {
		// With all that is said about it. Where it is in the stream is left, which
		// keeps it as long as any other message.
		letter.Header, letter.Data = own, nil
		err = d.client.publish(ctx, subject, letter)
	}
	if err != nil {
		return err
	}
	// An answer that is lost makes a second letter, and no more than that.
	d.client.failing(ctx, "can't acknowledge a dead letter", d.Ack(ctx))

	return nil
}

// letter is the message with what is said about it, which own has alone.
func (d *delivery) letter(reason string) (letter messaging.Message, own map[string]string) {
	consumer := d.client.config.Consumer
	own = map[string]string{
		headerReason:   reason,
		headerAttempts: strconv.Itoa(d.Attempt()),
		headerOrigin:   d.origin,
		headerConsumer: consumer,
		headerOwnID:    d.Headers().Get(nats.MsgIdHdr),
	}
	letter = messaging.Message{
		// Another consumer of the stream may put the same message aside: that is a
		// letter of its own.
		ID:     consumer + ":" + d.message.ID,
		Type:   d.message.Type,
		Data:   d.message.Data,
		Header: make(map[string]string, len(d.message.Header)+len(own)),
	}
	for key, value := range d.message.Header {
		// What the server reads was for the stream where it came from.
		if !strings.HasPrefix(key, "Nats-") {
			letter.Header[key] = value
		}
	}
	// Last: a letter that was sent once more says why it came back this time.
	maps.Copy(letter.Header, own)

	return letter, own
}
