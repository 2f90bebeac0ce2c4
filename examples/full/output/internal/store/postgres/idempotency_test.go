package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/idempotency"
)

func TestServer(t *testing.T) {
	if err := open(t).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestKeysAreForgottenInTime(t *testing.T) {
	s := open(t)
	keys := NewKeys(s)
	remember := func(key idempotency.Key) (fresh bool) {
		err := s.InTx(t.Context(), func(tx pgx.Tx) (err error) {
			_, fresh, err = keys.Remember(t.Context(), tx, key, []byte{0, 255})

			return err
		})
		if err != nil {
			t.Error(err)
		}

		return fresh
	}
	young, old := newKey(t), newKey(t)
	if !remember(young) || !remember(old) || remember(young) {
		t.Error("a key is fresh once")
	}
	const age = `UPDATE idempotency_keys SET created_at = now() - make_interval(days => 2) WHERE id = $1`
	if _, err := s.pool.Exec(t.Context(), age, old.ID); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel() // a request that is over doesn't keep it from its work
	keys.Forget(ended)
	if !remember(old) || remember(young) {
		t.Error("want the old one forgotten, and the young one not")
	}
}

func TestTransactionThatFails(t *testing.T) {
	s, boom := open(t), errors.New("boom")
	if err := s.InTx(t.Context(), func(pgx.Tx) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("err = %v, want what was returned", err)
	}
}

func newKey(t *testing.T) idempotency.Key {
	t.Helper()
	key, err := idempotency.New("test", "", rand.Text(), nil)
	if err != nil {
		t.Fatal(err)
	}

	return key
}
