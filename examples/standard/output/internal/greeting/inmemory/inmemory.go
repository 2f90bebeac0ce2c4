// Package inmemory keeps greetings in the memory of one process, for tests and
// for a service without a data store. A restart forgets them.
package inmemory

import (
	"context"
	"slices"
	"sync"

	"example.com/shop/orders/internal/greeting"
	"example.com/shop/orders/internal/idempotency"
	"example.com/shop/orders/internal/store"
)

// limit is how many greetings and keys there may be: the oldest make room.
const limit = 10_000

// Greetings implements greeting.Repository.
type Greetings struct {
	mu   sync.RWMutex
	rows map[string]greeting.Greeting
	ids  []string // sorted, which is from the oldest to the newest
	keys map[string]answer
	seen []string // keys, from the oldest to the newest
	// busy has the keys that a transaction holds, and what tells of its end.
	busy map[string]chan struct{}
}

type answer struct {
	fingerprint []byte
	content     []byte
}

// New returns a repository without greetings.
func New() *Greetings {
	return &Greetings{
		busy: make(map[string]chan struct{}),
		rows: make(map[string]greeting.Greeting), keys: make(map[string]answer),
	}
}

// InTx runs f, and keeps what it did if it succeeds. Of two with one key the second
// waits for the first; others don't wait for each other, whatever f waits for.
func (g *Greetings) InTx(ctx context.Context, f func(ctx context.Context, tx greeting.Tx) error) error {
	t := &tx{greetings: g}
	defer t.release()
	if err := f(ctx, t); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, check := range t.checks {
		if err := check(); err != nil {
			return err
		}
	}
	for _, write := range t.writes {
		write()
	}

	return nil
}

// Get returns one greeting, or store.ErrNotFound.
func (g *Greetings) Get(_ context.Context, id string) (greeting.Greeting, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	found, ok := g.rows[id]
	if !ok {
		return greeting.Greeting{}, store.ErrNotFound
	}

	return found, nil
}

// List returns up to count greetings after an id.
func (g *Greetings) List(_ context.Context, after string, count int) ([]greeting.Greeting, error) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	at, found := slices.BinarySearch(g.ids, after)
	if found {
		at++
	}
	page := make([]greeting.Greeting, 0, count)
	for _, id := range g.ids[at:min(at+count, len(g.ids))] {
		page = append(page, g.rows[id])
	}

	return page, nil
}

// tx holds what is kept if all goes well.
type tx struct {
	greetings *Greetings
	held      []string
	checks    []func() error
	writes    []func()
}

// release lets those go on that wait for the keys of this transaction.
func (t *tx) release() {
	t.greetings.mu.Lock()
	defer t.greetings.mu.Unlock()
	for _, name := range t.held {
		close(t.greetings.busy[name])
		delete(t.greetings.busy, name)
	}
}

// hold returns the answer under a key, or holds the key until the end.
func (t *tx) hold(ctx context.Context, name string) (first answer, known bool, err error) {
	g := t.greetings
	for {
		g.mu.Lock()
		first, known = g.keys[name]
		ended, busy := g.busy[name]
		if !known && !busy {
			g.busy[name] = make(chan struct{})
			t.held = append(t.held, name)
		}
		g.mu.Unlock()
		if known || !busy {
			return first, known, nil
		}
		select {
		case <-ended:
		case <-ctx.Done():
			return answer{}, false, ctx.Err()
		}
	}
}

func (t *tx) Remember(ctx context.Context, key idempotency.Key, content []byte) (kept []byte, fresh bool, err error) {
	g, name := t.greetings, key.Scope+" "+key.ID
	first, known, err := t.hold(ctx, name)
	if err != nil {
		return nil, false, err
	}
	if known {
		return first.content, false, key.Check(first.fingerprint)
	}
	t.writes = append(t.writes, func() {
		g.keys[name] = answer{fingerprint: key.Fingerprint[:], content: content}
		if g.seen = append(g.seen, name); len(g.seen) > limit {
			delete(g.keys, g.seen[0])
			g.seen = g.seen[1:]
		}
	})

	return content, true, nil
}

func (t *tx) Insert(_ context.Context, one greeting.Greeting) error {
	g := t.greetings
	t.writes = append(t.writes, func() {
		g.rows[one.ID] = one
		at, _ := slices.BinarySearch(g.ids, one.ID)
		if g.ids = slices.Insert(g.ids, at, one.ID); len(g.ids) > limit {
			delete(g.rows, g.ids[0])
			g.ids = g.ids[1:]
		}
	})

	return nil
}

func (t *tx) Update(_ context.Context, one greeting.Greeting, version int64) error {
	check := func(before greeting.Greeting, known bool) error {
		switch {
		case !known:
			return store.ErrNotFound
		case before.Version != version:
			return store.ErrConflict
		default:
			return nil
		}
	}
	t.greetings.mu.RLock()
	before, known := t.greetings.rows[one.ID]
	t.greetings.mu.RUnlock()
	if err := check(before, known); err != nil {
		return err
	}
	// Somebody else may be faster until the end.
	t.checks = append(t.checks, func() error {
		now, known := t.greetings.rows[one.ID]

		return check(now, known)
	})
	t.writes = append(t.writes, func() { t.greetings.rows[one.ID] = one })

	return nil
}
