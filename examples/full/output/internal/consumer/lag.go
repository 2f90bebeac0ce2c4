package consumer

import (
	"context"
	"time"
)

// lag is what the broker has said, and when.
type lag struct {
	messages int64
	at       time.Time
}

// Lag returns how many messages nobody has acknowledged yet, and false while the
// broker doesn't say.
func (c *Consumer) Lag() (messages int64, known bool) {
	last := c.lag.Load()
	if last == nil || time.Since(last.at) > lagHolds {
		return 0, false
	}

	return last.messages, true
}

// watchLag asks now and then.
func (c *Consumer) watchLag(ctx context.Context) {
	ticker := time.NewTicker(lagInterval)
	defer ticker.Stop()
	for {
		asking, cancel := context.WithTimeout(ctx, settleTimeout)
		messages, err := c.Source.Lag(asking)
		cancel()
		if err == nil {
			c.lag.Store(&lag{messages: messages, at: time.Now()})
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
