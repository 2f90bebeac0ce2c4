package messaging

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestMessagesHaveIDsOfTheirOwn(t *testing.T) {
	a, b := NewMessage("test", nil), NewMessage("test", nil)
	if a.ID == "" || a.ID == b.ID {
		t.Errorf("ids %q and %q", a.ID, b.ID)
	}
}

func TestSizeIsBounded(t *testing.T) {
	for name, grow := range map[string]func(*Message){
		"data":   func(m *Message) { m.Data = make([]byte, maxSize) },
		"header": func(m *Message) { m.Header["about"] = strings.Repeat("x", maxSize) },
		"id":     func(m *Message) { m.ID = strings.Repeat("x", maxSize) },
	} {
		m := NewMessage("test", make([]byte, maxSize-1000))
		if err := m.Check(); err != nil {
			t.Errorf("%s: a message that has room: %v", name, err)
		}
		grow(&m)
		if err := m.Check(); !errors.Is(err, ErrTooLarge) || !errors.Is(err, ErrRefused) {
			t.Errorf("%s: err = %v, want too large", name, err)
		}
	}
}

func TestBackoff(t *testing.T) {
	for attempt, most := range map[int]time.Duration{0: firstBackoff, 1: firstBackoff, 2: 2 * firstBackoff, 100: maxBackoff} {
		if got := Backoff(attempt); got < most/2 || got > most {
			t.Errorf("after attempt %d: %s, want from %s to %s", attempt, got, most/2, most)
		}
	}
}

func TestReasonFitsIntoAHeader(t *testing.T) {
	for text, want := range map[string]string{
		"two\r\nlines\x00":             "two  lines ",
		"cut\xff":                      "cut\uFFFD",
		strings.Repeat("x", maxReason): strings.Repeat("x", maxReason),
		strings.Repeat("é", maxReason): strings.Repeat("é", maxReason/2) + " …",
	} {
		if got := Reason(errors.New(text)); got != want {
			t.Errorf("Reason(%q) = %q, want %q", text, got, want)
		}
	}
}
