package outbox

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/shop/checkout/internal/messaging"
)

// table is a Store in memory, and a broker beside it.
type table struct {
	mu      sync.Mutex
	holder  string
	until   time.Time
	last    int64
	entries []Entry
	aside   []string // reasons
	due     map[int64]time.Time
	sent    []string
	refuse  error            // of the broker
	refuses map[string]error // of the broker, by id
	removes error            // of the table
}

func (f *table) Lead(_ context.Context, holder string, lease time.Duration) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holder != holder && time.Now().Before(f.until) {
		return false, nil
	}
	f.holder, f.until = holder, time.Now().Add(lease)

	return true, nil
}

func (f *table) Oldest(_ context.Context, limit int) ([]Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	due := slices.DeleteFunc(slices.Clone(f.entries), func(e Entry) bool { return time.Now().Before(f.due[e.ID]) })

	return due[:min(limit, len(due))], nil
}

func (f *table) Release(_ context.Context, holder string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holder == holder {
		f.until = time.Time{}
	}

	return nil
}

func (f *table) Fail(_ context.Context, id int64, _ string, after time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := slices.IndexFunc(f.entries, func(e Entry) bool { return e.ID == id })
	f.entries[at].Tries++
	if f.due == nil {
		f.due = make(map[int64]time.Time)
	}
	f.due[id] = time.Now().Add(after)

	return nil
}

func (f *table) SetAside(_ context.Context, id int64, reason string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.entries = slices.DeleteFunc(f.entries, func(e Entry) bool { return e.ID == id })
	f.aside = append(f.aside, reason)

	return nil
}

func (f *table) Backlog(context.Context) (Backlog, error) {
	f.mu.Lock()
	defer f.mu.Unlock()

	return Backlog{Waiting: int64(len(f.entries)), SetAside: int64(len(f.aside))}, f.removes
}

func (f *table) Remove(_ context.Context, id int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.removes != nil {
		return f.removes
	}
	f.entries = slices.DeleteFunc(f.entries, func(e Entry) bool { return e.ID == id })

	return nil
}

func (f *table) Publish(_ context.Context, m messaging.Message) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	if err := f.refuses[m.ID]; err != nil {
		return err
	}
	f.sent = append(f.sent, m.ID)

	return nil
}

func (f *table) add(ids ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		f.last++
		f.entries = append(f.entries, Entry{ID: f.last, Message: messaging.Message{ID: id}})
	}
}

func (f *table) set(refuse, removes error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuse, f.removes = refuse, removes
}

func (f *table) want(t *testing.T, ids ...string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Equal(f.sent, ids) {
		t.Errorf("sent %v, want %v", f.sent, ids)
	}
}

func start(t *testing.T, f *table) *Relay {
	t.Helper()
	r := New(f, f, slog.New(slog.DiscardHandler))
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}

	return r
}

