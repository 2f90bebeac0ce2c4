package redis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/shop/checkout/internal/store"
)

// Every key ends some day. One without an end is a leak.
const keep = 24 * time.Hour

// Greetings counts, and forgets after a day without a greeting.
type Greetings struct {
	store   *Store
	observe store.Observe
}

// NewGreetings returns the counter. observe hears of every operation.
func NewGreetings(s *Store, observe store.Observe) *Greetings {
	return &Greetings{store: s, observe: observe}
}

// Greet counts a greeting and returns how many there were.
func (g *Greetings) Greet(ctx context.Context, name string) (count int64, err error) {
	ctx, end := g.observe(ctx, Name, "greet")
	defer func() { end(err) }()

	var counted *redis.IntCmd
	// Both or neither: a key that was counted and has no end would stay for ever.
	_, err = g.store.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		counted = p.Incr(ctx, g.key(name))
		p.Expire(ctx, g.key(name), keep)

		return nil
	})
	if err != nil {
		return 0, exhausted(err)
	}

	return counted.Val(), nil
}

func (g *Greetings) key(name string) string { return g.store.prefix + "greetings:" + name }
