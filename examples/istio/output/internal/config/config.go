// Package config holds the settings of the service: what they are called, what
// they may be, where they come from.
//
// Layers, the later one wins: defaults, the YAML file, the environment. Every problem of every layer is reported at once, because a
// rollout that fails three times for three typing errors costs three rollouts.
//
// Secrets are not settings: see Credentials.
package config

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Config is what the process runs with. Nothing changes it once it has been
// published through Live: what comes later is another one.
type Config struct {
	HTTP     HTTP
	Admin    Admin
	Health   Health
	Shutdown Shutdown
	Log      Log
	Own      Own

	// Values are this service's own settings: the section "values" of the file.
	Values map[string]string

	// origins tells which layer each key that isn't a default came from.
	origins map[string]string
}

// HTTP is the traffic port.
type HTTP struct {
	Port              int
	Timeout           time.Duration
	ReadHeaderTimeout time.Duration
	ReadTimeout       time.Duration
	WriteTimeout      time.Duration
	IdleTimeout       time.Duration
	MaxHeaderBytes    int
	MaxBodyBytes      int
}

// Admin is the port for probes, metrics and operators.
type Admin struct {
	Port int
}

// Health bounds the checks behind the readiness probe.
type Health struct {
	CheckTimeout time.Duration
	CheckCache   time.Duration
}

// Shutdown is the budget of each stage after SIGTERM.
type Shutdown struct {
	Drain   time.Duration
	Timeout time.Duration
	Flush   time.Duration
}

// Log is what can be set about logs.
type Log struct {
	Level slog.Level
}

// A Source is one layer. A configuration centre is one more Source, placed
// after the environment.
type Source interface {
	// Read returns the settings of this layer. On error it may return the
	// settings that were readable, so that their problems are reported too.
	Read(ctx context.Context) ([]Setting, error)
}

// Setting is one value and the exact place where somebody can correct it.
type Setting struct {
	Key    string
	Value  string
	Origin string
}

// Error is one problem with one key.
type Error struct {
	Key    string
	Origin string
	Reason string
	Want   string
}

func (e *Error) Error() string {
	text := e.Origin + ": " + e.Key + ": " + e.Reason
	if e.Want != "" {
		text += "; want " + e.Want
	}

	return text
}

// Load reads the layers, lowest first, and returns either a valid Config or
// every problem there is, joined.
func Load(ctx context.Context, sources ...Source) (*Config, error) {
	var (
		settings []Setting
		errs     []error
	)
	for _, source := range sources {
		found, err := source.Read(ctx)
		settings = append(settings, found...)
		if err != nil {
			errs = append(errs, err)
		}
	}

	c := defaults()
	known := make(map[string]Field)
	for _, f := range Fields() {
		known[f.Key] = f
	}
	for _, s := range settings {
		errs = append(errs, c.apply(known, s))
	}
	errs = append(errs, c.checkRelations()...)

	if err := errors.Join(errs...); err != nil {
		return nil, err
	}

	return c, nil
}

func defaults() *Config {
	c := &Config{Values: make(map[string]string), origins: make(map[string]string)}
	for _, f := range Fields() {
		if err := f.set(c, f.Default); err != nil {
			panic(fmt.Sprintf("default of %s: %v", f.Key, err))
		}
	}

	return c
}

func (c *Config) apply(known map[string]Field, s Setting) error {
	if name, ok := strings.CutPrefix(s.Key, valuesPrefix); ok {
		c.Values[name] = s.Value
		c.origins[s.Key] = s.Origin

		return nil
	}

	f, ok := known[s.Key]
	if !ok {
		return &Error{
			Key:    s.Key,
			Origin: s.Origin,
			Reason: "unknown key",
			Want:   "one of " + strings.Join(slices.Sorted(maps.Keys(known)), ", ") + ", or your own under " + valuesPrefix + "*",
		}
	}
	if err := f.set(c, s.Value); err != nil {
		return &Error{Key: s.Key, Origin: s.Origin, Reason: err.Error(), Want: f.Range}
	}
	c.origins[s.Key] = s.Origin

	return nil
}

// checkRelations finds values that are each fine and don't fit together.
func (c *Config) checkRelations() []error {
	ordered := []struct {
		lowKey  string
		low     time.Duration
		highKey string
		high    time.Duration
		why     string
	}{
		{
			"http.readHeaderTimeout", c.HTTP.ReadHeaderTimeout, "http.readTimeout", c.HTTP.ReadTimeout,
			"the header is part of the request",
		},
		{
			"http.timeout", c.HTTP.Timeout, "http.writeTimeout", c.HTTP.WriteTimeout,
			"or the connection is cut before the handler's own timeout can answer",
		},
		{
			"http.writeTimeout", c.HTTP.WriteTimeout, "shutdown.timeout", c.Shutdown.Timeout,
			"or a shutdown cuts requests that are still within their time",
		},
	}

	var errs []error
	for _, o := range ordered {
		if o.low > o.high {
			errs = append(errs, &Error{
				Key:    o.lowKey,
				Origin: c.Origin(o.lowKey),
				Reason: fmt.Sprintf("%s is more than %s = %s (%s)", o.low, o.highKey, o.high, c.Origin(o.highKey)),
				Want:   o.lowKey + " ≤ " + o.highKey + ", " + o.why,
			})
		}
	}

	ports := make(map[int]string)
	for _, f := range Fields() {
		if f.port == nil {
			continue
		}
		port := *f.port(c)
		if other, taken := ports[port]; taken {
			errs = append(errs, &Error{
				Key:    f.Key,
				Origin: c.Origin(f.Key),
				Reason: fmt.Sprintf("%d is also %s (%s)", port, other, c.Origin(other)),
				Want:   "a port of its own",
			})
		}
		ports[port] = f.Key
	}

	return errs
}

// Origin tells where the value of key came from.
func (c *Config) Origin(key string) string {
	if origin, ok := c.origins[key]; ok {
		return origin
	}

	return "default"
}

// LogValue lists the keys that aren't defaults: what somebody decided, and where.
func (c *Config) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(c.origins))
	current := c.flatten()
	for _, key := range slices.Sorted(maps.Keys(c.origins)) {
		attrs = append(attrs, slog.String(key, mask(key, current[key])+" ("+c.origins[key]+")"))
	}

	return slog.GroupValue(attrs...)
}

// flatten returns every key with its value as text.
func (c *Config) flatten() map[string]string {
	flat := make(map[string]string)
	for _, f := range Fields() {
		flat[f.Key] = f.get(c)
	}
	for name, value := range c.Values {
		flat[valuesPrefix+name] = value
	}

	return flat
}

// Live is the current Config. Read it once per request, not once per process.
type Live struct {
	current atomic.Pointer[Config]
}

// NewLive publishes the Config of the start.
func NewLive(c *Config) *Live {
	l := &Live{}
	l.current.Store(c)

	return l
}

// Current returns the Config in force. Treat it as read-only.
func (l *Live) Current() *Config { return l.current.Load() }
