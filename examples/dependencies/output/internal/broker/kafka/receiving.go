package kafka

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// errorHolds is how long an error stands for all that is not heard: a broker that
// forbids to fetch is asked again within that time, and says so again.
const errorHolds = 30 * time.Second

// membership tells whether records arrive, or would.
type membership struct {
	joined   atomic.Bool
	failedAt atomic.Int64 // Unix nanoseconds of the last error
}

// join is told of each time that the group has given this member its part, which
// may be none.
func (m *membership) join() {
	m.failedAt.Store(0)
	m.joined.Store(true)
}

// fail is told of each error of a poll, of which a group that was lost, or can't be
// joined, is one.
func (m *membership) fail(err error) {
	m.failedAt.Store(time.Now().UnixNano())
	if _, lost := errors.AsType[*kgo.ErrGroupSession](err); lost {
		m.joined.Store(false)
	}
}

func (m *membership) leave() { m.joined.Store(false) }

func (m *membership) now() bool {
	return m.joined.Load() && time.Since(time.Unix(0, m.failedAt.Load())) > errorHolds
}

// Receiving implements messaging.Source.
func (c *Client) Receiving() bool { return c.member.now() }
