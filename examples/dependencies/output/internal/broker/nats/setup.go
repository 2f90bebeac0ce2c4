package nats

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// setUpStream makes a stream if there is none. One that exists is left as its
// owner wants it.
func (c *Client) setUpStream(ctx context.Context, name, subject string) error {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	_, err := c.js.Stream(ctx, name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = c.js.CreateStream(ctx, jetstream.StreamConfig{
			Name: name, Subjects: []string{subject}, Storage: jetstream.FileStorage, MaxAge: keepFor,
			Replicas: c.config.Replicas,
		})
	}
	// Another replica may have been faster.
	if err != nil && !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
		return fmt.Errorf("stream %s: %w", name, err)
	}

	return nil
}

// setUpConsumer makes what receiving needs beside the stream.
func (c *Client) setUpConsumer(ctx context.Context) (jetstream.Consumer, jetstream.KeyValue, error) {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	dead, deadSubject := c.deadLetters()
	for stream, subject := range map[string]string{c.config.Stream: c.config.Subject, dead: deadSubject} {
		if err := c.setUpStream(ctx, stream, subject); err != nil {
			return nil, nil, err
		}
	}
	consumer, err := c.js.CreateOrUpdateConsumer(ctx, c.config.Stream, jetstream.ConsumerConfig{
		Durable:       c.config.Consumer,
		FilterSubject: c.config.Subject,
		AckPolicy:     jetstream.AckExplicitPolicy,
		// A message may wait for another to be handled, and then takes as long
		// itself; the rest is for the answers on their way.
		AckWait: 2*c.limits.Timeout + setupTimeout,
		// We count: a message that the server gave up would be lost.
		MaxDeliver: -1,
	})
	if err != nil {
		return nil, nil, fmt.Errorf("consumer %s: %w", c.config.Consumer, err)
	}
	bucket, err := c.setUpBucket(ctx)

	return consumer, bucket, err
}
