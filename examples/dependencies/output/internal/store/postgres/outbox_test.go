package postgres

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"example.com/shop/checkout/internal/messaging"
)

func TestOutbox(t *testing.T) {
	s := open(t)
	o := NewOutbox(s)
	kept, dropped := messaging.NewMessage([]byte{0, 255}), messaging.NewMessage(nil)
	kept.Header["a"] = "b"
	if err := s.InTx(t.Context(), func(tx pgx.Tx) error { return Enqueue(t.Context(), tx, kept) }); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	err := s.InTx(t.Context(), func(tx pgx.Tx) error { return errors.Join(Enqueue(t.Context(), tx, dropped), boom) })
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	entries, err := o.Oldest(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, entry := range entries {
		switch entry.Message.ID {
		case kept.ID:
			found++
			if !bytes.Equal(entry.Message.Data, kept.Data) || entry.Message.Header["a"] != "b" {
				t.Errorf("message = %+v, want %+v", entry.Message, kept)
			}
			if err := o.Remove(t.Context(), entry.ID); err != nil {
				t.Error(err)
			}
		case dropped.ID:
			t.Error("a transaction that failed has left a message")
		}
	}
	if found != 1 {
		t.Errorf("found %d times, want once", found)
	}
}

func TestOneLeads(t *testing.T) {
	s := open(t)
	o := NewOutbox(s)
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM outbox_leader`); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		holder string
		leads  bool
	}{
		{"a", true}, {"b", false}, {"a", true},
	} {
		if leads, err := o.Lead(t.Context(), step.holder, 2*time.Second); err != nil || leads != step.leads {
			t.Errorf("%s leads: %t, %v, want %t", step.holder, leads, err, step.leads)
		}
	}
	time.Sleep(2100 * time.Millisecond)
	if leads, err := o.Lead(t.Context(), "b", time.Second); err != nil || !leads {
		t.Errorf("after the lease: %t, %v", leads, err)
	}
}
