package kafka

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"example.com/shop/checkout/internal/messaging"
)

const (
	// settleTimeout bounds a commit that nobody else bounds.
	settleTimeout = 2 * time.Second

	// Headers of a dead letter.
	headerReason   = "dead-letter-reason"
	headerAttempts = "dead-letter-attempts"
	headerOrigin   = "dead-letter-origin"
)

// note is what the group keeps about the record at a committed offset, as the
// offset's metadata: so it outlives the process, and goes with the partition.
type note struct {
	tries int // that failed and were answered
	begun int // processes that may have begun to handle it and have not answered
}

func parseNote(metadata string) note {
	var n note
	if _, err := fmt.Sscanf(metadata, "tries=%d begun=%d", &n.tries, &n.begun); err != nil {
		return note{} // somebody else's words
	}

	return n
}

func (n note) String() string { return fmt.Sprintf("tries=%d begun=%d", n.tries, n.begun) }

// lane works on one partition: on one record after the other, and on the next
// only when the group knows that the one before is done.
type lane struct {
	session *session
	number  int32
	queue   chan *kgo.Record
	paused  atomic.Bool // nothing more is fetched for now
	started bool

	ctx  context.Context //nolint:containedctx // ends with the ownership of the partition
	stop context.CancelFunc
	ours atomic.Bool // the partition is, until the end
	done chan struct{}

	// What is committed. The lane's own goroutine and the delivery that it waits
	// for take turns.
	next    int64
	note    note
	counted bool // note.begun counts this process, too

	// waits of the record in hand, as far as this process knows.
	waits int
}

func newLane(ctx context.Context, s *session, number int32) *lane {
	ctx, stop := context.WithCancel(ctx)
	l := &lane{
		session: s, number: number, ctx: ctx, stop: stop, done: make(chan struct{}), next: -1,
		// A poll brings at most queueHigh, and there is none while that many wait.
		queue: make(chan *kgo.Record, 2*queueHigh),
	}
	l.ours.Store(true)

	return l
}

func (l *lane) run(ctx context.Context) {
	defer close(l.done)
	defer l.close(ctx)
	for {
		select {
		case r := <-l.queue:
			if ctx.Err() != nil {
				return
			}
			l.work(ctx, r)
			l.resume()
		case <-ctx.Done():
			return
		}
	}
}

// work hands a record over until it is done with, or the lane ends.
func (l *lane) work(ctx context.Context, r *kgo.Record) {
	l.next, l.waits = r.Offset, 0
	for ctx.Err() == nil {
		d := &delivery{lane: l, record: r, message: message(r), fate: make(chan time.Duration, 1)}
		l.session.handle(d)
		again := <-d.fate
		if again == settled {
			return
		}
		select {
		case <-time.After(again):
		case <-ctx.Done():
		}
	}
}

// close leaves word that nothing is being handled here.
func (l *lane) close(ctx context.Context) {
	if l.ours.Load() && l.counted {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
		defer cancel()
		if err := l.commit(ctx, l.next, note{tries: l.note.tries, begun: l.note.begun - 1}, false); err != nil {
			l.session.client.failing(ctx, "can't commit", err)
		}
	}
	l.paused.Store(true)
	l.resume()
}

// resume asks for more records, once few are left.
func (l *lane) resume() {
	if len(l.queue) <= queueLow && l.paused.CompareAndSwap(true, false) || l.ctx.Err() != nil {
		l.session.group.ResumeFetchPartitions(map[string][]int32{l.session.client.config.Topic: {l.number}})
	}
}

// commit says that all before next is done, and what is known about next.
func (l *lane) commit(ctx context.Context, next int64, n note, counted bool) error {
	if !l.ours.Load() {
		return errNotOurs
	}
	err := l.session.commits.commit(ctx, l.number, place{next, n})
	l.next, l.note, l.counted = next, n, counted

	return err
}

// settled is the fate of a record that doesn't come again.
const settled = time.Duration(-1)

// delivery is one record in hand.
type delivery struct {
	lane    *lane
	record  *kgo.Record
	message messaging.Message
	fate    chan time.Duration
}

