package kafka

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"example.com/shop/checkout/internal/messaging"
)

// group is what a group would have committed.
type group struct {
	mu     sync.Mutex
	places []place
	refuse error
}

func (g *group) send(places map[int32]place) map[int32]error {
	g.mu.Lock()
	defer g.mu.Unlock()
	failed := make(map[int32]error)
	for number, p := range places {
		failed[number] = g.refuse
		if g.refuse == nil {
			g.places = append(g.places, p)
		}
	}

	return failed
}

// newTestLane works on the records from 7 on; what is handed over comes out of the channel.
func newTestLane(t *testing.T, g *group, n note, records ...*kgo.Record) (*lane, chan messaging.Delivery) {
	t.Helper()
	c, _, _ := newTestClient(t, nowhere)
	unconnected, err := kgo.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(unconnected.Close)
	deliveries := make(chan messaging.Delivery)
	s := &session{
		client: c, group: unconnected, lanes: make(map[int32]*lane), commits: newCommitter(g.send),
		handle: func(d messaging.Delivery) { deliveries <- d },
	}
	t.Cleanup(s.commits.stop)
	s.assigned(t.Context(), nil, map[string][]int32{"t": {0}})
	s.lanes[0].note = n
	for i, r := range records {
		r.Offset = 7 + int64(i)
	}
	l := s.lanes[0]
	s.enqueue(0, records)

	return l, deliveries
}

func TestOffsetsNeverPassARecordThatIsNotDone(t *testing.T) {
	g := &group{}
	l, deliveries := newTestLane(t, g, note{}, &kgo.Record{}, &kgo.Record{})
	first := <-deliveries
	if err := first.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-deliveries:
		t.Fatal("the second before the first is done")
	case <-time.After(50 * time.Millisecond):
	}
	if err := first.Retry(t.Context(), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	again := <-deliveries
	if again.Attempt() != 2 || again.Message().ID != first.Message().ID {
		t.Errorf("attempt %d of %s", again.Attempt(), again.Message().ID)
	}
	if err := again.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := <-deliveries
	if second.Attempt() != 1 || second.Unanswered() != 0 {
		t.Errorf("attempt %d, %d unanswered", second.Attempt(), second.Unanswered())
	}
	// Given up: the next owner begins here, and suspects nobody.
	go func() {
		_ = second.Wait(context.Background(), time.Hour)
	}()
	l.session.end(map[string][]int32{"t": {0}}, true)
	want := []place{
		{7, note{0, 1}},
		{7, note{1, 1}},
		{8, note{0, 1}},
		{8, note{0, 0}},
	}
	if !slices.Equal(g.places, want) {
		t.Errorf("committed %v, want %v", g.places, want)
	}
}

// A letter that somebody has sent once more comes back with the news.
func TestLetterThatComesBack(t *testing.T) {
	_, deliveries := newTestLane(t, &group{}, note{}, &kgo.Record{Topic: "t", Headers: []kgo.RecordHeader{
		{Key: "traceparent", Value: []byte("00-1")},
		{Key: headerReason, Value: []byte("of last week")},
		{Key: headerAttempts, Value: []byte("5")},
		{Key: headerOrigin, Value: []byte("t:0:1")},
	}})
	d := <-deliveries
	letter, own := d.(*delivery).letter("of today")
	for key, want := range map[string]string{
		headerReason: "of today", headerAttempts: "1", headerOrigin: "t:0:7", "traceparent": "00-1",
	} {
		if got := letter.Header[key]; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if own["traceparent"] != "" || own[headerReason] != "of today" || d.Message().Header[headerReason] != "of last week" {
		t.Errorf("%v is said of it", own)
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWhatEndedAProcessIsCounted(t *testing.T) {
	g := &group{}
	l, deliveries := newTestLane(t, g, parseNote("tries=1 begun=2"), &kgo.Record{})
	d := <-deliveries
	if d.Attempt() != 4 || d.Unanswered() != 2 {
		t.Errorf("attempt %d, %d unanswered; want 1 try and 2 processes before", d.Attempt(), d.Unanswered())
	}
	if err := d.Begin(t.Context()); err != nil || d.Unanswered() != 2 {
		t.Errorf("%d unanswered, err %v", d.Unanswered(), err)
	}
	// Now this process would end, and the group has three.
	now := place{7, note{1, 3}}
	if want := []place{now}; !slices.Equal(g.places, want) {
		t.Errorf("committed %v, want %v", g.places, want)
	}
	if err := d.Ack(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.session.end(map[string][]int32{"t": {0}}, true)
	if last := g.places[len(g.places)-1]; last != (place{8, note{}}) {
		t.Errorf("left with %v", last)
	}
	if n := parseNote("consumer-1"); n != (note{}) {
		t.Errorf("somebody else's metadata is %v", n)
	}
}

func TestWhatIsAnotherMembersIsNotCommitted(t *testing.T) {
	g := &group{}
	l, deliveries := newTestLane(t, g, note{}, &kgo.Record{})
	d := <-deliveries
	l.session.end(map[string][]int32{"t": {0}}, false)
	if err := d.Ack(t.Context()); !errors.Is(err, errNotOurs) {
		t.Errorf("err = %v", err)
	}
	<-l.done
	if len(g.places) != 0 {
		t.Errorf("committed %v", g.places)
	}
}

func TestCommitsAreRepeatedWhileTheGroupIsJoinedAnew(t *testing.T) {
	g := &group{refuse: kerr.RebalanceInProgress}
	c := newCommitter(g.send)
	defer c.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := c.commit(ctx, 0, place{offset: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("err = %v", err)
	}
	g.mu.Lock()
	g.refuse = kerr.UnknownMemberID
	g.mu.Unlock()
	if err := c.commit(t.Context(), 0, place{offset: 1}); !errors.Is(err, kerr.UnknownMemberID) {
		t.Errorf("err = %v", err)
	}
}

func TestMessage(t *testing.T) {
	r := &kgo.Record{Topic: "t", Partition: 3, Offset: 42, Key: []byte("Ada"), Value: []byte("data")}
	if m := message(r); !strings.HasPrefix(m.ID, "t:3:42:") || m.Key != "Ada" || string(m.Data) != "data" {
		t.Errorf("%+v, want the place and time for an id", m)
	}
	r.Headers = []kgo.RecordHeader{
		{Key: headerID, Value: []byte("id")},
		{Key: "traceparent", Value: []byte("00-1")},
	}
	if m := message(r); m.ID != "id" || m.Header["traceparent"] != "00-1" || len(m.Header) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestALaneIsFilledUpAndNotOver(t *testing.T) {
	g := &group{}
	records := make([]*kgo.Record, queueHigh)
	for i := range records {
		records[i] = &kgo.Record{}
	}
	l, deliveries := newTestLane(t, g, note{}, records...)
	if !l.paused.Load() || len(l.session.group.PauseFetchPartitions(nil)["t"]) != 1 {
		t.Error("more are fetched")
	}
	for range queueHigh - queueLow {
		d := <-deliveries
		if err := d.Ack(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	<-deliveries
	if l.paused.Load() || len(l.session.group.PauseFetchPartitions(nil)["t"]) != 0 {
		t.Error("no more are fetched")
	}
}
