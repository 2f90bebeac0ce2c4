// Package repositorytest is what every greeting.Repository is put through: the
// same promises, whatever keeps them.
package repositorytest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/shop/prices/internal/greeting"
	"example.com/shop/prices/internal/idempotency"
	"example.com/shop/prices/internal/store"
)

// Run tests the repository that open returns.
func Run(t *testing.T, open func(t *testing.T) greeting.Repository) {
	t.Helper()
	r := open(t)
	prefix := fmt.Sprintf("%x", time.Now().UnixNano())
	one := func(id string) greeting.Greeting {
		return greeting.Greeting{
			ID: prefix + id, Name: "Ada", Message: "Hello, Ada!", Version: 1,
			CreatedAt: time.Now().UTC().Truncate(time.Millisecond),
		}
	}
	insert := func(g greeting.Greeting) error {
		return r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error { return tx.Insert(ctx, g) })
	}

	t.Run("what is kept is what is read", func(t *testing.T) {
		want := one("kept")
		if err := insert(want); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Get(t.Context(), want.ID); err != nil || got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
		if _, err := r.Get(t.Context(), prefix+"nobody"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v, want not found", err)
		}
	})

	t.Run("what can be no id is nobody's", func(t *testing.T) {
		for _, id := range []string{"", "\x00", "\xff", prefix + "\x00", "ä", "'", strings.Repeat("x", 10_000)} {
			if _, err := r.Get(t.Context(), id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%.20q: err = %v, want not found", id, err)
			}
			if _, err := r.List(t.Context(), id, 1); err != nil && !errors.Is(err, store.ErrInvalid) {
				t.Errorf("after %.20q: err = %v, want nothing or that it can't be one", id, err)
			}
		}
	})

	t.Run("a failed transaction leaves nothing", func(t *testing.T) {
		g, boom := one("failed"), errors.New("boom")
		key := newKey(t, prefix+"failed", 1)
		err := r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error {
			if _, _, err := tx.Remember(ctx, key, []byte("answer")); err != nil {
				return err
			}
			if err := tx.Insert(ctx, g); err != nil {
				return err
			}

			return boom
		})
		if !errors.Is(err, boom) {
			t.Errorf("err = %v, want what was returned", err)
		}
		if _, err := r.Get(t.Context(), g.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v, want not found", err)
		}
		err = r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error {
			if _, fresh, err := tx.Remember(ctx, key, []byte{}); err != nil || !fresh {
				t.Errorf("fresh = %t, %v; want the key to be free", fresh, err)
			}

			return boom
		})
		if !errors.Is(err, boom) {
			t.Error(err)
		}
	})

	t.Run("many with one key have one effect", func(t *testing.T) {
		key := newKey(t, prefix+"once", 1)
		var effects atomic.Int64
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				var effect int64
				err := r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error {
					effect = 0
					kept, fresh, err := tx.Remember(ctx, key, fmt.Appendf(nil, "answer %d", i))
					if err != nil {
						return err
					}
					if len(kept) == 0 {
						t.Error("no answer")
					}
					if !fresh {
						return nil
					}
					effect = 1

					return tx.Insert(ctx, one(fmt.Sprintf("once%d", i)))
				})
				if err != nil {
					t.Error(err)
				}
				effects.Add(effect)
			})
		}
		wg.Wait()
		if effects.Load() != 1 {
			t.Errorf("%d effects, want 1", effects.Load())
		}
		other := newKey(t, prefix+"once", 2)
		err := r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error {
			_, _, err := tx.Remember(ctx, other, []byte("answer"))

			return err
		})
		if !errors.Is(err, idempotency.ErrReused) {
			t.Errorf("err = %v, want one about the key", err)
		}
	})

	t.Run("only one of two changes wins", func(t *testing.T) {
		g := one("changed")
		if err := insert(g); err != nil {
			t.Fatal(err)
		}
		update := func(g greeting.Greeting, version int64) error {
			return r.InTx(t.Context(), func(ctx context.Context, tx greeting.Tx) error { return tx.Update(ctx, g, version) })
		}
		g.Name, g.Version = "Grace", 2
		if err := update(g, 1); err != nil {
			t.Fatal(err)
		}
		if err := update(g, 1); !errors.Is(err, store.ErrConflict) {
			t.Errorf("err = %v, want a conflict", err)
		}
		if got, err := r.Get(t.Context(), g.ID); err != nil || got != g {
			t.Errorf("got %+v, %v, want %+v", got, err, g)
		}
		if err := update(one("nobody"), 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("err = %v, want not found", err)
		}
	})

	t.Run("pages neither skip nor repeat", func(t *testing.T) {
		for _, id := range []string{"p3", "p1", "p2"} {
			if err := insert(one(id)); err != nil {
				t.Fatal(err)
			}
		}
		first, err := r.List(t.Context(), prefix+"p", 2)
		if err != nil || len(first) != 2 || first[0].ID != prefix+"p1" || first[1].ID != prefix+"p2" {
			t.Fatalf("first page = %+v, %v", first, err)
		}
		second, err := r.List(t.Context(), first[1].ID, 1)
		if err != nil || len(second) != 1 || second[0].ID != prefix+"p3" {
			t.Errorf("second page = %+v, %v", second, err)
		}
	})
}

func newKey(t *testing.T, id string, request int) idempotency.Key {
	t.Helper()
	key, err := idempotency.New("repositorytest", "", "repositorytest-"+id, fmt.Append(nil, request))
	if err != nil {
		t.Fatal(err)
	}

	return key
}
