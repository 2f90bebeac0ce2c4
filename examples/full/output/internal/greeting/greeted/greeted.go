// Package greeted is an example of an event: whoever creates a greeting tells
// others of it, and a consumer handles that. It goes with package greeting.
package greeted

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"

	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/greeting"
	"git.example.com/trade/market/internal/messaging"
)

// Type is what consumers know the event by. An event that means something else, or
// has another shape, is another type.
const Type = "greeting.created"

// Event says that somebody was greeted.
type Event struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Message returns the event of a greeting, as it is published.
func Message(ctx context.Context, g greeting.Greeting) (messaging.Message, error) {
	data, err := json.Marshal(Event{ID: g.ID, Name: g.Name})
	if err != nil {
		return messaging.Message{}, err
	}
	m := messaging.NewMessage(Type, data)
	messaging.Inject(ctx, m)

	return m, nil
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
