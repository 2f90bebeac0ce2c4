package consumer

import (
	"context"
	"sync"
)

// WindowSize is how many ids a Window keeps: minutes of a busy consumer, and
// less than a megabyte.
const WindowSize = 10_000

// Window remembers the last ids in memory. It is honest about two gaps: another
// replica doesn't see them, and a restart forgets them. In between, a message
// whose acknowledgement was lost has its effect a second time. Where that is not
// acceptable, keep the ids where the effect is kept, in the same transaction:
// that is another Processed.
type Window struct {
	mu   sync.Mutex
	ids  map[Key]bool // whether it is done; else it is being handled
	done []Key        // a ring, the oldest at next
	next int
}

// NewWindow returns a Window of size ids.
func NewWindow(size int) *Window {
	return &Window{ids: make(map[Key]bool), done: make([]Key, size)}
}

// Once implements Processed.
func (w *Window) Once(ctx context.Context, consumer, id string, effect func(context.Context) error) (bool, error) {
	key := KeyOf(consumer, id)
	w.mu.Lock()
	done, known := w.ids[key]
	if !known {
		w.ids[key] = false
	}
	w.mu.Unlock()
	switch {
	case done:
		return false, nil
	case known:
		return false, ErrBusy
	}

	err := effect(ctx)

	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		delete(w.ids, key)

		return true, err
	}
	delete(w.ids, w.done[w.next])
	w.ids[key], w.done[w.next] = true, key
	w.next = (w.next + 1) % len(w.done)

	return true, nil
}
