// Package idempotency lets a request that is sent twice have its effect once. A
// client that got no answer can't know whether its request was carried out; it
// sends it again with the same key, and gets the answer of the first.
package idempotency

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// Keep is how long a key is remembered at least: longer than any client tries.
const Keep = 24 * time.Hour

const (
	// Whoever guesses a key, and the request, is told the answer: a UUID has 36
	// characters, and what counts up has fewer than this.
	minKey = 16

	// maxKey is what the stores have room for.
	maxKey = 200
)

var (
	// ErrKey says that a key can't be one.
	ErrKey = errors.New("a key has 16 to 200 printable ASCII characters")

	// ErrReused says that the key came with another request before.
	ErrReused = errors.New("the key was used for another request")
)

// Key is what a request is known by.
type Key struct {
	// Scope is the operation, and the caller where that is known: the same key may
	// come with another one.
	Scope string
	// ID is the client's.
	ID string
	// Fingerprint tells whether it is the same request.
	Fingerprint [sha256.Size]byte
}

// New returns the key of a request, or ErrKey. caller is the verified subject, and
// empty where nobody verifies one: then all callers share their keys, and a key that
// can be guessed is anybody's.
//
// request is the JSON that was sent, and not what this version of the program reads
// from it: another one, before or after an update, must know the repetition.
func New(operation, caller, id string, request []byte) (Key, error) {
	if len(id) < minKey || len(id) > maxKey {
		return Key{}, ErrKey
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return Key{}, ErrKey
		}
	}
	scope := operation
	if caller != "" {
		// Of one length, whatever an issuer calls its subjects.
		digest := sha256.Sum256([]byte(caller))
		scope += " " + hex.EncodeToString(digest[:])
	}

	return Key{Scope: scope, ID: id, Fingerprint: sha256.Sum256(canonical(request))}, nil
}

// canonical is the same for the same JSON, whatever the order of its fields and the
// blanks between them. What isn't JSON is itself.
func canonical(request []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(request))
	decoder.UseNumber() // large ones differ in their last digits
	var value any
	if err := decoder.Decode(&value); err != nil {
		return request
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return request
	}
	content, err := json.Marshal(value)
	if err != nil {
		return request
	}

	return content
}

// Check returns ErrReused unless the fingerprint is the one that was kept.
func (k Key) Check(kept []byte) error {
	if !bytes.Equal(kept, k.Fingerprint[:]) {
		return ErrReused
	}

	return nil
}
