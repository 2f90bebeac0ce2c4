package nats

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

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

func newTestClient(t *testing.T, cfg config.NATS) (*Client, *syncBuffer, string) {
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

func applied(t *testing.T, c *Client) nats.Options {
	t.Helper()
	var o nats.Options
	for _, option := range c.options(t.Context()) {
		if err := option(&o); err != nil {
			t.Fatal(err)
		}
	}

	return o
}

// Nothing listens on port 1.
var nowhere = config.NATS{URL: "nats://127.0.0.1:1", Stream: "S", Subject: "s", Consumer: "c"}

func TestStartsWithoutTheServer(t *testing.T) {
	c, log, _ := newTestClient(t, nowhere)
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Check(t.Context()); !errors.Is(err, errNotConnected) {
		t.Errorf("check: %v, want not connected", err)
	}
	begin := time.Now()
	if err := c.Publish(t.Context(), messaging.NewMessage("test", nil)); err == nil || errors.Is(err, messaging.ErrRefused) {
		t.Errorf("published to nobody: %v, want an error that is not the message's", err)
	}
	if took := time.Since(begin); took >= publishTimeout {
		t.Errorf("took %s to say so", took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c.Receive(ctx, func(messaging.Delivery) { t.Error("received from nobody") })
	if err := c.Check(t.Context()); err == nil {
		t.Error("ready")
	}
	if !strings.Contains(log.String(), "can't connect") {
		t.Errorf("log: %s", log)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCredentialsAreReadForEachConnection(t *testing.T) {
	c, _, dir := newTestClient(t, nowhere)
	o := applied(t, c)
	if o.TokenHandler() != "" {
		t.Error("a token from nowhere")
	}
	for _, token := range []string{"first", "second"} {
		writeCredential(t, dir, config.NATSPassword, token)
		if got := o.TokenHandler(); got != token {
			t.Errorf("token %q, want %q", got, token)
		}
	}

	withUser := nowhere
	withUser.User = "app"
	c, log, dir := newTestClient(t, withUser)
	o = applied(t, c)
	writeCredential(t, dir, config.NATSPassword, "first")
	if user, password := o.UserInfo(); user != "app" || password != "first" {
		t.Errorf("user %q, password %q", user, password)
	}
	writeCredential(t, dir, config.NATSPassword, "")
	if _, password := o.UserInfo(); password != "" || !strings.Contains(log.String(), "nats-password") {
		t.Errorf("password %q, log: %s", password, log)
	}
	if o.MaxReconnect != -1 || !o.IgnoreAuthErrorAbort || !o.RetryOnFailedConnect {
		t.Errorf("gives up some day: %+v", o)
	}
}

func TestAuthority(t *testing.T) {
	secured := nowhere
	secured.URL = "tls://127.0.0.1:1"
	c, _, dir := newTestClient(t, secured)
	o := applied(t, c)
	if !o.Secure {
		t.Error("tls:// is not secure")
	}
	if pool, err := o.RootCAsCB(); pool != nil || err != nil {
		t.Errorf("pool %v, err %v; want the system's", pool, err)
	}
	writeCredential(t, dir, config.NATSCA, "not a certificate")
	if _, err := o.RootCAsCB(); err == nil || !strings.Contains(err.Error(), config.NATSCA) {
		t.Errorf("err = %v, want one that names the file", err)
	}
}

func TestAnErrorIsLoggedOnce(t *testing.T) {
	c, log, _ := newTestClient(t, nowhere)
	refused := errors.New("refused")
	c.failing(t.Context(), "can't connect", nil)
	for range 3 {
		c.failing(t.Context(), "can't connect", refused)
	}
	c.connected(t.Context(), "connected")
	c.failing(t.Context(), "connection lost", refused)
	if n := strings.Count(log.String(), "refused"); n != 2 {
		t.Errorf("%d times, want once before and once after the connection:\n%s", n, log)
	}
}

// message is a jetstream.Msg without a server.
type message struct {
	jetstream.Msg
	header    nats.Header
	delivered uint64
	refused   error
	delay     time.Duration
}

func (m *message) Headers() nats.Header { return m.header }
func (m *message) Data() []byte         { return []byte("data") }

func (m *message) Metadata() (*jetstream.MsgMetadata, error) {
	return &jetstream.MsgMetadata{
		Stream: "S", Sequence: jetstream.SequencePair{Stream: 42}, NumDelivered: m.delivered,
	}, m.refused
}

func (m *message) DoubleAck(context.Context) error { return nil }

func (m *message) NakWithDelay(delay time.Duration) error {
	m.delay = delay

	return nil
}

// bucket is a jetstream.KeyValue without a server.
type bucket struct {
	jetstream.KeyValue
	entries map[string]string
	away    error
}

type entry struct {
	jetstream.KeyValueEntry
	value string
}

func (e entry) Value() []byte { return []byte(e.value) }

func (b bucket) Get(_ context.Context, key string) (jetstream.KeyValueEntry, error) {
	if b.away != nil {
		return nil, b.away
	}
	if value, ok := b.entries[key]; ok {
		return entry{value: value}, nil
	}

	return nil, jetstream.ErrKeyNotFound
}

func (b bucket) PutString(_ context.Context, key, value string) (uint64, error) {
	b.entries[key] = value

	return 1, nil
}

func (b bucket) Delete(_ context.Context, key string, _ ...jetstream.KVDeleteOpt) error {
	delete(b.entries, key)

	return nil
}

func TestWhatTheServerDoesNotCount(t *testing.T) {
	c, _, _ := newTestClient(t, nowhere)
	kept := bucket{entries: make(map[string]string)}
	deliver := func(times uint64) *delivery { return c.delivery(t.Context(), kept, &message{delivered: times}) }

	first := deliver(1)
	if err := first.Begin(t.Context()); err != nil || len(kept.entries) != 0 {
		t.Errorf("a first delivery costs nothing: %v, err %v", kept.entries, err)
	}
	if err := first.Wait(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	second := deliver(2)
	if second.Attempt() != 1 || second.Unanswered() != 0 {
		t.Errorf("attempt %d, %d unanswered: it has only waited", second.Attempt(), second.Unanswered())
	}
	if err := second.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The process ends here, and the next one:
	third := deliver(3)
	if third.Attempt() != 2 || third.Unanswered() != 1 {
		t.Errorf("attempt %d, %d unanswered", third.Attempt(), third.Unanswered())
	}
	if err := third.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := third.Retry(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	fourth := deliver(4)
	if fourth.Attempt() != 3 || fourth.Unanswered() != 1 {
		t.Errorf("attempt %d, %d unanswered: it has failed and was answered", fourth.Attempt(), fourth.Unanswered())
	}
	if err := fourth.Ack(t.Context()); err != nil || len(kept.entries) != 0 {
		t.Errorf("%v is kept of a message that is done with, err %v", kept.entries, err)
	}
}

// A bucket that can't be read for a while takes nothing away from what it holds,
// and what is delivered meanwhile is no try.
func TestPastThatCannotBeRead(t *testing.T) {
	c, _, _ := newTestClient(t, nowhere)
	kept := bucket{entries: make(map[string]string)}
	failed := c.delivery(t.Context(), kept, &message{delivered: 1})
	if err := failed.Retry(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(kept.entries)

	away := bucket{entries: kept.entries, away: nats.ErrTimeout}
	for delivered := uint64(2); delivered < 9; delivered++ {
		m := &message{delivered: delivered}
		d := c.delivery(t.Context(), away, m)
		if err := d.Begin(t.Context()); !errors.Is(err, nats.ErrTimeout) {
			t.Fatalf("err %v: a message that may have ended processes is not begun", err)
		}
		if err := d.Wait(t.Context(), time.Minute); err != nil || m.delay != time.Minute {
			t.Fatalf("delay %s, err %v", m.delay, err)
		}
	}
	if !maps.Equal(before, kept.entries) {
		t.Errorf("%v is kept, was %v", kept.entries, before)
	}
	if d := c.delivery(t.Context(), kept, &message{delivered: 9}); d.Attempt() != 2 || d.Begin(t.Context()) != nil {
		t.Errorf("attempt %d: it has failed once", d.Attempt())
	}

	for key := range kept.entries {
		kept.entries[key] = "of another hand"
	}
	d := c.delivery(t.Context(), kept, &message{delivered: 10})
	if d.Attempt() != 1 || d.Begin(t.Context()) != nil {
		t.Errorf("attempt %d of a message whose entry nobody can read", d.Attempt())
	}
}

// A letter that somebody has sent once more comes back with the news.
func TestLetterThatComesBack(t *testing.T) {
	c, _, _ := newTestClient(t, nowhere)
	d := c.delivery(t.Context(), bucket{}, &message{delivered: 1, header: nats.Header{
		"Nats-Msg-Id": {"id"}, "traceparent": {"00-1"},
		headerReason: {"of last week"}, headerAttempts: {"5"}, headerOrigin: {"S:1"}, headerConsumer: {"another"},
		headerOwnID: {"an old one"},
	}})
	letter, own := d.letter("of today")
	for key, want := range map[string]string{
		headerReason: "of today", headerAttempts: "1", headerOrigin: "S:42", headerConsumer: c.config.Consumer,
		headerOwnID: "id", "traceparent": "00-1",
	} {
		if got := letter.Header[key]; got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if own["traceparent"] != "" || own[headerReason] != "of today" {
		t.Errorf("%v is said of it", own)
	}
}

// Consumers of one stream count for themselves.
func TestConsumersHavePastsOfTheirOwn(t *testing.T) {
	kept := bucket{entries: make(map[string]string)}
	one, _, _ := newTestClient(t, nowhere)
	two, _, _ := newTestClient(t, nowhere)
	one.config.Consumer, two.config.Consumer = "one", "two"
	for range 3 {
		d := one.delivery(t.Context(), kept, &message{delivered: 4})
		if err := d.Wait(t.Context(), time.Minute); err != nil {
			t.Fatal(err)
		}
	}
	if d := two.delivery(t.Context(), kept, &message{delivered: 2}); d.Waits() != 0 || d.Attempt() != 1 {
		t.Errorf("%d waits, attempt %d: those were the other's", d.Waits(), d.Attempt())
	}
}

func TestDelivery(t *testing.T) {
	c, _, _ := newTestClient(t, nowhere)
	m := &message{header: nats.Header{"Nats-Msg-Id": {"id"}, "traceparent": {"00-1"}}, delivered: 3}
	kept := bucket{entries: make(map[string]string)}
	d := c.delivery(t.Context(), kept, m)
	if got := d.Message(); got.ID != "id" || got.Header["traceparent"] != "00-1" || string(got.Data) != "data" {
		t.Errorf("%+v", got)
	}
	if err := d.Retry(t.Context(), time.Minute); err != nil || m.delay != time.Minute {
		t.Errorf("delay %s, err %v", m.delay, err)
	}
	if id := c.delivery(t.Context(), kept, &message{delivered: 1}).Message().ID; !strings.HasPrefix(id, "S:42:") {
		t.Errorf("id %q of a message without one, want its place and time", id)
	}
	if attempt := c.delivery(t.Context(), kept, &message{refused: errors.New("no")}).Attempt(); attempt != 1 {
		t.Errorf("attempt %d", attempt)
	}
}

func TestServer(t *testing.T) {
	if os.Getenv("TEST_DEPENDENCIES") == "" {
		t.Skip("needs NATS: make deps, then make test-integration")
	}
	cfg, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	// A stream of its own, so that it is in nobody's way.
	name := "TEST_" + messaging.NewMessage("test", nil).ID
	cfg.NATS.Stream, cfg.NATS.Subject, cfg.NATS.Consumer = name, name+".created", "test"
	log := &syncBuffer{}
	c := New(cfg.NATS, limits, config.Credentials(os.Getenv("CREDENTIALS_DIR")), "test",
		slog.New(slog.NewTextHandler(log, nil)))
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), setupTimeout)
		defer cancel()
		dead, _ := c.deadLetters()
		for _, stream := range []string{name, dead, "KV_" + c.bucketName()} {
			_ = c.js.DeleteStream(ctx, stream)
		}
		if err := c.Stop(ctx); err != nil {
			t.Error(err)
		}
	})
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()

	deliveries := make(chan messaging.Delivery)
	received := make(chan struct{})
	go func() {
		defer close(received)
		c.Receive(ctx, func(d messaging.Delivery) { deliveries <- d })
	}()
	for c.Check(ctx) != nil {
		if ctx.Err() != nil {
			t.Fatalf("not ready: %v\n%s", c.Check(t.Context()), log)
		}
		time.Sleep(10 * time.Millisecond)
	}

	sent := messaging.NewMessage("test", []byte("hello"))
	sent.Header["traceparent"] = "00-1"
	for range 2 { // the second one is dropped
		if err := c.Publish(ctx, sent); err != nil {
			t.Fatal(err)
		}
	}
	first := <-deliveries
	if got := first.Message(); got.ID != sent.ID || string(got.Data) != "hello" || got.Header["traceparent"] != "00-1" {
		t.Errorf("received %+v", got)
	}
	if lag, err := c.Lag(ctx); err != nil || lag != 1 {
		t.Errorf("lag %d, err %v; want the one in hand, and no copy", lag, err)
	}
	if err := first.Retry(ctx, 10*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	second := <-deliveries
	if second.Message().ID != sent.ID || second.Attempt() != 2 {
		t.Errorf("received %+v, attempt %d", second.Message(), second.Attempt())
	}
	if err := second.DeadLetter(ctx, "not\nreadable"); err != nil {
		t.Fatal(err)
	}
	if lag, err := c.Lag(ctx); err != nil || lag != 0 {
		t.Errorf("lag %d, err %v", lag, err)
	}
	dead, _ := c.deadLetters()
	stream, err := c.js.Stream(ctx, dead)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := stream.GetMsg(ctx, 1)
	if err != nil || string(letter.Data) != "hello" || letter.Header.Get(headerReason) != "not readable" ||
		letter.Header.Get(headerAttempts) != "2" || letter.Header.Get("traceparent") != "00-1" {
		t.Errorf("dead letter %+v, err %v", letter, err)
	}

	// A message as large as the server takes leaves no room for what is said about
	// it: where it is has to do.
	const ownHeader = 200
	large := messaging.NewMessage("test", bytes.Repeat([]byte("x"), int(c.conn.MaxPayload())-ownHeader))
	if err := c.Publish(ctx, large); err != nil {
		t.Fatal(err)
	}
	if err := (<-deliveries).DeadLetter(ctx, strings.Repeat("why ", ownHeader)); err != nil {
		t.Fatal(err)
	}
	letter, err = stream.GetMsg(ctx, 2)
	if err != nil || len(letter.Data) != 0 || letter.Header.Get(headerOrigin) != c.config.Stream+":2" ||
		letter.Header.Get(headerOwnID) != large.ID {
		t.Errorf("dead letter of a large message %+v, err %v", letter, err)
	}

	stop()
	<-received
}
