package config

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// valuesPrefix begins the keys that belong to this service alone.
const valuesPrefix = "values."

// A duration outside of these is a missing or a mistaken unit.
const (
	shortest = time.Millisecond
	longest  = 2 * time.Hour
)

// Field is one setting. The table below is the only place that knows it: file,
// environment, validation, audit and --help all read it there.
type Field struct {
	Key string
	Env string
	Doc string

	kind

	// Reloadable settings take effect without a restart. The others are fixed
	// into a listener or a client when it is made.
	Reloadable bool
}

// Fields returns the table, in the order in which --help prints it.
func Fields() []Field {
	return slices.Concat([]Field{
		{
			Key:  "http.port",
			Env:  "HTTP_PORT",
			Doc:  "port for traffic",
			kind: portKind(func(c *Config) *int { return &c.HTTP.Port }, defaultHTTPPort),
		},
		{
			Key:  "http.timeout",
			Env:  "HTTP_TIMEOUT",
			Doc:  "budget of one handler; after it the request's context ends and the answer is 503",
			kind: durationKind(func(c *Config) *time.Duration { return &c.HTTP.Timeout }, defaultHTTPTimeout, shortest),
		},
		{
			Key:  "http.readHeaderTimeout",
			Env:  "HTTP_READ_HEADER_TIMEOUT",
			Doc:  "how long a client may take to send the header",
			kind: durationKind(func(c *Config) *time.Duration { return &c.HTTP.ReadHeaderTimeout }, defaultHTTPReadHeaderTimeout, shortest),
		},
		{
			Key:  "http.readTimeout",
			Env:  "HTTP_READ_TIMEOUT",
			Doc:  "how long a client may take to send the whole request",
			kind: durationKind(func(c *Config) *time.Duration { return &c.HTTP.ReadTimeout }, defaultHTTPReadTimeout, shortest),
		},
		{
			Key:  "http.writeTimeout",
			Env:  "HTTP_WRITE_TIMEOUT",
			Doc:  "from the end of the header to the end of the answer",
			kind: durationKind(func(c *Config) *time.Duration { return &c.HTTP.WriteTimeout }, defaultHTTPWriteTimeout, shortest),
		},
		{
			Key:  "http.idleTimeout",
			Env:  "HTTP_IDLE_TIMEOUT",
			Doc:  "how long an idle connection is kept; more than any proxy in front keeps it",
			kind: durationKind(func(c *Config) *time.Duration { return &c.HTTP.IdleTimeout }, defaultHTTPIdleTimeout, time.Second),
		},
		{
			Key:  "http.maxHeaderBytes",
			Env:  "HTTP_MAX_HEADER_BYTES",
			Doc:  "largest request header",
			kind: bytesKind(func(c *Config) *int { return &c.HTTP.MaxHeaderBytes }, defaultHTTPMaxHeaderBytes, 4<<10, 1<<20),
		},
		{
			Key:  "http.maxBodyBytes",
			Env:  "HTTP_MAX_BODY_BYTES",
			Doc:  "largest request body",
			kind: bytesKind(func(c *Config) *int { return &c.HTTP.MaxBodyBytes }, defaultHTTPMaxBodyBytes, 1<<10, 1<<30),
		},
		{
			Key:  "admin.port",
			Env:  "ADMIN_PORT",
			Doc:  "port for probes, metrics and operators",
			kind: portKind(func(c *Config) *int { return &c.Admin.Port }, defaultAdminPort),
		},
		{
			Key:  "health.checkTimeout",
			Env:  "HEALTH_CHECK_TIMEOUT",
			Doc:  "budget of one dependency check; less than the readiness probe's timeout",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Health.CheckTimeout }, defaultHealthCheckTimeout, shortest),
		},
		{
			Key:  "health.checkCache",
			Env:  "HEALTH_CHECK_CACHE",
			Doc:  "how long the result of the dependency checks is served again",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Health.CheckCache }, defaultHealthCheckCache, 0),
		},
		{
			Key:  "shutdown.drain",
			Env:  "SHUTDOWN_DRAIN",
			Doc:  "from not ready to the end of accepting, while clients and proxies notice",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Shutdown.Drain }, defaultShutdownDrain, 0),
		},
		{
			Key:  "shutdown.timeout",
			Env:  "SHUTDOWN_TIMEOUT",
			Doc:  "how long requests in flight may still take",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Shutdown.Timeout }, defaultShutdownTimeout, shortest),
		},
		{
			Key:  "shutdown.flush",
			Env:  "SHUTDOWN_FLUSH",
			Doc:  "how long sending the queued telemetry may take",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Shutdown.Flush }, defaultShutdownFlush, shortest),
		},
		{
			Key:  "log.level",
			Env:  "LOG_LEVEL",
			Doc:  "lowest level that is written",
			kind: levelKind(func(c *Config) *slog.Level { return &c.Log.Level }, defaultLogLevel),
			// Asked anew for every record.
			Reloadable: true,
		},
	}, grpcFields(), postgresFields(), mysqlFields(), redisFields(), consumerFields(), natsFields(), kafkaFields(), consulFields(), ownFields())
}

// kind is how a setting is read, bounded and printed.
type kind struct {
	Default string
	Range   string
	set     func(c *Config, text string) error
	get     func(c *Config) string

	// port is set for listening ports only: no two may be the same.
	port func(c *Config) *int
}

