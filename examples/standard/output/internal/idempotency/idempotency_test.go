package idempotency

import (
	"errors"
	"strings"
	"testing"
)

func TestKeys(t *testing.T) {
	for id, want := range map[string]error{
		"0193f0a2-7c1e-7cc3-98c4-dc0c0c07398f": nil,
		strings.Repeat("a", maxKey):            nil,
		strings.Repeat("a", maxKey+1):          ErrKey,
		"":                                     ErrKey,
		"a b":                                  ErrKey,
		"ü":                                    ErrKey,
		"a\x00":                                ErrKey,
	} {
		if _, err := New("scope", id, nil); !errors.Is(err, want) {
			t.Errorf("New(%q) = %v, want %v", id, err, want)
		}
	}
}

func TestSameRequestOrAnother(t *testing.T) {
	type request struct{ Amount int }
	first, err := New("pay", "1", request{5})
	if err != nil {
		t.Fatal(err)
	}
	again, err := New("pay", "1", request{5})
	if err != nil || again.Check(first.Fingerprint[:]) != nil {
		t.Errorf("the same request is refused: %v", err)
	}
	other, err := New("pay", "1", request{6})
	if err != nil || !errors.Is(other.Check(first.Fingerprint[:]), ErrReused) {
		t.Errorf("another request passes for the first: %v", err)
	}
}
