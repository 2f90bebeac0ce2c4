package config

import "time"

const (
	// Half of the pool: each message in hand has a connection for its transaction,
	// and requests need the others.
	defaultConsumerConcurrency = 1

	// With the back-off about four to eight seconds. A database that is away is no
	// failed try: the message waits for it. One that goes away in the middle of
	// as many tries, and is there for others, is taken to be made to by the message.
	defaultConsumerMaxTries = 5

	// The time of one try. A shutdown waits as long for what is in hand, and
	// terminationGracePeriodSeconds (65 seconds) counts with it.
	defaultConsumerTimeout = 10 * time.Second
)

// Consumer bounds the handling of messages.
type Consumer struct {
	Concurrency int
	MaxTries    int
	Timeout     time.Duration
}

func consumerFields() []Field {
	return []Field{
		{
			Key:  "consumer.concurrency",
			Env:  "CONSUMER_CONCURRENCY",
			Doc:  "messages that are handled at a time",
			kind: intKind(func(c *Config) *int { return &c.Consumer.Concurrency }, defaultConsumerConcurrency, 1, 1000),
		},
		{
			Key:  "consumer.maxTries",
			Env:  "CONSUMER_MAX_TRIES",
			Doc:  "failed tries after which a message becomes a dead letter",
			kind: intKind(func(c *Config) *int { return &c.Consumer.MaxTries }, defaultConsumerMaxTries, 1, 100),
		},
		{
			Key:  "consumer.timeout",
			Env:  "CONSUMER_TIMEOUT",
			Doc:  "budget of one try, and of the end: messages in hand are waited for as long",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Consumer.Timeout }, defaultConsumerTimeout, shortest),
		},
	}
}
