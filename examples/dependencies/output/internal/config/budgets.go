package config

import "time"

// LongestBudget is the most time that anything here usually has: a request, a call
// or a message. What a data store does for longer was given up by whoever asked.
func (c *Config) LongestBudget() time.Duration {
	return max(c.HTTP.Timeout, c.GRPC.Timeout, c.Consumer.Timeout)
}
