// Package idempotency lets a request that is sent twice have its effect once. A
// client that got no answer can't know whether its request was carried out; it
// sends it again with the same key, and gets the answer of the first.
package idempotency

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"
)

// Keep is how long a key is remembered at least: longer than any client tries.
const Keep = 24 * time.Hour

// maxKey is what the stores have room for. A UUID takes 36.
const maxKey = 200

var (
	// ErrKey says that a key can't be one.
	ErrKey = errors.New("a key has 1 to 200 printable ASCII characters")

	// ErrReused says that the key came with another request before.
	ErrReused = errors.New("the key was used for another request")
)

// Key is what a request is known by.
type Key struct {
	// Scope is the operation: the same key may come with another one.
	Scope string
	// ID is the client's.
	ID string
	// Fingerprint tells whether it is the same request.
	Fingerprint [sha256.Size]byte
}

// New returns the key of a request, or ErrKey.
func New(scope, id string, request any) (Key, error) {
	if id == "" || len(id) > maxKey {
		return Key{}, ErrKey
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c > '~' {
			return Key{}, ErrKey
		}
	}
	content, err := json.Marshal(request)
	if err != nil {
		return Key{}, err
	}

	return Key{Scope: scope, ID: id, Fingerprint: sha256.Sum256(content)}, nil
}

// Check returns ErrReused unless the fingerprint is the one that was kept.
func (k Key) Check(kept []byte) error {
	if !bytes.Equal(kept, k.Fingerprint[:]) {
		return ErrReused
	}

	return nil
}
