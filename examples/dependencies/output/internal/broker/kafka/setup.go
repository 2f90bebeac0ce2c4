package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kerr"
)

// setUp makes the topics that are missing.
func (c *Client) setUp(ctx context.Context, wanted ...string) error {
	ctx, cancel := context.WithTimeout(ctx, setupTimeout)
	defer cancel()
	topics, err := c.admin.ListTopics(ctx, wanted...)
	if err != nil {
		return err
	}
	for _, topic := range wanted {
		if !errors.Is(topics[topic].Err, kerr.UnknownTopicOrPartition) {
			continue
		}
		made, err := c.admin.CreateTopic(ctx, brokerDefault, brokerDefault, nil, topic)
		// Another replica may have been faster.
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("topic %s: %w %s", topic, err, made.ErrMessage)
		}
	}

	return nil
}
