package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

type ctxKey struct{}

func newTestLogger(level slog.Leveler) (logger *slog.Logger, stdout, stderr *bytes.Buffer) {
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	logger = NewLogger(LogOptions{
		Service: "market",
		Level:   level,
		Stdout:  stdout,
		Stderr:  stderr,
		Context: []ContextAttrs{func(ctx context.Context) []slog.Attr {
			if id, ok := ctx.Value(ctxKey{}).(string); ok {
				return []slog.Attr{slog.String("trace_id", id)}
			}

			return nil
		}},
	})

	return logger, stdout, stderr
}

func decode(t *testing.T, line string) map[string]any {
	t.Helper()
	var record map[string]any
	if err := json.Unmarshal([]byte(line), &record); err != nil {
		t.Fatalf("%v: %s", err, line)
	}

	return record
}

func TestRecord(t *testing.T) {
	logger, stdout, _ := newTestLogger(slog.LevelInfo)
	logger.InfoContext(context.WithValue(t.Context(), ctxKey{}, "abc"), "hello", "user_id", 1001)

	r := decode(t, stdout.String())
	for key, want := range map[string]any{
		"level": "INFO", "service": "market", "trace_id": "abc", "message": "hello", "user_id": 1001.0,
	} {
		if r[key] != want {
			t.Errorf("%s = %v, want %v", key, r[key], want)
		}
	}
	stamp, _ := r["timestamp"].(string)
	if _, err := time.Parse(time.RFC3339Nano, stamp); err != nil || !strings.HasSuffix(stamp, "Z") {
		t.Errorf("timestamp = %q, want RFC 3339 in UTC", stamp)
	}
	if _, ok := r["msg"]; ok {
		t.Error("slog's own name of the message is there as well")
	}
}

func TestRegion(t *testing.T) {
	for _, region := range []string{"north", ""} {
		var out bytes.Buffer
		NewLogger(LogOptions{Region: region, Stdout: &out, Stderr: &out}).Info("x", "region", "mine")

		r := decode(t, out.String())
		if got, found := r["region"]; found != (region != "") || found && got != region {
			t.Errorf("region = %v (%t), want %q", got, found, region)
		}
		if r["region_"] != "mine" {
			t.Errorf("the caller's own is %v", r["region_"])
		}
	}
}

func TestStreams(t *testing.T) {
	for level, wantErr := range map[slog.Level]bool{
		slog.LevelDebug: false, slog.LevelInfo: false, slog.LevelWarn: false, slog.LevelError: true, slog.LevelError + 4: true,
	} {
		logger, stdout, stderr := newTestLogger(slog.LevelDebug)
		logger.Log(t.Context(), level, "x")
		if got := stderr.Len() > 0; got != wantErr {
			t.Errorf("%s on stderr: %t", level, got)
		}
		if n := strings.Count(stdout.String()+stderr.String(), "\n"); n != 1 {
			t.Errorf("%s was written %d times", level, n)
		}
	}
}

func TestLevelAtRunTime(t *testing.T) {
	level := new(slog.LevelVar)
	logger, stdout, _ := newTestLogger(level)
	logger.Debug("one")
	level.Set(slog.LevelDebug)
	logger.Debug("two")
	level.Set(slog.LevelError)
	logger.Warn("three")
	if out := stdout.String(); strings.Count(out, "\n") != 1 || !strings.Contains(out, "two") {
		t.Errorf("want the second record only:\n%s", out)
	}
}

func TestGroupsKeepTheContextOutside(t *testing.T) {
	logger, stdout, _ := newTestLogger(slog.LevelInfo)
	ctx := context.WithValue(t.Context(), ctxKey{}, "abc")
	logger.With("a", 1).WithGroup("g").With("b", 2).WithGroup("h").InfoContext(ctx, "x", "c", 3)
	logger.WithGroup("other").InfoContext(ctx, "y", "level", "mine")

	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	if want := `"service":"market","a":1,"trace_id":"abc","g":{"b":2,"h":{"c":3}}}`; !strings.HasSuffix(lines[0], want) {
		t.Errorf("record = %s, want it to end with %s", lines[0], want)
	}
	if want := `"trace_id":"abc","other":{"level":"mine"}}`; !strings.HasSuffix(lines[1], want) {
		t.Errorf("record = %s, want it to end with %s", lines[1], want)
	}
}

func TestReservedKeysAreUnique(t *testing.T) {
	logger, stdout, _ := newTestLogger(slog.LevelInfo)
	ctx := context.WithValue(t.Context(), ctxKey{}, "abc")
	args := []any{slog.Group("", "trace_id", "g")}
	for _, key := range append(reserved, slog.TimeKey, slog.MessageKey) {
		args = append(args, key, "mine")
	}
	args = append(args, "time", time.Now())
	logger.With("service", "other").InfoContext(ctx, "x", args...)

	line := stdout.String()
	for _, key := range reserved {
		if key == "span_id" || key == "region" {
			continue // no span here, and no region
		}
		if n := len(regexp.MustCompile(`"`+key+`":`).FindAllString(line, -1)); n != 1 {
			t.Errorf("%s is there %d times: %s", key, n, line)
		}
	}
	if r := decode(t, line); r["service"] != "market" || r["service_"] == nil || r["message_"] != "mine" {
		t.Errorf("record = %v", r)
	}
}

func TestHostileValues(t *testing.T) {
	logger, stdout, _ := newTestLogger(slog.LevelInfo)
	logger.Info("bad \xff utf-8\nsecond line",
		"bytes", "\xc3\x28", "nan", math.NaN(), "func", func() {}, "error", errors.New("e\x00rr"), "nil", nil)

	out := stdout.String()
	if strings.Count(out, "\n") != 1 {
		t.Errorf("one record, several lines: %q", out)
	}
	if r := decode(t, out); r["message"] != "bad \ufffd utf-8\nsecond line" || r["error"] != "e\x00rr" {
		t.Errorf("record = %v", r)
	}
}
