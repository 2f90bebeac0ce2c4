// Package kafka publishes to Kafka, and receives from it.
package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/messaging"
)

// Name is what logs, metrics and probes call this broker.
const Name = "kafka"

const (
	// A broker in the same region answers within milliseconds.
	connectTimeout = 2 * time.Second

	// requestTimeout is how long a broker may keep silent before its connection is
	// given up. A fetch that waits for records says so, and has that on top.
	requestTimeout = 5 * time.Second

	// publishTimeout is well below the time of a request, which has to say that it
	// failed.
	publishTimeout = 2 * time.Second

	// setupTimeout bounds looking for topics, and making them.
	setupTimeout = 10 * time.Second

	// What the brokers have as their own defaults for a topic that is made.
	brokerDefault = -1
)

const (
	// headerID carries the id of a message.
	headerID = "message-id"

	// headerType carries its type.
	headerType = "message-type"
)

var errStarting = errors.New("the topic is not set up yet")

// Client publishes, and receives as a member of a group. It connects in the
// background, so the process starts without the brokers, and finds them as often
// as they come back.
type Client struct {
	config      config.Kafka
	limits      config.Consumer
	credentials config.Credentials
	service     string
	logger      *slog.Logger

	// producer has no part in the group: the group's coming and going is nothing
	// to those who publish.
	producer *kgo.Client
	admin    *kadm.Client

	// topic is what nothing can be published without.
	topic *messaging.Upkeep

	member membership

	mu        sync.Mutex
	logged    string // the last error of a connection
	receiving chan struct{}
}

// New returns a Client that isn't connected before Start. service is what the
// brokers' logs and quotas call it.
func New(cfg config.Kafka, limits config.Consumer, credentials config.Credentials, service string, logger *slog.Logger) *Client {
	return &Client{
		config: cfg, limits: limits, credentials: credentials, service: service, logger: logger,
		topic: messaging.NewUpkeep(),
	}
}

// Start begins to connect and to set the topic up, and doesn't wait for the
// brokers. Who only publishes needs the topic as well.
func (c *Client) Start(ctx context.Context) error {
	// All replicas in sync have a record before it is acknowledged, and it is not
	// written twice by what the library repeats: both are the library's defaults.
	producer, err := kgo.NewClient(append(c.options(),
		// Nobody waits for what could come along.
		kgo.ProducerLinger(0),
		kgo.ProduceRequestTimeout(publishTimeout),
		// What was answered with an error is not sent minutes later. Its id tells a
		// second one from the first if it arrived all the same.
		kgo.RecordDeliveryTimeout(publishTimeout),
		kgo.AllowIdempotentProduceCancellation(),
	)...)
	if err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	c.producer, c.admin = producer, kadm.NewClient(producer)
	c.topic.Start(ctx, func(ctx context.Context) error { return c.setUp(ctx, c.config.Topic) },
		func(ctx context.Context, err error) { c.failing(ctx, "topic not set up", err) })

	return nil
}

// Stop waits for the group to be left, and closes the connections.
func (c *Client) Stop(ctx context.Context) error {
	defer c.producer.Close()
	c.topic.Stop(ctx)
	c.mu.Lock()
	receiving := c.receiving
	c.mu.Unlock()
	if receiving != nil {
		select {
		case <-receiving:
		case <-ctx.Done():
			return fmt.Errorf("kafka: still in the group: %w", ctx.Err())
		}
	}

	return nil
}

// Check asks the brokers for the topic. Whether messages are received is another
// question: see Receiving.
func (c *Client) Check(ctx context.Context) error {
	topics, err := c.admin.ListTopics(ctx, c.config.Topic)
	if err == nil {
		err = topics.Error()
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		c.topic.Missed()
	}
	if err != nil {
		return fmt.Errorf("kafka: %w", err)
	}
	if !c.topic.Ready() {
		return fmt.Errorf("kafka: %w", errStarting)
	}
	c.connected(ctx)

	return nil
}

