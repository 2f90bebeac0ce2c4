package nats

import (
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"git.example.com/trade/market/internal/messaging"
)

// Codes of JetStream for what is wrong with one message,
// https://github.com/nats-io/nats-server/blob/main/server/errors.json
const (
	// codeTooLarge is for a stream that takes less than its server.
	codeTooLarge       = 10054
	codeHeaderTooLarge = 10097
)

// refusal tells the message's fault from the server's, for those who publish.
func refusal(err error) error {
	if tooLarge(err) {
		return fmt.Errorf("%w: %w", messaging.ErrTooLarge, err)
	}
	if errors.Is(err, nats.ErrBadHeaderMsg) {
		return fmt.Errorf("%w: %w", messaging.ErrRefused, err)
	}

	return err
}

func tooLarge(err error) bool {
	if errors.Is(err, nats.ErrMaxPayload) {
		return true
	}
	apiErr, ok := errors.AsType[*jetstream.APIError](err)

	return ok && (apiErr.ErrorCode == codeTooLarge || apiErr.ErrorCode == codeHeaderTooLarge)
}
