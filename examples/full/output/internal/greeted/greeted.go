// Package greeted is an example of an event: the endpoint of package greeting
// publishes it, and a consumer handles it. Delete it with that package.
package greeted

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/messaging"
)

// Event says that somebody was greeted.
type Event struct {
	Name string `json:"name"`
}

// Announce returns what the endpoint does with a name: it publishes an Event,
// and is done once the broker has it. It knows no number of greetings.
func Announce(publisher messaging.Publisher) func(ctx context.Context, name string) (int64, error) {
	return func(ctx context.Context, name string) (int64, error) {
		data, err := json.Marshal(Event{Name: name})
		if err != nil {
			return 0, err
		}

		return 0, publisher.Publish(ctx, messaging.NewMessage(data))
	}
}

// Handler returns what the consumer does with an Event: here, it writes it down.
func Handler(logger *slog.Logger) consumer.Handler {
	return func(ctx context.Context, m messaging.Message) error {
		var event Event
		if err := json.Unmarshal(m.Data, &event); err != nil {
			return fmt.Errorf("%w: %w", consumer.ErrPermanent, err)
		}
		// Without the name: what a message holds has no place in a log.
		logger.InfoContext(ctx, "somebody was greeted", "message_id", m.ID)

		return nil
	}
}