func portKind(at func(*Config) *int, def int) kind {
	// Below 1024 a port needs a capability the container doesn't have.
	k := intKind(at, def, 1024, 65535)
	k.port = at

	return k
}

func intKind(at func(*Config) *int, def, low, high int) kind {
	return kind{
		Default: strconv.Itoa(def),
		Range:   fmt.Sprintf("an integer from %d to %d", low, high),
		set: func(c *Config, text string) error {
			n, err := strconv.Atoi(text)
			if err != nil || n < low || n > high {
				return rejected(text)
			}
			*at(c) = n

			return nil
		},
		get: func(c *Config) string { return strconv.Itoa(*at(c)) },
	}
}

func bytesKind(at func(*Config) *int, def, low, high int) kind {
	return kind{
		Default: formatBytes(def),
		Range:   fmt.Sprintf("bytes as in 65536, 64KiB or 1MiB, from %s to %s", formatBytes(low), formatBytes(high)),
		set: func(c *Config, text string) error {
			n, err := parseBytes(text)
			if err != nil || n < low || n > high {
				return rejected(text)
			}
			*at(c) = n

			return nil
		},
		get: func(c *Config) string { return formatBytes(*at(c)) },
	}
}

func durationKind(at func(*Config) *time.Duration, def, low time.Duration) kind {
	return kind{
		Default: def.String(),
		Range:   fmt.Sprintf("a duration as in 500ms or 15s, from %s to %s", low, longest),
		set: func(c *Config, text string) error {
			d, err := time.ParseDuration(text)
			if err != nil || d < low || d > longest {
				return rejected(text)
			}
			*at(c) = d

			return nil
		},
		get: func(c *Config) string { return at(c).String() },
	}
}

// listKind is for values with commas between them; blanks around them don't count.
func listKind(at func(*Config) *[]string, def []string, most int) kind {
	return kind{
		Default: strings.Join(def, ","),
		Range:   fmt.Sprintf("at most %d values with commas between them", most),
		set: func(c *Config, text string) error {
			var list []string
			for value := range strings.SplitSeq(text, ",") {
				if value = strings.TrimSpace(value); value != "" {
					list = append(list, value)
				}
			}
			if len(list) > most {
				return rejected(text)
			}
			*at(c) = list

			return nil
		},
		get: func(c *Config) string { return strings.Join(*at(c), ",") },
	}
}

func boolKind(at func(*Config) *bool, def bool) kind {
	return kind{
		Default: strconv.FormatBool(def),
		Range:   "true or false",
		set: func(c *Config, text string) error {
			switch text {
			case "true", "false":
				*at(c) = text == "true"

				return nil
			default:
				return rejected(text)
			}
		},
		get: func(c *Config) string { return strconv.FormatBool(*at(c)) },
	}
}

func levelKind(at func(*Config) *slog.Level, def string) kind {
	return kind{
		Default: def,
		Range:   levelRange,
		set: func(c *Config, text string) error {
			level, err := ParseLevel(text)
			if err != nil {
				return err
			}
			*at(c) = level

			return nil
		},
		get: func(c *Config) string { return strings.ToLower(at(c).String()) },
	}
}

const levelRange = "debug, info, warn or error"

// ParseLevel accepts the four names. slog's own parser also takes "info+2",
// which no log system can search for.
func ParseLevel(text string) (slog.Level, error) {
	switch strings.ToLower(text) {
	case "debug":
		return slog.LevelDebug, nil
	case "info":
		return slog.LevelInfo, nil
	case "warn":
		return slog.LevelWarn, nil
	case "error":
		return slog.LevelError, nil
	default:
		return 0, rejected(text)
	}
}

func rejected(text string) error {
	return fmt.Errorf("%s is not accepted", strconv.Quote(shorten(text)))
}

var byteUnits = []struct {
	suffix string
	size   int
}{
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
}

func formatBytes(n int) string {
	for _, u := range byteUnits {
		if n >= u.size && n%u.size == 0 {
			return strconv.Itoa(n/u.size) + u.suffix
		}
	}

	return strconv.Itoa(n)
}

func parseBytes(text string) (int, error) {
	size := 1
	for _, u := range byteUnits {
		if number, ok := strings.CutSuffix(text, u.suffix); ok {
			text, size = number, u.size

			break
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, err
	}
	// Far above every accepted range, far below an overflow.
	if n < 0 || n > 1<<30 {
		return 0, errors.New("out of range")
	}

	return n * size, nil
}

// maxShown keeps a pasted certificate out of error messages and audit lines.
const maxShown = 100

func shorten(text string) string {
	if len(text) <= maxShown {
		return text
	}

	return strings.ToValidUTF8(text[:maxShown], "") + "…"
}

// mask returns what may be printed of a value. Secrets have no place in the
// file, but sooner or later somebody puts one there.
func mask(key, value string) string {
	key = strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "secret", "token", "credential", "apikey", "api_key", "api-key", "private", "dsn"} {
		if strings.Contains(key, word) {
			return masked
		}
	}

	return shorten(maskUser(value))
}

// maskUser hides who an address says to be: postgres://me:secret@host. Secrets
// hide there although the key's name is harmless.
func maskUser(value string) string {
	before, after, ok := strings.Cut(value, "://")
	if !ok {
		return value
	}
	authority, rest := after, ""
	if end := strings.IndexAny(after, "/?# ,"); end >= 0 {
		authority, rest = after[:end], after[end:]
	}
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		authority = masked + authority[at:]
	}

	return before + "://" + authority + maskUser(rest)
}