func message(r *kgo.Record) messaging.Message {
	m := messaging.Message{Key: string(r.Key), Data: r.Value, Header: make(map[string]string, len(r.Headers))}
	for _, h := range r.Headers {
		m.Header[h.Key] = string(h.Value)
	}
	m.ID, m.Type = m.Header[headerID], m.Header[headerType]
	delete(m.Header, headerID)
	delete(m.Header, headerType)
	if m.ID == "" {
		// A publisher that gives no ids: the place in the topic is one, too. With its
		// time: a topic that is made anew counts from 0 again.
		m.ID = fmt.Sprintf("%s:%d:%d:%d", r.Topic, r.Partition, r.Offset, r.Timestamp.UnixMilli())
	}

	return m
}

// Message implements messaging.Delivery.
func (d *delivery) Message() messaging.Message { return d.message }

// Attempt implements messaging.Delivery.
func (d *delivery) Attempt() int { return d.lane.note.tries + d.Unanswered() + 1 }

// Unanswered implements messaging.Delivery.
func (d *delivery) Unanswered() int {
	if d.lane.counted {
		return d.lane.note.begun - 1
	}

	return d.lane.note.begun
}

// Waits implements messaging.Delivery.
func (d *delivery) Waits() int { return d.lane.waits }

// tell lets the lane go on. The first word counts: after it the record may be in
// other hands.
func (d *delivery) tell(fate time.Duration) {
	select {
	case d.fate <- fate:
	default:
	}
}

// Begin implements messaging.Delivery. It costs a commit where somebody has to
// know: for the first record of a lane, and for one that has ended a process.
func (d *delivery) Begin(ctx context.Context) error {
	if d.lane.counted {
		return nil
	}
	n := d.lane.note
	n.begun++

	return d.lane.commit(ctx, d.record.Offset, n, true)
}

// Ack commits the record's place. The note is for the next one, which begins now
// if it is there: that needs no commit of its own.
func (d *delivery) Ack(ctx context.Context) error {
	err := d.lane.commit(ctx, d.record.Offset+1, note{begun: 1}, true)
	d.tell(settled)

	return err
}

// Retry implements messaging.Delivery. The record stays where it is, at the head
// of its partition.
func (d *delivery) Retry(ctx context.Context, after time.Duration) error {
	n := d.lane.note
	n.tries++
	err := d.lane.commit(ctx, d.record.Offset, n, d.lane.counted)
	d.tell(after)

	return err
}

// Wait implements messaging.Delivery.
func (d *delivery) Wait(_ context.Context, after time.Duration) error {
	d.lane.waits++
	d.tell(after)

	return nil
}

// DeadLetter publishes first: a message that is twice there can be found, one
// that is nowhere can't.
func (d *delivery) DeadLetter(ctx context.Context, reason string) error {
	letter, own := d.letter(reason)
	client := d.lane.session.client
	err := client.publish(ctx, client.deadLetters(), letter)
	if tooLarge(err) {
		// With all that is said about it. Where it is in the topic is left, which keeps
		// it as long as any other record.
		letter.Header, letter.Data, letter.Key = own, nil, ""
		err = client.publish(ctx, client.deadLetters(), letter)
	}
	if err != nil {
		return err
	}
	// An answer that is lost makes a second letter, and doesn't hold the others up.
	if err := d.Ack(ctx); err != nil {
		client.failing(ctx, "can't commit", err)
	}

	return nil
}

// letter is the message with what is said about it, which own has alone.
func (d *delivery) letter(reason string) (letter messaging.Message, own map[string]string) {
	own = map[string]string{
		headerReason:   reason,
		headerAttempts: strconv.Itoa(d.Attempt()),
		headerOrigin:   fmt.Sprintf("%s:%d:%d", d.record.Topic, d.record.Partition, d.record.Offset),
	}
	letter = d.message
	letter.Header = maps.Clone(d.message.Header)
	// Last: a letter that was sent once more says why it came back this time.
	maps.Copy(letter.Header, own)

	return letter, own
}
