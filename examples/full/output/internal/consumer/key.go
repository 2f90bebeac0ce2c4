package consumer

import "crypto/sha256"

// Key is what a message is known by. Two messages have one only if they have the
// same id, byte by byte, and are for the same consumer. The id's digest stands
// for it: it has one length, and every store compares it as what it is, while
// columns for text shorten, fold, or refuse what a publisher may send.
type Key struct {
	Consumer string
	Digest   [sha256.Size]byte
}

// KeyOf returns the Key of a message.
func KeyOf(consumer, id string) Key { return Key{consumer, sha256.Sum256([]byte(id))} }