// Publish implements messaging.Publisher.
func (c *Client) Publish(ctx context.Context, m messaging.Message) error {
	return c.publish(ctx, c.config.Topic, m)
}

func (c *Client) publish(ctx context.Context, topic string, m messaging.Message) error {
	id := kgo.RecordHeader{Key: headerID, Value: []byte(m.ID)}
	record := &kgo.Record{Topic: topic, Value: m.Data, Headers: []kgo.RecordHeader{id}}
	if m.Type != "" {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: headerType, Value: []byte(m.Type)})
	}
	if m.Key != "" {
		record.Key = []byte(m.Key)
	}
	for key, value := range m.Header {
		if key != headerID && key != headerType {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
		}
	}

	answer := make(chan error, 1)
	waiting, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	// A caller that goes away must not take along what shares a batch with it.
	c.producer.TryProduce(context.WithoutCancel(ctx), record, func(_ *kgo.Record, err error) { answer <- err })
	var err error
	select {
	case err = <-answer:
	case <-waiting.Done():
		err = waiting.Err()
	}
	if errors.Is(err, kerr.UnknownTopicOrPartition) {
		c.topic.Missed()
	}
	if err != nil {
		return fmt.Errorf("kafka: publish to %s: %w", topic, refusal(err))
	}

	return nil
}

// deadLetters is a topic of its own.
func (c *Client) deadLetters() string { return c.config.Topic + ".dead" }

// Lag implements messaging.Source.
func (c *Client) Lag(ctx context.Context) (int64, error) {
	lags, err := c.admin.Lag(ctx, c.config.Group)
	if err == nil {
		err = lags.Error()
	}
	if err != nil {
		return 0, fmt.Errorf("kafka: %w", err)
	}

	return lags[c.config.Group].Lag.TotalByTopic()[c.config.Topic].Lag, nil
}

func (c *Client) options() []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(strings.Split(c.config.Brokers, ",")...),
		kgo.ClientID(c.service),
		kgo.Dialer(c.dial),
		kgo.RequestTimeoutOverhead(requestTimeout),
		kgo.WithLogger(warnings{c}),
	}
	if c.config.SASL == config.KafkaSCRAM {
		options = append(options, kgo.SASL(scram.Sha512(c.login)))
	}

	return options
}

// login reads the credential as it is now, for each connection: a wrong password
// is one that is being rotated.
func (c *Client) login(context.Context) (scram.Auth, error) {
	password, err := c.credentials.Read(config.KafkaPassword)

	return scram.Auth{User: c.config.User, Pass: password.Reveal()}, err
}

// dial reads the authority for each connection.
func (c *Client) dial(ctx context.Context, network, host string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: connectTimeout}
	if c.config.TLS == config.TLSDisable {
		return dialer.DialContext(ctx, network, host)
	}
	roots, err := c.credentials.Authority(config.KafkaCA)
	if err != nil {
		return nil, err
	}
	secure := tls.Dialer{NetDialer: dialer, Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()

	return secure.DialContext(ctx, network, host)
}

func (c *Client) connected(ctx context.Context) {
	if c.logs("connected") {
		c.logger.InfoContext(ctx, "kafka: connected")
	}
}

// failing logs an error once, and not once for each attempt.
func (c *Client) failing(ctx context.Context, what string, err error) {
	if err != nil && c.logs(what+": "+err.Error()) {
		c.logger.WarnContext(ctx, "kafka: "+what, "error", err)
	}
}

// logs tells whether a state is new.
func (c *Client) logs(state string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.logged == state
	c.logged = state

	return !known
}

// warnings is the library's log, of which what goes wrong is worth a line.
type warnings struct{ client *Client }

// Level implements kgo.Logger.
func (warnings) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger.
func (w warnings) Log(_ kgo.LogLevel, what string, about ...any) {
	for i := 0; i+1 < len(about); i += 2 {
		if err, ok := about[i+1].(error); ok {
			w.client.failing(context.Background(), what, err)

			return
		}
	}
}
