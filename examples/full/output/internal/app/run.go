package app

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"git.example.com/trade/market/internal/buildinfo"
	"git.example.com/trade/market/internal/config"
	"git.example.com/trade/market/internal/httpserver"
	"git.example.com/trade/market/internal/telemetry"
)

const serviceName = "market"

// Exit codes. Usage is apart, so that a script can tell it from a failure.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// oneSignal is how long repeats of a signal are the same wish. "timeout" sends it
// to the process and then to its group; a supervisor may do so as well.
const oneSignal = time.Second

// Run is the program. It returns the exit code, and returns early only if a
// second signal asks for it.
func Run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet(serviceName, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { usage(flags) }
	configFile := flags.String("config", "", "read settings from this YAML `file`")
	version := flags.Bool("version", false, "print the version and exit")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage // flag has printed it
	case flags.NArg() > 0 && flags.Arg(0) != migrateCommand:
		_, _ = fmt.Fprintf(stderr, "%s: unexpected argument %q\n", serviceName, flags.Arg(0))

		return exitUsage
	}
	if *version {
		_, _ = fmt.Fprintln(stdout, serviceName, buildinfo.Get())

		return exitOK
	}

	// Before anything else: a SIGTERM during the start must stop, not kill.
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer cancel()
	// Every signal a second time, to count them. As process 1 of a container we
	// can't leave the second to the default action: the kernel ignores it there.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)

	level := new(slog.LevelVar)
	logger := telemetry.NewLogger(telemetry.LogOptions{
		Service: serviceName,
		Region:  getenv("REGION"),
		Level:   level,
		Stdout:  stdout,
		Stderr:  stderr,
		Context: []telemetry.ContextAttrs{
			telemetry.TraceAttrs,
			httpserver.RequestAttrs,
		},
	})
	// For libraries that only know the global one.
	slog.SetDefault(logger)

	done := make(chan int, 1)
	go func() { done <- serve(ctx, *configFile, flags.Args(), getenv, level, logger) }()

	var first time.Time
	for {
		select {
		case code := <-done:
			return code
		case s := <-signals:
			switch {
			case first.IsZero():
				first = time.Now()
			case time.Since(first) > oneSignal:
				logger.ErrorContext(ctx, "second signal, exiting without waiting", "signal", s.String())

				return exitError
			}
		}
	}
}

// serve runs the service, or the command in args.
func serve(ctx context.Context, configFile string, args []string, getenv func(string) string, level *slog.LevelVar, logger *slog.Logger) int {
	var sources []config.Source
	if configFile != "" {
		sources = append(sources, config.File{Path: configFile})
	}
	sources = append(sources, config.Env{Getenv: getenv})
	credentials := config.Credentials(getenv("CREDENTIALS_DIR"))

	cfg, err := config.Load(ctx, sources...)
	var centre *config.Centre
	if err == nil {
		centre, cfg, err = config.OpenCentre(ctx, cfg, credentials, getenv("CONFIG_CACHE_DIR"), logger, sources...)
		sources = append(sources, centre)
	}
	if err = errors.Join(err, credentials.Check()); err != nil {
		for _, problem := range flatten(err) {
			logger.ErrorContext(ctx, "configuration: "+problem.Error())
		}

		return exitError
	}
	level.Set(cfg.Log.Level)
	build := buildinfo.Get()
	logger.InfoContext(ctx, "starting",
		"version", build.Version, "commit", build.Commit, "go", build.Go,
		"gomaxprocs", runtime.GOMAXPROCS(0), "config", cfg)

	lifecycle := newLifecycle(logger)
	a := &app{
		config:      config.NewLive(cfg),
		credentials: credentials,
		level:       level,
		logger:      logger,
		fail:        lifecycle.fail,
		sources:     sources,
		centre:      centre,
	}
	if len(args) > 0 {
		if err := a.migrate(ctx, args[1:]); err != nil {
			logger.ErrorContext(ctx, "migration failed", "error", err)

			return exitError
		}

		return exitOK
	}
	if err := lifecycle.run(ctx, a.components()); err != nil {
		return exitError // already logged, with what was stopped after it
	}

	return exitOK
}

// flatten takes joined errors apart: one problem, one record.
func flatten(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}

	return all
}

func usage(flags *flag.FlagSet) {
	out := flags.Output()
	// A help text that can't be written has nobody to tell.
	_, _ = fmt.Fprintf(out, "Usage: %s [--config FILE] [--version] [%s %s]\n\n", serviceName, migrateCommand, migrateUsage)
	flags.PrintDefaults()
	_, _ = fmt.Fprintf(out, "\nSettings, from the file (KEY: nested YAML) or the environment, which wins, or the configuration centre, which wins over both:\n\n")
	for _, f := range config.Fields() {
		_, _ = fmt.Fprintf(out, "  %s, %s\n        %s; %s (default %s)\n", f.Key, f.Env, f.Doc, f.Range, f.Default)
	}
	_, _ = fmt.Fprintf(out, "\nSecrets are files in the directory CREDENTIALS_DIR: %s.\n", config.AdminToken+
		", postgres-password, postgres-ca.crt, redis-password, redis-ca.crt, nats-password, nats-ca.crt, nacos-username, nacos-password")
}
