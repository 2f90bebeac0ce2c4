package kafka

import (
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"

	"example.com/shop/checkout/internal/messaging"
)

// refused are the answers of a broker to one record, which it gives however often
// that is sent, https://kafka.apache.org/protocol.html#protocol_error_codes
var refused = []error{
	kerr.CorruptMessage, kerr.InvalidRecord, kerr.InvalidTimestamp, kerr.UnsupportedForMessageFormat,
}

// refusal tells the record's fault from the brokers', for those who publish.
func refusal(err error) error {
	switch {
	case tooLarge(err):
		return fmt.Errorf("%w: %w", messaging.ErrTooLarge, err)
	case slices.ContainsFunc(refused, func(one error) bool { return errors.Is(err, one) }):
		return fmt.Errorf("%w: %w", messaging.ErrRefused, err)
	default:
		return err
	}
}

// tooLarge is the brokers' word, and that of the library, which knows what they
// take as they come.
func tooLarge(err error) bool {
	return errors.Is(err, kerr.MessageTooLarge) || errors.Is(err, kerr.RecordListTooLarge)
}
