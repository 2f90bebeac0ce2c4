package nats

import (
	"sync/atomic"
	"time"
)

// proof is how long a session has to last until it is known to receive: the
// server's silence is noticed after two heartbeats. A server that forbids to ask
// for messages says so to the connection, and not to who asks.
const proof = 3 * heartbeat

// receiving tells whether messages arrive, or would.
type receiving struct {
	since  atomic.Int64 // Unix nanoseconds of the session's begin, 0 without one
	proven atomic.Bool  // a message has arrived in it
}

func (r *receiving) begin() {
	r.proven.Store(false)
	r.since.Store(time.Now().UnixNano())
}

func (r *receiving) message() { r.proven.Store(true) }

func (r *receiving) end() {
	r.since.Store(0)
	r.proven.Store(false)
}

func (r *receiving) now() bool {
	since := r.since.Load()

	return since > 0 && (r.proven.Load() || time.Since(time.Unix(0, since)) > proof)
}

// Receiving implements messaging.Source.
func (c *Client) Receiving() bool { return c.conn != nil && c.conn.IsConnected() && c.received.now() }
