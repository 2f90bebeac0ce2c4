package consumertest

import (
	"math/rand/v2"
	"slices"
	"strings"

	"git.example.com/trade/market/internal/messaging"
)

// Type is that of every message of Hostile.
const Type = "test"

// longID is longer than any column that somebody may keep an id in.
const longID = 5000

// Hostile returns messages whose ids are what publishers have sent, to somebody's
// surprise, and more of random bytes. All are different.
func Hostile(random *rand.Rand, more int) []messaging.Message {
	ids := slices.Grow([]string{
		"a", "A", "a ", " a", "ä", "a\u0308", "\x00", "a\x00", "a\x00b", "\xff\xfe", "'", `\`, `"; --`, "%00", "\r\n", ":", "a:b",
		strings.Repeat("x", longID) + "1", strings.Repeat("x", longID) + "2", strings.Repeat("x", 200) + "é", strings.Repeat("x", 200) + "e",
	}, more)
	const raw = 16 // a UUID as it is
	for range more {
		id := make([]byte, raw)
		for at := range id {
			id[at] = byte(random.UintN(1 << 8)) //nolint:gosec // Below 256.
		}
		ids = append(ids, string(id))
	}
	messages := make([]messaging.Message, len(ids))
	for at, id := range ids {
		messages[at] = messaging.Message{ID: id, Type: Type}
	}

	return messages
}
