package config

import (
	"testing"
	"time"
)

func TestLongestBudget(t *testing.T) {
	var c Config
	for _, budget := range []*time.Duration{
		&c.HTTP.Timeout,
		&c.GRPC.Timeout,
		&c.Consumer.Timeout,
	} {
		*budget = time.Hour
		if got := c.LongestBudget(); got != time.Hour {
			t.Errorf("something has an hour, and what it asks of a store %s", got)
		}
		*budget = 0
	}
}
