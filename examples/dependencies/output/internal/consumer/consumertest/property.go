package consumertest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/consumer"
	"example.com/shop/checkout/internal/messaging"
)

const (
	randomIDs = 40

	// settleWithin is for the back-off of what fails at every try, on a busy machine.
	settleWithin = 2 * time.Minute
	settlePoll   = 20 * time.Millisecond
)

// Failure is one way in which handling goes wrong. It gets the context of the
// effect. What it returns is what the handler returns; nil is a handler that
// doesn't tell.
type Failure func(ctx context.Context) error

// Property is what has to be true of every store that remembers messages: any
// bytes as id, any failure at any statement, two consumers that share ids: each
// message has its effect exactly once for each consumer or is a dead letter, and
// nothing is left.
type Property struct {
	Processed   consumer.Processed
	Unavailable func(error) bool
	Lost        func(error) bool

	// Effect adds one to what Count returns for a key.
	Effect func(ctx context.Context, key string) error
	Count  func(ctx context.Context, key string) (int, error)

	// Before the effect and After it: after is for stores that keep both together.
	Before, After map[string]Failure
}

// plan is what happens to one message of one consumer.
type plan struct {
	what   string
	before bool
	fail   Failure
	times  int // -1 is always

	tried int
}

// run is one Property being tried.
type run struct {
	Property
	t        *testing.T
	messages []messaging.Message

	mu    sync.Mutex
	plans map[string]*plan
}

// Test tries it.
func (p Property) Test(t *testing.T) {
	t.Helper()
	seed := rand.Uint64() //nolint:gosec // It is written down where a test fails.
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // The same.
	r := &run{Property: p, t: t, messages: Hostile(random, randomIDs), plans: make(map[string]*plan)}
	// Their names are new: the store remembers those of the last time.
	consumers := []string{fmt.Sprintf("one-%d", seed), fmt.Sprintf("two-%d", seed)}
	for _, name := range consumers {
		for at := range r.messages {
			r.plans[key(name, at)] = r.plan(random)
		}
	}
	var wg sync.WaitGroup
	for _, name := range consumers {
		wg.Go(func() { r.consume(name) })
	}
	wg.Wait()
}

// plan takes any failure, or none.
func (r *run) plan(random *rand.Rand) *plan {
	before := slices.Sorted(maps.Keys(r.Before))
	after := slices.Sorted(maps.Keys(r.After))
	at := random.IntN(len(before) + len(after) + 1)
	times := 1
	if random.IntN(2) == 0 {
		times = -1
	}
	switch {
	case at < len(before):
		return &plan{what: before[at], before: true, fail: r.Before[before[at]], times: times}
	case at < len(before)+len(after):
		what := after[at-len(before)]

		return &plan{what: what, fail: r.After[what], times: times}
	default:
		return &plan{what: "nothing"}
	}
}

func (r *run) consume(name string) {
	// Each is delivered twice, as brokers do.
	broker := New(slices.Concat(r.messages, r.messages)...)
	places := make(map[string]int, len(r.messages))
	for at, m := range r.messages {
		places[m.ID] = at
	}
	c := consumer.New(consumer.Options{
		Name:        name,
		Source:      broker,
		Processed:   r.Processed,
		Unavailable: r.Unavailable,
		Lost:        r.Lost,
		Limits:      config.Consumer{Concurrency: 4, MaxTries: 2, Timeout: settleWithin},
		Logger:      slog.New(slog.DiscardHandler),
		Handlers: consumer.Handlers{Type: func(ctx context.Context, m messaging.Message) error {
			return r.handle(ctx, key(name, places[m.ID]))
		}},
	})
	if err := c.Start(r.t.Context()); err != nil {
		r.t.Error(err)

		return
	}
	for deadline := time.Now().Add(settleWithin); time.Now().Before(deadline); time.Sleep(settlePoll) {
		if lag, _ := broker.Lag(r.t.Context()); lag == 0 {
			break
		}
	}
	if lag, _ := broker.Lag(r.t.Context()); lag != 0 {
		r.t.Errorf("consumer %s: %d messages stand still", name, lag)
	}
	if err := c.Stop(r.t.Context()); err != nil {
		r.t.Error(err)
	}
	r.judge(name, broker.DeadLetters())
}

func (r *run) handle(ctx context.Context, key string) error {
	r.mu.Lock()
	p := r.plans[key]
	p.tried++
	fails := p.fail != nil && (p.times < 0 || p.tried <= p.times)
	r.mu.Unlock()
	if fails && p.before {
		if err := p.fail(ctx); err != nil {
			return err
		}
	}
	if err := r.Effect(ctx, key); err != nil {
		return fmt.Errorf("effect: %w", err)
	}
	if fails && !p.before {
		return p.fail(ctx)
	}

	return nil
}

func (r *run) judge(name string, letters []messaging.Message) {
	for at, m := range r.messages {
		p := r.plans[key(name, at)]
		count, err := r.Count(r.t.Context(), key(name, at))
		dead := slices.ContainsFunc(letters, func(l messaging.Message) bool { return l.ID == m.ID })
		once := count == 1 || (count == 0 && dead && (p.times < 0 || p.what == permanent))
		if err != nil || !once {
			r.t.Errorf("consumer %s, id %.20q, failure %q %d times (-1 is always): %d effects, dead letter: %t, err %v",
				name, m.ID, p.what, p.times, count, dead, err)
		}
	}
}

func key(name string, at int) string { return fmt.Sprintf("%s-%d", name, at) }

// permanent is final at the first try.
const permanent = "permanent"

// ErrFailed is a failure of no store's.
var ErrFailed = errors.New("failed")

// Failures are those that need no store.
func Failures() map[string]Failure {
	return map[string]Failure{
		"error":   func(context.Context) error { return ErrFailed },
		permanent: func(context.Context) error { return fmt.Errorf("%w: %w", consumer.ErrPermanent, ErrFailed) },
		"panic":   func(context.Context) error { panic("a handler's own") },
	}
}
