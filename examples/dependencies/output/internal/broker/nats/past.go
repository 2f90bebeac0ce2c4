package nats

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

// past is what the server's count of deliveries doesn't tell: it counts those that
// nobody answered and those that had to wait, too. It is kept in a bucket beside
// the stream, so it outlives the process. A message that goes well at once, which
// is nearly every one, has none.
type past struct {
	tries      int // times that it has failed
	unanswered int // times that handling began, and no answer came
	waits      int // deliveries that were no tries
}

// The form of an entry.
const pastFormat = "tries=%d unanswered=%d waits=%d"

var errPastUnknown = errors.New("nats: what was tried before can't be read")

// bucket is where it is kept.
func (c *Client) bucketName() string { return c.config.Stream + "-TRIES" }

// setUpBucket makes it if it is missing.
func (c *Client) setUpBucket(ctx context.Context) (jetstream.KeyValue, error) {
	bucket, err := c.js.KeyValue(ctx, c.bucketName())
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		bucket, err = c.js.CreateKeyValue(ctx, jetstream.KeyValueConfig{
			Bucket: c.bucketName(), TTL: keepFor, Replicas: c.config.Replicas,
		})
		if errors.Is(err, jetstream.ErrBucketExists) {
			// Another replica was faster.
			bucket, err = c.js.KeyValue(ctx, c.bucketName())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", c.bucketName(), err)
	}

	return bucket, nil
}

// recall returns what is known. An error means that there may be more.
func recall(ctx context.Context, bucket jetstream.KeyValue, key string) (past, error) {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	entry, err := bucket.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return past{}, nil
	}
	if err != nil {
		return past{}, fmt.Errorf("%w: %w", errPastUnknown, err)
	}
	var p past
	if _, err := fmt.Sscanf(string(entry.Value()), pastFormat, &p.tries, &p.unanswered, &p.waits); err != nil {
		// Nobody will ever be able to read it: the count begins again.
		return past{}, nil
	}

	return p, nil
}

// pastKey is the consumer's own: another one of the same stream has a past of its
// own with the same message.
func (c *Client) pastKey(sequence uint64) string {
	return c.config.Consumer + "." + strconv.FormatUint(sequence, 10)
}

func (p past) remember(ctx context.Context, bucket jetstream.KeyValue, key string) error {
	_, err := bucket.PutString(ctx, key, fmt.Sprintf(pastFormat, p.tries, p.unanswered, p.waits))

	return err
}
