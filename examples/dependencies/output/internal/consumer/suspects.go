package consumer

import (
	"sync"
	"time"

	"example.com/shop/checkout/internal/messaging"
)

const (
	// quietLimit is how long nothing of a type may get through before the first of
	// those that are refused all the time is put aside, and how long until the next
	// one. A server that is full is seen to within that time; a message that fills it
	// by itself must not stand in the way for ever.
	quietLimit = time.Hour

	// maxSuspects bounds what is remembered. Who is forgotten begins anew.
	maxSuspects = 10_000
)

// suspects are the messages in the middle of whose handling a server was away. Most
// of them have met an outage, which they have to outlast. One may be its reason.
// What speaks against a message is what the others do meanwhile: this process alone
// knows that, so the counts are its own.
type suspects struct {
	mu      sync.Mutex
	known   map[Key]suspect
	handled map[string]handled // by type: those of one type need the same servers
}

type suspect struct {
	against int // tries that speak against it
	others  int64
	since   time.Time
}

type handled struct {
	count int64
	last  time.Time // or when one was put aside in the quiet
}

// again notes that a server was away in a try of a message, and returns how many
// tries speak against it by now.
//
// A connection that is lost in the middle does: the server was there before. A
// server that refuses, because it is full for example, refuses everybody, so that
// does only if others of its type got through since the try before.
func (s *suspects) again(key Key, m messaging.Message, lost bool, limit int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	others := s.handled[m.Type]
	one, known := s.known[key]
	if !known {
		one = suspect{others: others.count, since: now}
	}
	quiet := one.since
	if others.last.After(quiet) {
		quiet = others.last
	}
	switch {
	case lost, one.others < others.count:
		one.against++
	case now.Sub(quiet) >= quietLimit:
		one.against = limit
		others.last = now
		s.set(m.Type, others)
	}
	one.others = others.count
	if !known && len(s.known) >= maxSuspects {
		for other := range s.known {
			delete(s.known, other)

			break
		}
	}
	if s.known == nil {
		s.known = make(map[Key]suspect)
	}
	s.known[key] = one

	return one.against
}

// through notes that a message was handled.
func (s *suspects) through(key Key, m messaging.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, key)
	s.set(m.Type, handled{count: s.handled[m.Type].count + 1, last: time.Now()})
}

// forget a message that won't come again.
func (s *suspects) forget(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, key)
}

func (s *suspects) set(kind string, h handled) {
	if s.handled == nil {
		s.handled = make(map[string]handled)
	}
	s.handled[kind] = h
}
