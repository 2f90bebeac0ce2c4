package kafka

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"example.com/shop/checkout/internal/messaging"
)

func TestWhoseFaultARefusalIs(t *testing.T) {
	for _, tt := range []struct {
		err               error
		refused, tooLarge bool
	}{
		{kerr.MessageTooLarge, true, true},
		{kerr.RecordListTooLarge, true, true},
		{kerr.InvalidRecord, true, false},
		{kerr.UnknownTopicOrPartition, false, false},
		{kerr.NotEnoughReplicas, false, false},
		{kgo.ErrRecordTimeout, false, false},
	} {
		got := refusal(fmt.Errorf("publish: %w", tt.err))
		if errors.Is(got, messaging.ErrRefused) != tt.refused || errors.Is(got, messaging.ErrTooLarge) != tt.tooLarge || !errors.Is(got, tt.err) {
			t.Errorf("refusal(%v) = %v", tt.err, got)
		}
	}
}

func TestMembershipIsWhatTheGroupSays(t *testing.T) {
	var m membership
	if m.now() {
		t.Error("receives before it has joined")
	}
	m.join()
	if !m.now() {
		t.Error("joined, and receives nothing")
	}
	m.fail(kerr.TopicAuthorizationFailed)
	if m.now() {
		t.Error("receives what it may not fetch")
	}
	m.failedAt.Store(time.Now().Add(-2 * errorHolds).UnixNano())
	if !m.now() {
		t.Error("an error of long ago")
	}
	m.fail(&kgo.ErrGroupSession{Err: kerr.GroupAuthorizationFailed})
	m.failedAt.Store(time.Now().Add(-2 * errorHolds).UnixNano())
	if m.now() {
		t.Error("receives without a group")
	}
	m.join()
	m.leave()
	if m.now() {
		t.Error("receives after it has left")
	}
}
