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
	entries []Entry
	sent    []string
	refuse  error // of the broker
	removes error // of the table
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

	return slices.Clone(f.entries[:min(limit, len(f.entries))]), nil
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
	f.sent = append(f.sent, m.ID)

	return nil
}

func (f *table) add(ids ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		f.entries = append(f.entries, Entry{ID: int64(len(f.entries) + 1), Message: messaging.Message{ID: id}})
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
		if published, failed := r.Stats(); published != 1 || failed < 10 || failed > 40 {
			t.Errorf("%d published, %d failed; want one, and a wait that grows", published, failed)
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
		// The lease of the first has to end.
		time.Sleep(lease + interval)
		synctest.Wait()
		f.want(t, "1", "1")
		if err := second.Stop(t.Context()); err != nil {
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
	m := messaging.Message{ID: "\xff\x00id", Data: []byte{0, 255}, Header: map[string]string{"a": "b"}}
	content, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Decode(content); err != nil || !reflect.DeepEqual(got, m) {
		t.Errorf("got %+v, %v, want %+v", got, err, m)
	}
}
