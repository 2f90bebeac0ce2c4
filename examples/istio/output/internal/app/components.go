// Package app puts the process together: what it consists of, in which order it
// starts, and in which order it stops.
package app

import (
	"context"
	"log/slog"
	"time"

	"example.com/catalog/internal/admin"
	"example.com/catalog/internal/config"
	"example.com/catalog/internal/health"
	"example.com/catalog/internal/httpserver"
	"example.com/catalog/internal/telemetry"

	// example:begin
	"example.com/catalog/internal/greeting"
	"example.com/catalog/internal/greeting/inmemory"
	// example:end
)

// quickStop is for components that have nothing to wait for. It is part of the
// 5 seconds that terminationGracePeriodSeconds has to spare.
const quickStop = 1 * time.Second

// app is what the components are made of.
type app struct {
	config      *config.Live
	credentials config.Credentials
	level       *slog.LevelVar
	logger      *slog.Logger
	fail        func(error)

	// What it takes to read the configuration again.
	sources []config.Source
}

// components returns the parts of this process in the order in which they
// start. They stop in the opposite order: readiness is the first to go, and
// what tells about all the others is the last.
func (a *app) components() []component {
	cfg := a.config.Current()
	checks := health.New(cfg.Health.CheckTimeout, cfg.Health.CheckCache, a.logger)
	registry := telemetry.NewRegistry()
	telemetry.RegisterHealth(registry, checks)
	tracing := telemetry.NewTracing(serviceName, a.logger)
	telemetry.RegisterTracing(registry, tracing)
	watcher := config.NewWatcher(a.config, a.logger, a.sources, a.configChanged)
	telemetry.RegisterReload(registry, watcher.Stats)

	// example:begin
	greetings := greeting.New(a.config, inmemory.New())
	// example:end

	adminServer := admin.New(admin.Options{
		Port:        cfg.Admin.Port,
		Health:      checks,
		Level:       a.level,
		Credentials: a.credentials,
		Logger:      a.logger,
		Failed:      a.fail,
		Routes: []admin.Route{
			{Pattern: "GET /metrics", Handler: telemetry.MetricsHandler(registry)},
		},
	})

	mux := httpserver.NewRoutes()
	registerVersion(mux)
	// example:begin
	greeting.Register(mux, greetings)
	// example:end

	// The outermost first. What observes comes before what answers, so that it
	// sees every answer.
	handler := httpserver.Handler(mux.ServeMux,
		httpserver.RequestID,
		nameCommit,
		httpserver.Tracing(tracing),
		httpserver.Metrics(registry, cfg.HTTP.Timeout, mux.Patterns()...),
		httpserver.AccessLog(a.logger),
		httpserver.CloseWhileDraining(checks.Draining),
		httpserver.Recover(a.logger),
		httpserver.Errors(a.logger, answers()),
		httpserver.Timeout(cfg.HTTP.Timeout),
		httpserver.BodyLimit(cfg.HTTP.MaxBodyBytes),
	)
	httpServer := httpserver.NewTraffic(cfg.HTTP, handler, a.logger, a.fail)

	return []component{
		// Before everything that takes time: the startup probe wants an answer.
		{name: "admin", start: adminServer.Start, stop: adminServer.Stop, budget: quickStop},
		// Stops after all that makes spans, and sends what is queued.
		{name: "tracing", start: tracing.Start, stop: tracing.Shutdown, budget: cfg.Shutdown.Flush},
		{name: "config-reload", start: watcher.Start, stop: watcher.Stop, budget: quickStop},
		// Stores come here, and after them the consumers that use them.
		{name: "http", start: httpServer.Start, stop: httpServer.Stop, budget: cfg.Shutdown.Timeout},
		// The last to start, so the first to stop.
		readiness(checks, cfg.Shutdown.Drain),
	}
}

// readiness opens the door once everything behind it has started. Closing it
// takes as long as the news takes: endpoints, kube-proxy and every mesh proxy
// must have heard of it before the listener may close.
func readiness(checks *health.Health, drain time.Duration) component {
	return component{
		name: "readiness",
		start: func(context.Context) error {
			checks.Started()

			return nil
		},
		stop: func(ctx context.Context) error {
			checks.Drain()
			select {
			case <-time.After(drain):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
		budget: drain + quickStop,
	}
}

// configChanged applies what doesn't read the Config by itself.
func (a *app) configChanged(before, after *config.Config) {
	// Only if it is this key that has changed: otherwise what an operator has
	// set with PUT /loglevel stays.
	if before.Log.Level != after.Log.Level {
		a.level.Set(after.Log.Level)
	}
}
