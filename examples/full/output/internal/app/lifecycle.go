package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// component is a part of the process with a beginning and an end.
type component struct {
	name string

	// start returns once the component works. It may go on in the background
	// then, and reports through lifecycle.fail if it dies.
	start func(ctx context.Context) error

	// stop gets a context that ends with budget.
	stop   func(ctx context.Context) error
	budget time.Duration

	// alongside lets it stop at the same time as the component before it: the
	// two have nothing to do with each other, and the time is counted once.
	alongside bool
}

// stopGrace is what a stage gets on top of its budget to notice that its
// context has ended and to say what it had to give up.
const stopGrace = 100 * time.Millisecond

// lifecycle starts components in order and stops them in the opposite order.
type lifecycle struct {
	logger  *slog.Logger
	failed  chan error
	started []component
}

func newLifecycle(logger *slog.Logger) *lifecycle {
	// One place is enough: the first failure ends the process.
	return &lifecycle{logger: logger, failed: make(chan error, 1)}
}

// fail reports that a component has died.
func (l *lifecycle) fail(err error) {
	select {
	case l.failed <- err:
	default:
	}
}

// run starts the components, waits until ctx ends or one of them dies, and
// stops those that were started. The error is why it wasn't ctx.
func (l *lifecycle) run(ctx context.Context, components []component) error {
	err := l.start(ctx, components)
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-l.failed:
		}
	}
	if err != nil {
		l.logger.ErrorContext(ctx, "stopping because of an error", "error", err)
	} else {
		l.logger.InfoContext(ctx, "stopping", "cause", context.Cause(ctx))
	}
	// Not ctx: it has ended, and stopping needs time of its own.
	l.stop(context.WithoutCancel(ctx))

	return err
}

func (l *lifecycle) start(ctx context.Context, components []component) error {
	for _, c := range components {
		select {
		case <-ctx.Done():
			return nil // asked to stop before all is up, which is not a failure
		default:
		}
		begin := time.Now()
		if c.start != nil {
			if err := c.start(ctx); err != nil {
				return fmt.Errorf("start %s: %w", c.name, err)
			}
		}
		l.started = append(l.started, c)
		l.logger.InfoContext(ctx, "started", "component", c.name, "duration", time.Since(begin).String())
	}

	return nil
}

func (l *lifecycle) stop(ctx context.Context) {
	asked := time.Now()
	for end := len(l.started); end > 0; {
		first := end - 1
		for first > 0 && l.started[first].alongside {
			first--
		}
		var stage sync.WaitGroup
		for _, c := range l.started[first:end] {
			stage.Go(func() { l.stopOne(ctx, c) })
		}
		stage.Wait()
		end = first
	}
	l.logger.InfoContext(ctx, "stopped", "duration", time.Since(asked).String())
}

// stopOne returns after the budget at the latest. What doesn't stop is left
// behind: the stages after it have their own work to save.
func (l *lifecycle) stopOne(ctx context.Context, c component) {
	if c.stop == nil {
		return
	}
	begin := time.Now()
	ctx, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- c.stop(ctx) }()

	var err error
	overrun := time.NewTimer(c.budget + stopGrace)
	defer overrun.Stop()
	select {
	case err = <-done:
	case <-overrun.C:
		err = context.DeadlineExceeded
	}

	took := time.Since(begin).String()
	if err != nil {
		l.logger.ErrorContext(ctx, "component did not stop cleanly",
			"component", c.name, "duration", took, "budget", c.budget.String(), "error", err)

		return
	}
	l.logger.InfoContext(ctx, "component stopped", "component", c.name, "duration", took)
}
