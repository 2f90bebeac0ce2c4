package consumer

import (
	"context"
	"errors"
	"fmt"

	"git.example.com/trade/market/internal/messaging"
)

var errUnknownType = errors.New("nobody here handles this type of message")

// Handlers are what a consumer does, by the type of the message. Two resources
// have one consumer, and not two: what one of them has done would be the other's
// duplicate.
type Handlers map[string]Handler

// Handle calls the handler of the message's type. A type that nobody handles
// fails like any other message, and is a dead letter in the end: until then it may
// meet a replica of a newer version, which knows it.
func (h Handlers) Handle(ctx context.Context, m messaging.Message) error {
	handle, ok := h[m.Type]
	switch {
	case ok:
		return handle(ctx, m)
	case m.Type == "":
		// No version will know it: whoever has sent it says nothing of what it is.
		return fmt.Errorf("%w: %w: it has none", ErrPermanent, errUnknownType)
	default:
		return fmt.Errorf("%w: %q", errUnknownType, m.Type)
	}
}
