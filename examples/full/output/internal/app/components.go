// Package app puts the process together: what it consists of, in which order it
// starts, and in which order it stops.
package app

import (
	"context"
	"log/slog"
	"time"

	"git.example.com/trade/market/internal/admin"
	"git.example.com/trade/market/internal/broker/nats"
	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/consumer"
	"git.example.com/trade/market/internal/grpcserver"
	"git.example.com/trade/market/internal/health"
	"git.example.com/trade/market/internal/httpserver"
	"git.example.com/trade/market/internal/messaging"
	"git.example.com/trade/market/internal/outbox"
	"git.example.com/trade/market/internal/store"
	"git.example.com/trade/market/internal/store/postgres"
	"git.example.com/trade/market/internal/store/redis"
	"git.example.com/trade/market/internal/telemetry"

	// example:begin
	"git.example.com/trade/market/internal/greeting"
	"git.example.com/trade/market/internal/greeting/greeted"
	"git.example.com/trade/market/internal/greeting/inpostgres"
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

	centre *config.Centre

	// observe is told of every operation of a data store.
	observe store.Observe
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
	centreWatch := config.NewCentreWatch(a.centre)
	watcher := config.NewWatcher(a.config, a.logger, a.sources, a.configChanged)
	telemetry.RegisterReload(registry, watcher.Stats)
	telemetry.RegisterCentre(registry, a.centre.Stats)
	a.observe = store.All(telemetry.StoreSpans(), telemetry.StoreOperations(registry), store.Log(a.logger))
	postgresStore := postgres.New(cfg.Postgres, a.credentials, serviceName, cfg.LongestBudget())
	checks.Register(postgres.Name, postgresStore.Check)
	telemetry.RegisterPool(registry, postgres.Name, postgresStore.Stats)
	redisStore := redis.New(cfg.Redis, a.credentials, serviceName, a.logger)
	checks.Register(redis.Name, redisStore.Check)
	telemetry.RegisterPool(registry, redis.Name, redisStore.Stats)
	handlers := consumer.Handlers{
		// example:begin
		greeted.Type: greeted.Handler(a.logger),
		// example:end
	}
	natsBroker := nats.New(cfg.NATS, cfg.Consumer, a.credentials, serviceName, a.logger)
	checks.Observe(nats.Name, natsBroker.Check)
	natsConsumer := consumer.New(consumer.Options{
		Name:        nats.Name,
		Source:      natsBroker,
		Handlers:    handlers,
		Around:      messaging.Traced,
		Processed:   postgres.NewProcessed(postgresStore),
		Unavailable: consumer.AnyOf(postgres.Unavailable, redis.Away),
		Lost:        consumer.AnyOf(postgres.Lost, redis.Lost),
		Ready:       consumer.AllOf(postgresStore.Check, redisStore.Check),
		Limits:      cfg.Consumer,
		Logger:      a.logger,
	})
	telemetry.RegisterConsumer(registry, natsConsumer)
	natsRelay := outbox.New(postgres.NewOutbox(postgresStore, "nats"), messaging.Continued{Publisher: messaging.TracedPublisher{Publisher: natsBroker}}, a.logger)
	telemetry.RegisterOutbox(registry, "nats", natsRelay)

	// example:begin
	greetings := greeting.New(a.config, inpostgres.New(postgresStore, a.observe, natsRelay.Wake))
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

	services := []grpcserver.Service{
		// example:begin
		greeting.RegisterGRPC(greetings),
		// example:end
	}
	grpcServer := grpcserver.New(grpcserver.Options{
		Config:   cfg.GRPC,
		Grace:    cfg.Shutdown.Timeout,
		Health:   checks,
		Services: services,
		Answers:  answers(),
		Logger:   a.logger,
		Failed:   a.fail,
	}, grpcserver.Metrics(registry, cfg.GRPC.Timeout), grpcserver.Tracing(tracing))

	return []component{
		// Before everything that takes time: the startup probe wants an answer.
		{name: "admin", start: adminServer.Start, stop: adminServer.Stop, budget: quickStop},
		// Stops after all that makes spans, and sends what is queued.
		{name: "tracing", start: tracing.Start, stop: tracing.Shutdown, budget: cfg.Shutdown.Flush},
		{name: "config-centre", start: centreWatch.Start, stop: centreWatch.Stop, budget: quickStop},
		{name: "config-reload", start: watcher.Start, stop: watcher.Stop, budget: quickStop},
		{name: postgres.Name, start: postgresStore.Start, stop: postgresStore.Stop, budget: quickStop},
		{name: redis.Name, stop: redisStore.Stop, budget: quickStop},
		{name: nats.Name, start: natsBroker.Start, stop: natsBroker.Stop, budget: quickStop},
		// Publishes what transactions have left in the outbox.
		{name: "nats-outbox", start: natsRelay.Start, stop: natsRelay.Stop, budget: quickStop},
		// Stops before all that handlers use; what is in hand has the time of one try.
		{name: "nats-consumer", start: natsConsumer.Start, stop: natsConsumer.Stop, budget: cfg.Consumer.Timeout},
		{name: "http", start: httpServer.Start, stop: httpServer.Stop, budget: cfg.Shutdown.Timeout},
		// At the same time as HTTP: the two share the budget.
		{name: "grpc", start: grpcServer.Start, stop: grpcServer.Stop, budget: cfg.Shutdown.Timeout, alongside: true},
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
