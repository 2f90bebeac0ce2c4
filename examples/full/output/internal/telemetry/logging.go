// Package telemetry is how the process tells about itself.
package telemetry

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"time"
)

// ContextAttrs takes from a context what every record within it should carry.
type ContextAttrs func(ctx context.Context) []slog.Attr

// LogOptions configure NewLogger.
type LogOptions struct {
	Service string
	Region  string
	Level   slog.Leveler
	Stdout  io.Writer
	Stderr  io.Writer
	Context []ContextAttrs
}

// reserved are the keys that mean the same in every service. A log system that
// meets one of them twice in a record drops the record or one of the two.
var reserved = []string{"timestamp", "level", "service", "region", "trace_id", "span_id", "message"}

// NewLogger returns a logger that writes one JSON object a line: below ERROR to
// Stdout, from ERROR on to Stderr, each record to exactly one of them.
func NewLogger(o LogOptions) *slog.Logger {
	options := &slog.HandlerOptions{
		Level: o.Level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if len(groups) > 0 {
				return a
			}
			// Only slog's own attributes still have these names and kinds here.
			switch {
			case a.Key == slog.TimeKey && a.Value.Kind() == slog.KindTime:
				return slog.String("timestamp", a.Value.Time().UTC().Format(time.RFC3339Nano))
			case a.Key == slog.MessageKey:
				a.Key = "message"
			}

			return a
		},
	}
	service := []slog.Attr{slog.String("service", o.Service)}
	if o.Region != "" {
		service = append(service, slog.String("region", o.Region))
	}
	h := &logHandler{
		stdout:  slog.NewJSONHandler(o.Stdout, options).WithAttrs(service),
		stderr:  slog.NewJSONHandler(o.Stderr, options).WithAttrs(service),
		context: o.Context,
	}

	return slog.New(h)
}

// logHandler chooses the stream, and adds what the context knows.
type logHandler struct {
	stdout  slog.Handler
	stderr  slog.Handler
	context []ContextAttrs

	// scope holds With and WithGroup from the first group on. They are applied
	// to each record after the context's attributes, or trace_id would land
	// within the group.
	scope []func(slog.Handler) slog.Handler
}

func (h *logHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.stdout.Enabled(ctx, level)
}

func (h *logHandler) Handle(ctx context.Context, r slog.Record) error {
	out := h.stdout
	if r.Level >= slog.LevelError {
		out = h.stderr
	}

	attrs := make([]slog.Attr, 0, 4)
	for _, from := range h.context {
		attrs = append(attrs, from(ctx)...)
	}
	if len(h.scope) > 0 {
		out = out.WithAttrs(attrs)
		for _, apply := range h.scope {
			out = apply(out)
		}

		return out.Handle(ctx, r)
	}

	r2 := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r2.AddAttrs(attrs...)
	r.Attrs(func(a slog.Attr) bool {
		r2.AddAttrs(unreserved(a)...)

		return true
	})

	return out.Handle(ctx, r2)
}

func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(h.scope) > 0 {
		return h.scoped(func(next slog.Handler) slog.Handler { return next.WithAttrs(attrs) })
	}
	var renamed []slog.Attr
	for _, a := range attrs {
		renamed = append(renamed, unreserved(a)...)
	}
	clone := *h
	clone.stdout = h.stdout.WithAttrs(renamed)
	clone.stderr = h.stderr.WithAttrs(renamed)

	return &clone
}

func (h *logHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}

	return h.scoped(func(next slog.Handler) slog.Handler { return next.WithGroup(name) })
}

func (h *logHandler) scoped(apply func(slog.Handler) slog.Handler) slog.Handler {
	clone := *h
	clone.scope = append(slices.Clip(h.scope), apply)

	return &clone
}

// unreserved renames what would appear twice at the top of the record. A group
// without a name is transparent, so its members are at the top as well.
func unreserved(a slog.Attr) []slog.Attr {
	if a.Key == "" && a.Value.Kind() == slog.KindGroup {
		members := a.Value.Group()
		attrs := make([]slog.Attr, 0, len(members))
		for _, member := range members {
			attrs = append(attrs, unreserved(member)...)
		}

		return attrs
	}
	// time and msg are slog's names for what is renamed in ReplaceAttr.
	if slices.Contains(reserved, a.Key) || a.Key == slog.TimeKey || a.Key == slog.MessageKey {
		a.Key += "_"
	}

	return []slog.Attr{a}
}
