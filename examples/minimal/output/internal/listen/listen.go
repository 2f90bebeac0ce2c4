// Package listen bounds the connections of the traffic ports: at the limit of file
// descriptors nothing can be accepted, and the probes would kill the pod for it.
package listen

import (
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// most is more than a pod of this size has memory for at work, and few enough to
	// be idle together.
	most = 8192

	// reserved descriptors are for the admin port, for connections to others, and for
	// files.
	reserved = 256
)

// Limit is how many connections each of the traffic ports may have.
func Limit(ports int) int {
	free := descriptors() - reserved

	return max(1, min(most, free)/ports)
}

// Bounded accepts no connection while limit of them are open: what comes then waits
// in the kernel, and for as long as its sender likes. When it begins to wait, full
// is called.
func Bounded(l net.Listener, limit int, full func()) net.Listener {
	return &bounded{Listener: l, slots: make(chan struct{}, limit), closed: make(chan struct{}), full: full}
}

type bounded struct {
	net.Listener
	slots  chan struct{}
	closed chan struct{}
	once   sync.Once
	full   func()
}

// Accept implements net.Listener.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.slots <- struct{}{}:
	default:
		b.full()
		select {
		case b.slots <- struct{}{}:
		case <-b.closed:
			return nil, net.ErrClosed
		}
	}
	conn, err := b.Listener.Accept()
	if err != nil {
		<-b.slots

		return nil, err
	}

	return &counted{Conn: conn, release: sync.OnceFunc(func() { <-b.slots })}, nil
}

// Close implements net.Listener.
func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })

	return b.Listener.Close()
}

type counted struct {
	net.Conn
	release func()
}

// Close implements net.Conn.
func (c *counted) Close() error {
	defer c.release()

	return c.Conn.Close()
}

// CloseWrite is what net/http ends a connection with, so that a client that is still
// sending gets its answer and not a reset.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}

	return nil
}

// ReadFrom sends files without reading them into memory, where the connection can.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	if from, ok := c.Conn.(io.ReaderFrom); ok {
		return from.ReadFrom(r)
	}

	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}

// Tell returns a full that writes a line, once in a while.
func Tell(logger *slog.Logger, server string, limit int) func() {
	var next atomic.Int64

	return func() {
		now, due := time.Now(), next.Load()
		if now.UnixNano() < due || !next.CompareAndSwap(due, now.Add(time.Minute).UnixNano()) {
			return
		}
		logger.Warn("no connection is accepted until another one ends", "server", server, "connections", limit)
	}
}
