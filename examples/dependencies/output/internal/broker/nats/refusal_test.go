package nats

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/shop/checkout/internal/messaging"
)

func TestWhoseFaultARefusalIs(t *testing.T) {
	for _, tt := range []struct {
		err               error
		refused, tooLarge bool
	}{
		{nats.ErrMaxPayload, true, true},
		{&jetstream.APIError{ErrorCode: codeTooLarge}, true, true},
		{nats.ErrBadHeaderMsg, true, false},
		{nats.ErrConnectionClosed, false, false},
		// As it is before the first connection: nobody has said what the server can do.
		{nats.ErrHeadersNotSupported, false, false},
		{jetstream.ErrNoStreamResponse, false, false},
		{&jetstream.APIError{ErrorCode: jetstream.JSErrCodeStreamNotFound}, false, false},
	} {
		got := refusal(fmt.Errorf("publish: %w", tt.err))
		if errors.Is(got, messaging.ErrRefused) != tt.refused || errors.Is(got, messaging.ErrTooLarge) != tt.tooLarge || !errors.Is(got, tt.err) {
			t.Errorf("refusal(%v) = %v", tt.err, got)
		}
	}
}

func TestReceivingIsProven(t *testing.T) {
	var r receiving
	if r.now() {
		t.Error("receives without a session")
	}
	r.begin()
	if r.now() {
		t.Error("receives before anybody can know")
	}
	r.message()
	if !r.now() {
		t.Error("a message has arrived, and nothing is received")
	}
	r.begin()
	r.since.Store(time.Now().Add(-2 * proof).UnixNano())
	if !r.now() {
		t.Error("nobody has heard of a failure for long, and nothing is received")
	}
	r.end()
	if r.now() {
		t.Error("receives after the end")
	}
}
