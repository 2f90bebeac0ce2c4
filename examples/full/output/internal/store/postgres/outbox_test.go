package postgres

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"git.example.com/trade/market/internal/messaging"
	"git.example.com/trade/market/internal/outbox"
)

func TestOutbox(t *testing.T) {
	s := open(t)
	o := NewOutbox(s, outbox.Destinations()[0])
	kept, dropped := messaging.NewMessage("test", []byte{0, 255}), messaging.NewMessage("test", nil)
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
	o := NewOutbox(s, outbox.Destinations()[0])
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
	if err := o.Release(t.Context(), "a"); err != nil {
		t.Error(err)
	}
	if leads, err := o.Lead(t.Context(), "c", time.Second); err != nil || leads {
		t.Errorf("after somebody else has given it back: %t, %v", leads, err)
	}
	if err := o.Release(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	if leads, err := o.Lead(t.Context(), "c", time.Second); err != nil || !leads {
		t.Errorf("after it was given back: %t, %v", leads, err)
	}
}

// A broker that is away holds up no other.
func TestDestinationsAreApart(t *testing.T) {
	s := open(t)
	m := messaging.NewMessage("test", nil)
	if err := s.InTx(t.Context(), func(tx pgx.Tx) error { return Enqueue(t.Context(), tx, m) }); err != nil {
		t.Fatal(err)
	}
	for _, destination := range outbox.Destinations() {
		o, found := NewOutbox(s, destination), 0
		entries, err := o.Oldest(t.Context(), 1000)
		for _, entry := range entries {
			if entry.Message.ID == m.ID {
				found++
				err = errors.Join(err, o.Remove(t.Context(), entry.ID))
			}
		}
		if err != nil || found != 1 {
			t.Errorf("%s has it %d times, %v", destination, found, err)
		}
	}

	one, another := NewOutbox(s, "one"), NewOutbox(s, "another")
	for range 2 {
		if leads, err := one.Lead(t.Context(), "a", time.Minute); err != nil || !leads {
			t.Errorf("one is led by a: %t, %v", leads, err)
		}
		if leads, err := another.Lead(t.Context(), "b", time.Minute); err != nil || !leads {
			t.Errorf("another is led by b: %t, %v", leads, err)
		}
	}
	if err := errors.Join(one.Release(t.Context(), "a"), another.Release(t.Context(), "b")); err != nil {
		t.Error(err)
	}
	if backlog, err := another.Backlog(t.Context()); err != nil || backlog != (outbox.Backlog{}) {
		t.Errorf("backlog of nothing = %+v, %v", backlog, err)
	}
}

func TestRefusedMessagesStandAside(t *testing.T) {
	s := open(t)
	o := NewOutbox(s, outbox.Destinations()[0])
	if _, err := s.pool.Exec(t.Context(), `DELETE FROM outbox`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.pool.Exec(t.Context(), `INSERT INTO outbox (destination, message) VALUES ($1, $2)`, o.destination, []byte("no JSON")); err != nil {
		t.Fatal(err)
	}
	m := messaging.NewMessage("test", nil)
	if err := s.InTx(t.Context(), func(tx pgx.Tx) error { return Enqueue(t.Context(), tx, m) }); err != nil {
		t.Fatal(err)
	}
	entries, err := o.Oldest(t.Context(), 10)
	if err != nil || len(entries) != 2 || entries[0].Unreadable == nil || entries[1].Message.ID != m.ID || entries[1].Message.Type != "test" {
		t.Fatalf("entries = %+v, %v; want one that can't be read, and the one behind it", entries, err)
	}
	if err := o.SetAside(t.Context(), entries[0].ID, "no JSON"); err != nil {
		t.Error(err)
	}
	if err := o.Fail(t.Context(), entries[1].ID, "too large", 300*time.Millisecond); err != nil {
		t.Error(err)
	}
	if now, err := o.Oldest(t.Context(), 10); err != nil || len(now) != 0 {
		t.Errorf("before its time: %+v, %v", now, err)
	}
	backlog, err := o.Backlog(t.Context())
	if err != nil || backlog.Waiting != 1 || backlog.SetAside != 1 || backlog.Oldest <= 0 || backlog.Oldest > time.Minute {
		t.Errorf("backlog = %+v, %v", backlog, err)
	}
	time.Sleep(400 * time.Millisecond)
	if now, err := o.Oldest(t.Context(), 10); err != nil || len(now) != 1 || now[0].Tries != 1 {
		t.Errorf("after a while: %+v, %v; want one with one try", now, err)
	}
	for _, entry := range entries {
		if err := o.Remove(t.Context(), entry.ID); err != nil {
			t.Error(err)
		}
	}
	if backlog, err := o.Backlog(t.Context()); err != nil || backlog != (outbox.Backlog{}) {
		t.Errorf("backlog of nothing = %+v, %v", backlog, err)
	}
	large := messaging.NewMessage("test", make([]byte, 1<<20))
	if err := s.InTx(t.Context(), func(tx pgx.Tx) error { return Enqueue(t.Context(), tx, large) }); !errors.Is(err, messaging.ErrTooLarge) {
		t.Errorf("err = %v, want too large", err)
	}
}
