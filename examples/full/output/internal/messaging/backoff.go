package messaging

import (
	"math/rand/v2"
	"time"
)

const (
	firstBackoff = 500 * time.Millisecond
	// maxBackoff is how long a dependency that is back may go unnoticed.
	maxBackoff = 30 * time.Second
	// maxDoublings is where the doubling passes maxBackoff.
	maxDoublings = 6
)

// Backoff returns how long to wait after a failed attempt, of which the first is
// 1: twice as long each time, and somewhere in the upper half of it, so that
// what failed together doesn't come back together.
func Backoff(attempt int) time.Duration {
	wait := min(firstBackoff<<min(max(attempt-1, 0), maxDoublings), maxBackoff)

	return wait/2 + rand.N(wait/2) //nolint:gosec // Nobody gains from guessing it.
}
