// Package inmemory keeps greetings in the memory of one process, for tests and
// for a service without a data store. A restart forgets them.
package inmemory

import (
	"context"
	"slices"
	"sync"

	"example.com/ledger/internal/greeting"
	"example.com/ledger/internal/idempotency"
	"example.com/ledger/internal/store"
)

// limit is how many greetings and keys there may be: the oldest make room.
const limit = 10_000

// Greetings implements greeting.Repository.
type Greetings struct {
	// turn is taken by the one transaction that runs. It isn't mu, so that reading
	// never waits for what a transaction waits for.
	turn chan struct{}

	mu   sync.RWMutex
	rows map[string]greeting.Greeting
	ids  []string // sorted, which is from the oldest to the newest
	keys map[string]answer
	seen []string // keys, from the oldest to the newest
}

type answer struct {
	fingerprint []byte
	content     []byte
}

// New returns a repository without greetings.
func New() *Greetings {
	return &Greetings{turn: make(chan struct{}, 1), rows: make(map[string]greeting.Greeting), keys: make(map[string]answer)}
}

// InTx runs f alone, and keeps what it did if it succeeds.
func (g *Greetings) InTx(ctx context.Context, f func(ctx context.Context, tx greeting.Tx) error) error {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	t := &tx{greetings: g}
	if err := f(ctx, t); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
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
	writes    []func()
}

func (t *tx) Remember(_ context.Context, key idempotency.Key, content []byte) (kept []byte, fresh bool, err error) {
	g, name := t.greetings, key.Scope+" "+key.ID
	g.mu.RLock()
	first, known := g.keys[name]
	g.mu.RUnlock()
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

func (t *tx) Update(ctx context.Context, one greeting.Greeting, version int64) error {
	before, err := t.greetings.Get(ctx, one.ID)
	if err != nil {
		return err
	}
	if before.Version != version {
		return store.ErrConflict
	}
	t.writes = append(t.writes, func() { t.greetings.rows[one.ID] = one })

	return nil
}
