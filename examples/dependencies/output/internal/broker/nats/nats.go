// Package nats publishes to NATS JetStream, and receives from it.
package nats

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/messaging"
)

// Name is what logs, metrics and probes call this broker.
const Name = "nats"

const (
	// A server in the same region answers within milliseconds.
	connectTimeout = 2 * time.Second

	// One to two seconds between attempts, so that replicas that lost the server
	// together don't come back together.
	reconnectWait   = time.Second
	reconnectJitter = time.Second

	// A server that hangs is noticed after the third ping, within 15 seconds; the
	// library's own numbers make that 6 minutes.
	pingInterval = 5 * time.Second
	maxPingsOut  = 2

	// publishTimeout is well below the time of a request, which has to say that it
	// failed.
	publishTimeout = 2 * time.Second

	// setupTimeout bounds looking for stream and consumer, and making them.
	setupTimeout = 10 * time.Second
)

var (
	errNotConnected = errors.New("not connected")
	errStarting     = errors.New("the stream is not set up yet")
)

// Client is a connection. It connects in the background, so the process starts
// without the server, and finds it as often as it comes back.
type Client struct {
	config      config.NATS
	limits      config.Consumer
	credentials config.Credentials
	service     string
	logger      *slog.Logger

	conn *nats.Conn
	js   jetstream.JetStream

	// stream is what nothing can be published without.
	stream *messaging.Upkeep

	// received is how long the present session receives already.
	received receiving

	mu     sync.Mutex
	logged string // the last error of the connection
}

// New returns a Client that isn't connected before Start. service is what the
// server's monitoring shows.
func New(cfg config.NATS, limits config.Consumer, credentials config.Credentials, service string, logger *slog.Logger) *Client {
	return &Client{
		config: cfg, limits: limits, credentials: credentials, service: service, logger: logger,
		stream: messaging.NewUpkeep(),
	}
}

// Start begins to connect and to set the stream up, and doesn't wait for the
// server. Who only publishes needs the stream as well.
func (c *Client) Start(ctx context.Context) error {
	conn, err := nats.Connect(c.config.URL, c.options(context.WithoutCancel(ctx))...)
	if err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	js, err := jetstream.New(conn)
	if err != nil {
		conn.Close()

		return fmt.Errorf("nats: %w", err)
	}
	c.conn, c.js = conn, js
	c.stream.Start(ctx, func(ctx context.Context) error {
		c.awaitConnection(ctx)

		return c.setUpStream(ctx, c.config.Stream, c.config.Subject)
	}, func(ctx context.Context, err error) { c.failing(ctx, "stream not set up", err) })

	return nil
}

// Stop sends what is still to be sent, and closes the connection.
func (c *Client) Stop(ctx context.Context) error {
	defer c.conn.Close()
	c.stream.Stop(ctx)
	if !c.conn.IsConnected() {
		return nil // whom would it tell?
	}
	if err := c.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("nats: %w", err)
	}

	return nil
}

// Check asks whether the server answers, and whether there is a stream to publish
// to. Whether messages are received is another question: see Receiving.
func (c *Client) Check(ctx context.Context) error {
	if !c.conn.IsConnected() {
		return fmt.Errorf("nats: %w", errors.Join(errNotConnected, c.conn.LastError()))
	}
	// A ping and its pong: a server that hangs keeps its connections.
	if err := c.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("nats: %w", err)
	}
	if !c.stream.Ready() {
		return fmt.Errorf("nats: %w", errStarting)
	}

	return nil
}

// Publish implements messaging.Publisher. While there is no connection it fails
// at once: what waited in memory for the server would die with this process.
func (c *Client) Publish(ctx context.Context, m messaging.Message) error {
	return c.publish(ctx, c.config.Subject, m)
}

func (c *Client) publish(ctx context.Context, subject string, m messaging.Message) error {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	out := nats.NewMsg(subject)
	out.Data = m.Data
	for key, value := range m.Header {
		out.Header[key] = []string{value}
	}
	// The server drops a second message with the same id within two minutes, and
	// answers as if it were the first.
	writeType(out.Header, m.Type)
	_, err := c.js.PublishMsg(ctx, out, jetstream.WithMsgID(writeID(out.Header, m.ID)))
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		c.stream.Missed()
	}
	if err != nil {
		return fmt.Errorf("nats: publish to %s: %w", subject, refusal(err))
	}

	return nil
}

func (c *Client) options(ctx context.Context) []nats.Option {
	options := []nats.Option{
		nats.Name(c.service),
		nats.Timeout(connectTimeout),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectJitter, reconnectJitter),
		nats.ReconnectBufSize(-1),
		nats.PingInterval(pingInterval),
		nats.MaxPingsOutstanding(maxPingsOut),
		// A wrong password is one that is being rotated: the file has the new one
		// sooner or later, and it is read before every attempt.
		nats.IgnoreAuthErrorAbort(),
		nats.ConnectHandler(func(*nats.Conn) { c.connected(ctx, "connected") }),
		nats.ReconnectHandler(func(*nats.Conn) { c.connected(ctx, "connected again") }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) { c.failing(ctx, "connection lost", err) }),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { c.failing(ctx, "can't connect", err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.failing(ctx, "error", err) }),
	}
	if c.config.User != "" {
		options = append(options, nats.UserInfoHandler(func() (string, string) { return c.config.User, c.password(ctx) }))
	} else {
		options = append(options, nats.TokenHandler(func() string { return c.password(ctx) }))
	}
	if strings.HasPrefix(c.config.URL, "tls://") {
		// Asked for every connection.
		options = append(options, nats.ClientTLSConfig(nil, func() (*x509.CertPool, error) {
			return c.credentials.Authority(config.NATSCA)
		}))
	}

	return options
}

// password reads the credential as it is now. Without one the server decides.
func (c *Client) password(ctx context.Context) string {
	password, err := c.credentials.Read(config.NATSPassword)
	if err != nil {
		c.failing(ctx, "no credential", err)
	}

	return password.Reveal()
}

func (c *Client) connected(ctx context.Context, how string) {
	c.mu.Lock()
	c.logged = ""
	c.mu.Unlock()
	c.logger.InfoContext(ctx, "nats: "+how)
}

// failing logs an error once, and not once for each attempt.
func (c *Client) failing(ctx context.Context, what string, err error) {
	if err == nil {
		return // an orderly end
	}
	c.mu.Lock()
	known := c.logged == err.Error()
	c.logged = err.Error()
	c.mu.Unlock()
	if !known {
		c.logger.WarnContext(ctx, "nats: "+what, "error", err)
	}
}