// A synctest bubble has a clock of its own, so this takes no time.
func TestPublishesInOrderOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		f.add("1", "2")
		r := start(t, f)
		synctest.Wait()
		f.want(t, "1", "2")
		f.add("3")
		r.Wake()
		synctest.Wait()
		f.want(t, "1", "2", "3")
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWaitsForTheBroker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		f.set(errors.New("away"), nil)
		f.add("1")
		r := start(t, f)
		time.Sleep(10 * time.Minute)
		f.want(t)
		f.set(nil, nil)
		time.Sleep(patience)
		synctest.Wait()
		f.want(t, "1")
		if s := r.Stats(); s.Published != 1 || s.Interrupted < 10 || s.Interrupted > 40 || s.Failed+s.SetAside != 0 {
			t.Errorf("%+v; want one published, a wait that grows, and no message's fault", s)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// A crash between broker and table: the message goes out again, with its id.
func TestWhatWasNotRemovedGoesOutAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		f.set(nil, errors.New("away"))
		f.add("1")
		first := start(t, f)
		synctest.Wait()
		f.want(t, "1")
		if err := first.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		f.set(nil, nil)
		second := start(t, f)
		synctest.Wait()
		f.want(t, "1", "1")
		if err := second.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The second begins where the first has ended, and needn't wait for its lease.
func TestStopGivesTheLeaseBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		first, second := start(t, f), start(t, f)
		synctest.Wait()
		if err := first.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		f.add("1")
		time.Sleep(interval)
		synctest.Wait()
		f.want(t, "1")
		if err := second.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatTheBrokerRefusesHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{refuses: map[string]error{"2": messaging.ErrTooLarge}}
		f.add("1", "2", "3")
		f.entries = append(f.entries, Entry{ID: 99, Unreadable: errors.New("no JSON")})
		r := start(t, f)
		synctest.Wait()
		f.want(t, "1", "3")
		if got, _ := f.Backlog(t.Context()); got != (Backlog{Waiting: 1, SetAside: 1}) {
			t.Errorf("backlog = %+v; want what can't be read set aside at once", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		f.want(t, "1", "3")
		if want := (Stats{Published: 2, Failed: maxTries - 1, SetAside: 2}); r.Stats() != want {
			t.Errorf("stats = %+v, want %+v", r.Stats(), want)
		}
		if backlog, known := r.Backlog(); !known || backlog != (Backlog{SetAside: 2}) {
			t.Errorf("backlog = %+v, %t", backlog, known)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestARefusalMayEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{refuses: map[string]error{"1": messaging.ErrTooLarge}}
		f.add("1")
		r := start(t, f)
		time.Sleep(2 * time.Second)
		f.mu.Lock()
		f.refuses = nil
		f.mu.Unlock()
		time.Sleep(10 * time.Second)
		synctest.Wait()
		f.want(t, "1")
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// What nobody has said of is found out by the next message: it goes through.
func TestOneMessageThatNeverArrivesIsFoundOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{refuses: map[string]error{"1": errors.New("time-out")}}
		f.add("1", "2", "3")
		r := start(t, f)
		time.Sleep(10 * time.Second)
		// A moment of it may be the broker's: in order.
		f.want(t)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		f.want(t, "2", "3")
		for _, id := range []string{"4", "5", "6", "7", "8"} {
			f.add(id)
			r.Wake()
			synctest.Wait()
			time.Sleep(time.Minute)
		}
		f.want(t, "2", "3", "4", "5", "6", "7", "8")
		if got, _ := f.Backlog(t.Context()); got.SetAside != 1 || r.Stats().SetAside != 1 {
			t.Errorf("set aside: %d, want the one", got.SetAside)
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestBacklogIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		r := start(t, f)
		synctest.Wait()
		if _, known := r.Backlog(); !known {
			t.Error("not known")
		}
		f.set(nil, errors.New("away"))
		time.Sleep(2 * knownFor)
		if _, known := r.Backlog(); known {
			t.Error("known, and the table is away")
		}
		if err := r.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestOneReplicaPublishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &table{}
		a, b := start(t, f), start(t, f)
		for range 20 {
			f.add("x")
			a.Wake()
			b.Wake()
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if len(f.sent) != 20 {
			t.Errorf("%d sent, want 20", len(f.sent))
		}
		for _, r := range []*Relay{a, b} {
			if err := r.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestEncodeKeepsEveryByte(t *testing.T) {
	m := messaging.Message{ID: "\xff\x00id", Type: "test", Data: []byte{0, 255}, Header: map[string]string{"a": "b"}}
	content, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(content); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v, %v, want %+v", got, err, m)
	}
}

func TestEncodeRefusesWhatNoBrokerTakes(t *testing.T) {
	if _, err := Encode(messaging.NewMessage("test", make([]byte, 1<<20))); !errors.Is(err, messaging.ErrTooLarge) {
		t.Errorf("err = %v, want too large", err)
	}
}
