package kafka

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// commitPause is between two tries: a group that is being joined anew takes no
// commits for that moment.
const commitPause = 100 * time.Millisecond

var errNotOurs = errors.New("kafka: the partition is another member's by now")

// place is what is committed for a partition.
type place struct {
	offset int64
	note   note
}

// committer makes one request of all that wants to be committed while the one
// before is on its way.
type committer struct {
	// send commits, and returns what failed.
	send func(places map[int32]place) map[int32]error

	mu      sync.Mutex
	places  map[int32]place
	answers map[int32]chan error
	wake    chan struct{}
	end     chan struct{}
	done    chan struct{}
}

func newCommitter(send func(map[int32]place) map[int32]error) *committer {
	c := &committer{
		send: send, places: make(map[int32]place), answers: make(map[int32]chan error),
		wake: make(chan struct{}, 1), end: make(chan struct{}), done: make(chan struct{}),
	}
	go c.run()

	return c
}

func (c *committer) stop() {
	close(c.end)
	<-c.done
}

// commit returns nil once the group has it. A partition has one commit at a time.
func (c *committer) commit(ctx context.Context, number int32, p place) error {
	for {
		answer := make(chan error, 1)
		c.mu.Lock()
		c.places[number], c.answers[number] = p, answer
		c.mu.Unlock()
		select {
		case c.wake <- struct{}{}:
		default: // it will look anyway
		}
		select {
		case err := <-answer:
			// Who is no member any more doesn't become one by asking again.
			if err == nil || errors.Is(err, kerr.IllegalGeneration) || errors.Is(err, kerr.UnknownMemberID) {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		select {
		case <-time.After(commitPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *committer) run() {
	defer close(c.done)
	for {
		select {
		case <-c.wake:
		case <-c.end:
			return
		}
		c.mu.Lock()
		places, answers := c.places, c.answers
		c.places, c.answers = make(map[int32]place), make(map[int32]chan error)
		c.mu.Unlock()
		failed := c.send(places)
		for number, answer := range answers {
			answer <- failed[number]
		}
	}
}

// sender commits to the group, each offset with its note.
func sender(ctx context.Context, group *kgo.Client, topic string) func(map[int32]place) map[int32]error {
	return func(places map[int32]place) map[int32]error {
		offsets := make(map[int32]kgo.EpochOffset, len(places))
		for number, p := range places {
			offsets[number] = kgo.EpochOffset{Epoch: -1, Offset: p.offset}
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
		defer cancel()
		ctx = kgo.PreCommitFnContext(ctx, func(request *kmsg.OffsetCommitRequest) error {
			for t := range request.Topics {
				for p := range request.Topics[t].Partitions {
					metadata := places[request.Topics[t].Partitions[p].Partition].note.String()
					request.Topics[t].Partitions[p].Metadata = &metadata
				}
			}

			return nil
		})
		failed := make(map[int32]error, len(places))
		group.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{topic: offsets},
			func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, response *kmsg.OffsetCommitResponse, err error) {
				for number := range places {
					failed[number] = err
				}
				if err != nil {
					return
				}
				for _, t := range response.Topics {
					for _, p := range t.Partitions {
						failed[p.Partition] = kerr.ErrorForCode(p.ErrorCode)
					}
				}
			})

		return failed
	}
}
