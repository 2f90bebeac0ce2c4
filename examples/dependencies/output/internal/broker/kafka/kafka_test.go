package kafka

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/messaging"
)

var limits = config.Consumer{Concurrency: 4, MaxTries: 3, Timeout: time.Second}

// syncBuffer is written by the library's goroutines.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buffer.String()
}

func newTestClient(t *testing.T, cfg config.Kafka) (*Client, *syncBuffer, string) {
	t.Helper()
	dir := t.TempDir()
	log := &syncBuffer{}
	client := New(cfg, limits, config.Credentials(dir), "test", slog.New(slog.NewTextHandler(log, nil)))

	return client, log, dir
}

func writeCredential(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Nothing listens on port 1.
var nowhere = config.Kafka{
	Brokers: "127.0.0.1:1", TLS: config.TLSDisable, SASL: config.KafkaNobody, User: "app", Topic: "t", Group: "g",
}

func TestStartsWithoutTheBrokers(t *testing.T) {
	c, log, _ := newTestClient(t, nowhere)
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	checking, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := c.Check(checking); err == nil {
		t.Error("ready")
	}
	begin := time.Now()
	if err := c.Publish(t.Context(), messaging.NewMessage("test", nil)); err == nil || errors.Is(err, messaging.ErrRefused) {
		t.Errorf("published to nobody: %v, want an error that is not the message's", err)
	}
	if took := time.Since(begin); took > publishTimeout+time.Second {
		t.Errorf("took %s to say so", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c.Receive(ctx, func(messaging.Delivery) { t.Error("received from nobody") })
	if !strings.Contains(log.String(), "refused") {
		t.Errorf("log: %s", log)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestPasswordIsReadForEachConnection(t *testing.T) {
	c, _, dir := newTestClient(t, nowhere)
	if _, err := c.login(t.Context()); err == nil {
		t.Error("a password from nowhere")
	}
	for _, password := range []string{"first", "second"} {
		writeCredential(t, dir, config.KafkaPassword, password)
		if auth, err := c.login(t.Context()); err != nil || auth.User != "app" || auth.Pass != password {
			t.Errorf("%q, %q, err %v; want %q", auth.User, auth.Pass, err, password)
		}
	}
}

func TestBrokersProveTheirNames(t *testing.T) {
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	cfg := nowhere
	cfg.TLS = config.TLSVerify
	c, _, dir := newTestClient(t, cfg)
	if conn, err := c.dial(t.Context(), "tcp", server.Listener.Addr().String()); err == nil {
		t.Error("a broker that nobody vouches for", conn.Close())
	}
	writeCredential(t, dir, config.KafkaCA, "not a certificate")
	if _, err := c.dial(t.Context(), "tcp", server.Listener.Addr().String()); err == nil || !strings.Contains(err.Error(), config.KafkaCA) {
		t.Errorf("err = %v, want one that names the file", err)
	}
}

func TestAnErrorIsLoggedOnce(t *testing.T) {
	c, log, _ := newTestClient(t, nowhere)
	refused := errors.New("refused")
	for range 3 {
		warnings{c}.Log(0, "can't connect", "broker", 1, "err", refused)
	}
	c.connected(t.Context())
	c.connected(t.Context())
	c.failing(t.Context(), "can't connect", nil)
	c.failing(t.Context(), "can't connect", refused)
	if text := log.String(); strings.Count(text, "refused") != 2 || strings.Count(text, "kafka: connected") != 1 {
		t.Errorf("want it once before and once after the connection:\n%s", text)
	}
}

func TestServer(t *testing.T) {
	if os.Getenv("TEST_DEPENDENCIES") == "" {
		t.Skip("needs Kafka: make deps, then make test-integration")
	}
	cfg, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	// A topic of its own, so that it is in nobody's way.
	name := "test-" + messaging.NewMessage("test", nil).ID
	cfg.Kafka.Topic, cfg.Kafka.Group = name, name
	log := &syncBuffer{}
	c := New(cfg.Kafka, limits, config.Credentials(os.Getenv("CREDENTIALS_DIR")), "test",
		slog.New(slog.NewTextHandler(log, nil)))
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), setupTimeout)
		defer cancel()
		_, _ = c.admin.DeleteTopics(ctx, name, c.deadLetters())
		_, _ = c.admin.DeleteGroups(ctx, name)
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()

	deliveries := make(chan messaging.Delivery)
	received := make(chan struct{})
	receiving, leave := context.WithCancel(ctx)
	receive := func() {
		defer close(received)
		c.Receive(receiving, func(d messaging.Delivery) { deliveries <- d })
	}
	go receive()
	for c.Check(ctx) != nil {
		if ctx.Err() != nil {
			t.Fatalf("not ready: %v\n%s", c.Check(t.Context()), log)
		}
		time.Sleep(10 * time.Millisecond)
	}

	sent := messaging.NewMessage("test", []byte("hello"))
	sent.Key, sent.Header["traceparent"] = "Ada", "00-1"
	if err := c.Publish(ctx, sent); err != nil {
		t.Fatal(err)
	}
	first := <-deliveries
	if got := first.Message(); got.ID != sent.ID || got.Key != "Ada" || string(got.Data) != "hello" || got.Header["traceparent"] != "00-1" {
		t.Errorf("received %+v", got)
	}
	if err := first.Begin(ctx); err != nil || first.Attempt() != 1 || first.Unanswered() != 0 {
		t.Errorf("attempt %d, %d unanswered, err %v", first.Attempt(), first.Unanswered(), err)
	}
	if lag, err := c.Lag(ctx); err != nil || lag != 1 {
		t.Errorf("lag %d, err %v; want the one in hand", lag, err)
	}
	if err := first.Retry(ctx, 10*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	second := <-deliveries
	if second.Message().ID != sent.ID || second.Attempt() != 2 {
		t.Errorf("received %+v, attempt %d", second.Message(), second.Attempt())
	}

	// The next member knows what this one knew.
	leave()
	if err := second.Wait(ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	<-received
	received = make(chan struct{})
	receiving, leave = context.WithCancel(ctx)
	defer leave()
	go receive()
	third := <-deliveries
	if third.Message().ID != sent.ID || third.Attempt() != 2 || third.Unanswered() != 0 {
		t.Errorf("received %+v, attempt %d, %d unanswered", third.Message(), third.Attempt(), third.Unanswered())
	}
	if err := third.DeadLetter(ctx, "not readable"); err != nil {
		t.Fatal(err)
	}
	if lag, err := c.Lag(ctx); err != nil || lag != 0 {
		t.Errorf("lag %d, err %v", lag, err)
	}
	dead, err := c.admin.ListEndOffsets(ctx, c.deadLetters())
	if err != nil {
		t.Fatal(err)
	}
	var letters int64
	for _, offset := range dead[c.deadLetters()] {
		letters += offset.Offset
	}
	if letters != 1 {
		t.Errorf("%d dead letters", letters)
	}

	leave()
	<-received
}
