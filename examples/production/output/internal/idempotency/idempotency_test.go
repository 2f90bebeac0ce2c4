package idempotency

import (
	"errors"
	"strings"
	"testing"
)

const id = "0193f0a2-7c1e-7cc3-98c4-dc0c0c07398f"

func TestKeys(t *testing.T) {
	for id, want := range map[string]error{
		id:                            nil,
		strings.Repeat("a", minKey):   nil,
		strings.Repeat("a", maxKey):   nil,
		strings.Repeat("a", minKey-1): ErrKey,
		strings.Repeat("a", maxKey+1): ErrKey,
		"":                            ErrKey,
		"a b" + id:                    ErrKey,
		"ü" + id:                      ErrKey,
		"a\x00" + id:                  ErrKey,
	} {
		if _, err := New("operation", "", id, nil); !errors.Is(err, want) {
			t.Errorf("New(%q) = %v, want %v", id, err, want)
		}
	}
}

func TestSameRequestOrAnother(t *testing.T) {
	first, err := New("pay", "", id, []byte(`{"amount":5,"currency":"EUR"}`))
	if err != nil {
		t.Fatal(err)
	}
	for request, want := range map[string]error{
		`{"amount":5,"currency":"EUR"}`:         nil,
		`{"currency": "EUR", "amount": 5}`:      nil,
		`{"amount":6,"currency":"EUR"}`:         ErrReused,
		`{"amount":5,"currency":"EUR","tip":1}`: ErrReused, // whether this version knows the field or not
		`{"amount":5,"currency":"EUR"}{}`:       ErrReused,
		`{"amount":5`:                           ErrReused,
	} {
		again, err := New("pay", "", id, []byte(request))
		if err != nil || !errors.Is(again.Check(first.Fingerprint[:]), want) {
			t.Errorf("%s: %v, %v, want %v", request, err, again.Check(first.Fingerprint[:]), want)
		}
	}
	large, err := New("pay", "", id, []byte(`90071992547409930`))
	if err != nil {
		t.Fatal(err)
	}
	if next, err := New("pay", "", id, []byte(`90071992547409931`)); err != nil || next.Check(large.Fingerprint[:]) == nil {
		t.Errorf("two large numbers are one: %v", err)
	}
}

func TestCallersHaveKeysOfTheirOwn(t *testing.T) {
	scopes := make(map[string]bool)
	for _, caller := range []string{"", "https://issuer/ada", "https://issuer/eve", strings.Repeat("x", 10_000)} {
		key, err := New("pay", caller, id, nil)
		if err != nil || len(key.Scope) > maxKey {
			t.Errorf("%.20q: scope = %s, %v", caller, key.Scope, err)
		}
		scopes[key.Scope] = true
	}
	if len(scopes) != 4 {
		t.Errorf("%d scopes for 4 callers", len(scopes))
	}
}
