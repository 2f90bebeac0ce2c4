package listen

import (
	"errors"
	"net"
	"testing"
	"time"
)

func open(t *testing.T, limit int) (listener net.Listener, full chan struct{}) {
	t.Helper()
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	full = make(chan struct{}, 10)
	listener = Bounded(inner, limit, func() { full <- struct{}{} })
	t.Cleanup(func() { _ = listener.Close() })

	return listener, full
}

func dial(t *testing.T, l net.Listener) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
}

func TestBounded(t *testing.T) {
	l, full := open(t, 2)
	accepted := make(chan net.Conn, 3)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	for range 3 {
		dial(t, l)
	}
	first := <-accepted
	<-accepted
	<-full
	select {
	case <-accepted:
		t.Fatal("a third one")
	case <-time.After(50 * time.Millisecond):
	}
	// Closed twice, as net/http does, it gives one place back.
	for range 2 {
		_ = first.Close()
	}
	<-accepted
	dial(t, l)
	select {
	case <-accepted:
		t.Fatal("one place was given back twice")
	case <-time.After(50 * time.Millisecond):
	}
}

func TestCloseEndsTheWaiting(t *testing.T) {
	l, full := open(t, 1)
	dial(t, l)
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := l.Accept()
		ended <- err
	}()
	<-full
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("err = %v", err)
	}
}

func TestLimitLeavesRoom(t *testing.T) {
	if one, two := Limit(1), Limit(2); one < 1 || one > most || two > one {
		t.Errorf("limits %d and %d", one, two)
	}
}
