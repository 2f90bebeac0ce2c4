// Package health is the one place that knows whether this process has started,
// may receive traffic, or is on its way out. HTTP probes and any other
// protocol's health service report what it says.
package health

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Check asks one dependency whether it can be used. It must not outlive ctx.
type Check func(ctx context.Context) error

// Result is the outcome of one check. A nil Err is a pass.
type Result struct {
	Name string
	Err  error
	// Observed says that requests are answered without it: it is reported, and
	// readiness doesn't depend on it.
	Observed bool
}

// Report is the answer to one probe.
type Report struct {
	OK      bool
	Results []Result
}

var (
	errStarting = errors.New("still starting")
	errDraining = errors.New("draining before shutdown")
	errRunning  = errors.New("the previous check has not returned yet")
)

// Health is safe for concurrent use. Register every check before Started.
type Health struct {
	timeout  time.Duration
	cacheFor time.Duration
	logger   *slog.Logger
	checks   []*registered

	started  atomic.Bool
	draining atomic.Bool

	mu      sync.Mutex
	current *round

	// Only the running round uses these.
	judged bool
	ready  bool
}

type registered struct {
	name     string
	check    Check
	observed bool
	busy     atomic.Bool

	// Only the running round uses it, for what is observed.
	away bool
}

// round is one run of all checks. Every probe that arrives while it runs, or
// while its result is fresh, shares it.
type round struct {
	done    chan struct{}
	results []Result
	at      time.Time
}

// New returns a Health whose checks get timeout each and whose results are
// served again for cacheFor.
func New(timeout, cacheFor time.Duration, logger *slog.Logger) *Health {
	return &Health{timeout: timeout, cacheFor: cacheFor, logger: logger}
}

// Register adds a check to readiness. Only to readiness: liveness restarts the
// process, and a restart has never repaired somebody else's database.
func (h *Health) Register(name string, check Check) {
	h.checks = append(h.checks, &registered{name: name, check: check})
}

// Observe adds a check that is reported, in probes with ?verbose, in the log and in
// the metrics, and has no say in readiness: without that server some requests can
// be answered, and a pod that is taken out of the Service answers none.
func (h *Health) Observe(name string, check Check) {
	h.checks = append(h.checks, &registered{name: name, check: check, observed: true})
}

// Started says that every component runs.
func (h *Health) Started() { h.started.Store(true) }

// Drain says that the end has begun. There is no way back.
func (h *Health) Drain() { h.draining.Store(true) }

// Draining tells whether Drain was called.
func (h *Health) Draining() bool { return h.draining.Load() }

// Live is true as long as the process can answer at all, and so also while it
// drains: a restart would lose the requests that the drain is there to save.
func (h *Health) Live() Report {
	return report([]Result{{Name: "process"}})
}

// Startup is true once every component has started.
func (h *Health) Startup() Report {
	return report([]Result{h.lifecycle()})
}

// Ready is true while this process should receive traffic. ctx bounds how long
// the caller waits, not the checks, which others may be waiting for.
func (h *Health) Ready(ctx context.Context) Report {
	lifecycle := h.lifecycle()
	if lifecycle.Err == nil && h.Draining() {
		lifecycle.Err = errDraining
	}
	if lifecycle.Err != nil {
		return report([]Result{lifecycle})
	}

	r := h.join(ctx)
	select {
	case <-r.done:
	case <-ctx.Done():
		return report([]Result{lifecycle, {Name: "checks", Err: ctx.Err()}})
	}

	return report(append([]Result{lifecycle}, r.results...))
}

func (h *Health) lifecycle() Result {
	if !h.started.Load() {
		return Result{Name: "lifecycle", Err: errStarting}
	}

	return Result{Name: "lifecycle"}
}

// join returns the round that is running or still fresh, or begins one.
func (h *Health) join(ctx context.Context) *round {
	h.mu.Lock()
	defer h.mu.Unlock()

	if r := h.current; r != nil {
		select {
		case <-r.done:
			if time.Since(r.at) < h.cacheFor {
				return r
			}
		default:
			return r
		}
	}

	r := &round{done: make(chan struct{}), results: make([]Result, len(h.checks))}
	h.current = r
	// The first prober may hang up, the others still want the result.
	go h.run(context.WithoutCancel(ctx), r)

	return r
}

func (h *Health) run(ctx context.Context, r *round) {
	ctx, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()

	var wg sync.WaitGroup
	for i, c := range h.checks {
		wg.Go(func() { r.results[i] = Result{Name: c.name, Err: c.run(ctx), Observed: c.observed} })
	}
	wg.Wait()

	r.at = time.Now()
	h.logTransition(ctx, report(r.results))
	h.logObserved(ctx, r.results)
	close(r.done)
}

// logTransition writes one line when the outcome changes, not one per probe.
// Rounds never overlap, and so neither do calls.
func (h *Health) logTransition(ctx context.Context, now Report) {
	if h.judged && now.OK == h.ready {
		return
	}
	h.judged, h.ready = true, now.OK
	if now.OK {
		h.logger.InfoContext(ctx, "ready")

		return
	}
	for _, result := range now.Results {
		if result.Err != nil && !result.Observed {
			h.logger.WarnContext(ctx, "not ready", "check", result.Name, "error", result.Err)
		}
	}
}

// logObserved does the same for each check that is only observed.
func (h *Health) logObserved(ctx context.Context, results []Result) {
	for i, c := range h.checks {
		away := results[i].Err != nil
		if !c.observed || away == c.away {
			continue
		}
		c.away = away
		if away {
			h.logger.WarnContext(ctx, "check fails, and requests go on", "check", c.name, "error", results[i].Err)
		} else {
			h.logger.InfoContext(ctx, "check passes again", "check", c.name)
		}
	}
}

// run returns at the latest when ctx ends, even if the check doesn't. Such a
// check is not started a second time while it hangs, or every probe would leave
// one more goroutine behind.
func (c *registered) run(ctx context.Context) error {
	if !c.busy.CompareAndSwap(false, true) {
		return errRunning
	}
	done := make(chan error, 1)
	go func() {
		err := c.call(ctx)
		// Before the result is out: whoever reads it may begin the next round.
		c.busy.Store(false)
		done <- err
	}()

	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// call makes a panic of the check its failure.
func (c *registered) call(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("check panicked: %v", p)
		}
	}()

	return c.check(ctx)
}

func report(results []Result) Report {
	ok := true
	for _, r := range results {
		ok = ok && (r.Err == nil || r.Observed)
	}

	return Report{OK: ok, Results: results}
}
