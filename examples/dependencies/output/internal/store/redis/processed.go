package redis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"example.com/shop/orders/internal/consumer"
)

const (
	processedPrefix = "orders" + ":processed:"

	// keepProcessed is longer than a message is delivered again after.
	keepProcessed = 7 * 24 * time.Hour

	// claimSlack is for the answers of Redis around the effect.
	claimSlack = 5 * time.Second

	processedBusy = "busy"
	processedDone = "done"
)

// Processed remembers which messages are done, for all replicas and through
// restarts. One gap is left: a process that dies between an effect and the note
// of it has the effect a second time, unless both are in one transaction.
type Processed struct {
	store *Store
	claim time.Duration
}

// NewProcessed returns a Processed for effects that take up to timeout.
func NewProcessed(s *Store, timeout time.Duration) *Processed {
	return &Processed{store: s, claim: timeout + claimSlack}
}

// Once implements consumer.Processed.
func (p *Processed) Once(ctx context.Context, id string, effect func(context.Context) error) (bool, error) {
	key := processedPrefix + id
	// A claim ends by itself: a process that dies doesn't take the message along.
	claimed, err := p.store.client.SetNX(ctx, key, processedBusy, p.claim).Result()
	if err != nil {
		return false, unknown(err)
	}
	if !claimed {
		value, err := p.store.client.Get(ctx, key).Result()
		switch {
		case err == nil && value == processedDone:
			return false, nil
		case err == nil || errors.Is(err, redis.Nil):
			return false, consumer.ErrBusy
		default:
			return false, unknown(err)
		}
	}

	err = effect(ctx)

	// Even if the time of the effect is over; each command has one of its own.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		_ = p.store.client.Del(ctx, key).Err() // the claim ends by itself otherwise

		return true, err
	}
	// An error here is no reason to have the effect again: the message is
	// acknowledged, and only if that is lost, too, it comes a second time.
	_ = p.store.client.Set(ctx, key, processedDone, keepProcessed).Err()

	return true, nil
}

// unknown says that nobody can tell now, which is not the message's failure.
func unknown(err error) error { return fmt.Errorf("%w: redis: %w", consumer.ErrBusy, err) }
