package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"example.com/shop/checkout/internal/messaging"
)

const (
	// A process that is lost is missed after sessionTimeout, in which it could have
	// said five times that it is there.
	sessionTimeout    = 15 * time.Second
	heartbeatInterval = 3 * time.Second

	// leaveTimeout bounds saying good-bye; the group notices by itself otherwise.
	leaveTimeout = time.Second

	// Records of a partition that wait in memory: enough to keep it busy, and no
	// more are fetched for it until most of them are done.
	queueHigh = 500
	queueLow  = 100
)

// session is one membership in the group.
type session struct {
	client  *Client
	handle  func(messaging.Delivery)
	group   *kgo.Client
	commits *committer

	mu    sync.Mutex
	lanes map[int32]*lane
}

// Receive implements messaging.Source. Partitions are worked on side by side, and
// the records of each one after the other.
func (c *Client) Receive(ctx context.Context, handle func(messaging.Delivery)) {
	done := make(chan struct{})
	defer close(done)
	c.mu.Lock()
	c.receiving = done
	c.mu.Unlock()
	for attempt := 1; ctx.Err() == nil; attempt++ {
		begin := time.Now()
		err := c.setUp(ctx, c.config.Topic, c.deadLetters())
		if err == nil {
			err = c.session(ctx, handle)
		}
		if ctx.Err() != nil {
			return
		}
		c.failing(ctx, "not receiving", err)
		if time.Since(begin) >= setupTimeout {
			attempt = 1 // the library has had its own pauses, or it went well for a while
		}
		select {
		case <-time.After(messaging.Backoff(attempt)):
		case <-ctx.Done():
		}
	}
}

// session receives until ctx ends. The library joins again as often as it takes.
func (c *Client) session(ctx context.Context, handle func(messaging.Delivery)) error {
	s := &session{client: c, handle: handle, lanes: make(map[int32]*lane)}
	group, err := kgo.NewClient(append(c.options(),
		kgo.ConsumerGroup(c.config.Group),
		kgo.ConsumeTopics(c.config.Topic),
		// A new group begins with what is there, and so does one whose place is gone:
		// twice is for the idempotency keys, never is for nobody.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(sessionTimeout),
		kgo.HeartbeatInterval(heartbeatInterval),
		kgo.DisableAutoCommit(),
		// What a poll returns belongs to a partition that is still ours.
		kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(s.assigned),
		kgo.OnOffsetsFetched(s.fetched),
		kgo.OnPartitionsRevoked(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.end(gone, true) }),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, gone map[string][]int32) { s.end(gone, false) }),
	)...)
	if err != nil {
		return err
	}
	s.group, s.commits = group, newCommitter(sender(ctx, group, c.config.Topic))
	defer group.CloseAllowingRebalance()
	defer s.commits.stop()
	defer c.member.leave()

	for ctx.Err() == nil {
		fetches := group.PollRecords(ctx, queueHigh)
		fetches.EachError(func(_ string, _ int32, err error) {
			if ctx.Err() == nil {
				c.member.fail(err)
				c.failing(ctx, "can't fetch", err)
			}
		})
		fetches.EachPartition(func(p kgo.FetchTopicPartition) { s.enqueue(p.Partition, p.Records) })
		group.AllowRebalance()
	}

	// Others have the partitions at once, and begin where this one ends.
	s.end(map[string][]int32{c.config.Topic: s.numbers()}, true)
	leaving, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTimeout)
	defer cancel()

	return group.LeaveGroupContext(leaving)
}

// assigned begins a lane for each partition that is new here.
func (s *session) assigned(ctx context.Context, _ *kgo.Client, added map[string][]int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.client.member.join()
	for _, number := range added[s.client.config.Topic] {
		s.lanes[number] = newLane(ctx, s, number)
	}
}

// fetched learns what the owner before has noted, before there are records.
func (s *session) fetched(_ context.Context, _ *kgo.Client, response *kmsg.OffsetFetchResponse) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	read := func(topic string, number int32, offset int64, metadata *string) {
		if l := s.lanes[number]; l != nil && topic == s.client.config.Topic && metadata != nil && !l.started {
			l.next, l.note = offset, parseNote(*metadata)
		}
	}
	for _, t := range response.Topics {
		for _, p := range t.Partitions {
			read(t.Topic, p.Partition, p.Offset, p.Metadata)
		}
	}
	for _, g := range response.Groups {
		for _, t := range g.Topics {
			for _, p := range t.Partitions {
				read(t.Topic, p.Partition, p.Offset, p.Metadata)
			}
		}
	}

	return nil
}

// enqueue hands records to their lane, which begins with the first.
func (s *session) enqueue(number int32, records []*kgo.Record) {
	s.mu.Lock()
	l := s.lanes[number]
	begins := l != nil && !l.started
	if l != nil {
		l.started = true
	}
	s.mu.Unlock()
	if l == nil {
		return
	}
	if len(l.queue)+len(records) >= queueHigh {
		// Before they are there: the lane looks after each one it takes.
		l.paused.Store(true)
		s.group.PauseFetchPartitions(map[string][]int32{s.client.config.Topic: {number}})
	}
	for _, r := range records {
		l.queue <- r
	}
	if begins {
		go l.run(l.ctx)
	}
}

// end stops lanes, and waits for what they have in hand unless others have it by now.
func (s *session) end(gone map[string][]int32, ours bool) {
	s.mu.Lock()
	var ending []*lane
	for _, number := range gone[s.client.config.Topic] {
		if l := s.lanes[number]; l != nil {
			delete(s.lanes, number)
			ending = append(ending, l)
		}
	}
	s.mu.Unlock()
	for _, l := range ending {
		l.ours.Store(ours)
		l.stop()
	}
	// One try has that long. What takes longer is done twice, and known the second time.
	late, cancel := context.WithTimeout(context.Background(), s.client.limits.Timeout+settleTimeout)
	defer cancel()
	for _, l := range ending {
		if !ours || !l.started {
			continue
		}
		select {
		case <-l.done:
		case <-late.Done():
			l.ours.Store(false)
		}
	}
}

func (s *session) numbers() []int32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := make([]int32, 0, len(s.lanes))
	for number := range s.lanes {
		numbers = append(numbers, number)
	}

	return numbers
}
