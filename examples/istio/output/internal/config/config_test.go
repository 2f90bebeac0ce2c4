package config

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func fileSource(t *testing.T, content string) File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	writeFile(t, path, content)

	return File{Path: path}
}

func envSource(values map[string]string) Env {
	return Env{Getenv: func(name string) string { return values[name] }}
}

func TestListKind(t *testing.T) {
	var list []string
	k := listKind(func(*Config) *[]string { return &list }, []string{"a"}, 2)
	for _, tt := range [][2]string{{"", ""}, {"a", "a"}, {" a , b ", "a,b"}, {"a,,b", "a,b"}} {
		if err := k.set(nil, tt[0]); err != nil || k.get(nil) != tt[1] {
			t.Errorf("%q = %q, %v, want %q", tt[0], k.get(nil), err, tt[1])
		}
	}
	if err := k.set(nil, "a,b,c"); err == nil || k.Default != "a" || !strings.Contains(k.Range, "at most 2") {
		t.Errorf("three of two: %v; default %q, range %q", err, k.Default, k.Range)
	}
}

func TestUsersOfAddressesAreMasked(t *testing.T) {
	for value, want := range map[string]string{
		"https://example.com/a?b=c@d":              "https://example.com/a?b=c@d",
		"postgres://me:secret@db:5432/orders":      "postgres://***@db:5432/orders",
		"amqp://me@a,amqp://you:pa@ss@b":           "amqp://***@a,amqp://***@b",
		"see https://me:secret@example.com, there": "see https://***@example.com, there",
		"me@example.com":                           "me@example.com",
	} {
		if got := mask("values.address", value); got != want {
			t.Errorf("mask(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestDefaultsAreValid(t *testing.T) {
	c, err := Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if c.Admin.Port != defaultAdminPort || c.Shutdown.Timeout != defaultShutdownTimeout || c.Origin("admin.port") != "default" {
		t.Errorf("defaults are not in force: %+v", c)
	}
}

func TestFieldsAreDeclaredOnce(t *testing.T) {
	seen := make(map[string]bool)
	for _, f := range Fields() {
		for _, name := range []string{f.Key, f.Env} {
			if name == "" || seen[name] {
				t.Errorf("%q is empty or declared twice", name)
			}
			seen[name] = true
		}
		if f.Doc == "" || f.Range == "" {
			t.Errorf("%s has no documentation or no range", f.Key)
		}
	}
}

func TestLayers(t *testing.T) {
	tests := []struct {
		name   string
		file   string
		env    map[string]string
		check  time.Duration
		origin string
	}{
		{name: "default", check: defaultHealthCheckTimeout, origin: "default"},
		{name: "file over default", file: "health:\n  checkTimeout: 61s\n", check: 61 * time.Second, origin: ":2"},
		{name: "env over file", file: "health:\n  checkTimeout: 61s\n", env: map[string]string{"HEALTH_CHECK_TIMEOUT": "62s"}, check: 62 * time.Second, origin: "env HEALTH_CHECK_TIMEOUT"},
		{name: "empty env is unset", file: "health:\n  checkTimeout: 61s\n", env: map[string]string{"HEALTH_CHECK_TIMEOUT": ""}, check: 61 * time.Second, origin: ":2"},
		{name: "flat keys", file: "health.checkTimeout: 61s\n", check: 61 * time.Second, origin: ":1"},
		{name: "comments only", file: "# nothing here yet\n", check: defaultHealthCheckTimeout, origin: "default"},
		{name: "section of comments only", file: "health:\n  # checkTimeout: 61s\nvalues:\n", check: defaultHealthCheckTimeout, origin: "default"},
		{name: "empty file", file: "", check: defaultHealthCheckTimeout, origin: "default"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Load(t.Context(), fileSource(t, tt.file), envSource(tt.env))
			if err != nil {
				t.Fatal(err)
			}
			if c.Health.CheckTimeout != tt.check {
				t.Errorf("health.checkTimeout = %s, want %s", c.Health.CheckTimeout, tt.check)
			}
			if origin := c.Origin("health.checkTimeout"); !strings.HasSuffix(origin, tt.origin) {
				t.Errorf("origin = %q, want it to end with %q", origin, tt.origin)
			}
		})
	}
}

func TestEveryFieldCanBeSet(t *testing.T) {
	for _, f := range Fields() {
		t.Run(f.Key, func(t *testing.T) {
			c := defaults()
			if got := f.get(c); got != f.Default {
				t.Errorf("get = %q, want the default %q", got, f.Default)
			}
			// A default that doesn't survive its own notation would show up as a
			// change in every audit.
			if err := f.set(c, f.get(c)); err != nil {
				t.Error(err)
			}
			// Of those below own, some may take any text.
			if err := f.set(c, "no such value"); err == nil && !strings.HasPrefix(f.Key, "own.") {
				t.Error("nonsense was accepted")
			}
		})
	}
}

func TestValues(t *testing.T) {
	c, err := Load(t.Context(), fileSource(t, "values:\n  greeting: Moin\n  a.b: 1.50\n  yes: \"\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"greeting": "Moin", "a.b": "1.50", "yes": ""}
	if !reflect.DeepEqual(c.Values, want) {
		t.Errorf("values = %q, want %q", c.Values, want)
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name string
		file string
		env  map[string]string
		want []string // in the text of the error
	}{
		{
			name: "unknown key",
			file: "admin:\n  prot: 8080\n",
			want: []string{":2: admin.prot: unknown key", "admin.port"},
		},
		{
			name: "out of range",
			file: "admin:\n  port: 80\n",
			want: []string{`:2: admin.port: "80" is not accepted`, "from 1024 to 65535"},
		},
		{
			name: "env out of range",
			env:  map[string]string{"SHUTDOWN_TIMEOUT": "15"},
			want: []string{`env SHUTDOWN_TIMEOUT: shutdown.timeout: "15" is not accepted`, "15s"},
		},
		{
			name: "all at once",
			file: "admin:\n  port: 80\nnope: 1\n",
			env:  map[string]string{"LOG_LEVEL": "loud"},
			want: []string{"admin.port", "nope", "log.level", "debug, info, warn or error"},
		},
		{
			name: "bytes",
			file: "http:\n  maxBodyBytes: 9GiB\n  maxHeaderBytes: 1K\n",
			want: []string{"http.maxBodyBytes", "http.maxHeaderBytes"},
		},
		{name: "twice", file: "admin:\n  port: 8081\n  port: 8082\n", want: []string{":3: admin.port: set twice"}},
		{name: "twice, flat", file: "admin:\n  port: 8081\nadmin.port: 8082\n", want: []string{":3: admin.port: set twice"}},
		{name: "no value", file: "admin:\n  port:\n", want: []string{"admin.port: has no value"}},
		{name: "list", file: "admin:\n  port: [8080]\n", want: []string{"admin.port: not a plain value"}},
		{name: "anchor", file: "a: &a 8081\nadmin:\n  port: *a\n", want: []string{"admin.port: not a plain value"}},
		{name: "nested values", file: "values:\n  a:\n    b: c\n", want: []string{"values.a: not a plain value"}},
		{name: "not a mapping", file: "- http\n", want: []string{"not a mapping"}},
		{name: "two documents", file: "log.level: info\n---\nlog.level: warn\n", want: []string{"more than one YAML document"}},
		{name: "syntax", file: "http: [\n", want: []string{"yaml"}},
		{
			name: "same port",
			env:  map[string]string{"HTTP_PORT": "9100", "ADMIN_PORT": "9100"},
			want: []string{"admin.port: 9100 is also http.port (env HTTP_PORT)"},
		},
		{
			name: "handler slower than the connection",
			env:  map[string]string{"HTTP_TIMEOUT": "40s", "HTTP_WRITE_TIMEOUT": "30s"},
			want: []string{"http.timeout: 40s is more than http.writeTimeout = 30s (env HTTP_WRITE_TIMEOUT)"},
		},
		{
			name: "shutdown shorter than a request",
			env:  map[string]string{"HTTP_WRITE_TIMEOUT": "30s", "SHUTDOWN_TIMEOUT": "20s"},
			want: []string{"http.writeTimeout: 30s is more than shutdown.timeout = 20s (env SHUTDOWN_TIMEOUT)"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(t.Context(), fileSource(t, tt.file), envSource(tt.env))
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error does not contain %q:\n%v", want, err)
				}
			}
		})
	}
}

// A mistake in a file of an environment would be found by the pods that start next.
func TestFilesOfEnvironments(t *testing.T) {
	files, err := filepath.Glob("../../deploy/overlays/*/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if _, err := Load(t.Context(), File{Path: file}); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestMissingFileIsAnError(t *testing.T) {
	_, err := Load(t.Context(), File{Path: filepath.Join(t.TempDir(), "none.yaml")})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("err = %v, want not exist", err)
	}
}

func TestHugeFileIsRefused(t *testing.T) {
	_, err := Load(t.Context(), fileSource(t, strings.Repeat("# a long comment\n", maxFileBytes/10)))
	if err == nil || !strings.Contains(err.Error(), "larger than 1MiB") {
		t.Errorf("err = %v, want too large", err)
	}
}

func TestFormatBytes(t *testing.T) {
	for text, n := range map[string]int{"0": 0, "1000": 1000, "64KiB": 64 << 10, "1MiB": 1 << 20, "1GiB": 1 << 30} {
		if got := formatBytes(n); got != text {
			t.Errorf("formatBytes(%d) = %q, want %q", n, got, text)
		}
		if got, err := parseBytes(text); err != nil || got != n {
			t.Errorf("parseBytes(%q) = %d, %v, want %d", text, got, err, n)
		}
	}
}

func TestConfigInLog(t *testing.T) {
	c, err := Load(t.Context(),
		fileSource(t, "values:\n  db.password: hunter2\n"), envSource(map[string]string{"HEALTH_CHECK_TIMEOUT": "61s"}))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	slog.New(slog.NewJSONHandler(&out, nil)).Info("starting", "config", c)
	if strings.Contains(out.String(), "hunter2") {
		t.Errorf("a secret is in the log: %s", out.String())
	}
	if want := `"health.checkTimeout":"1m1s (env HEALTH_CHECK_TIMEOUT)"`; !strings.Contains(out.String(), want) {
		t.Errorf("log has no %s: %s", want, out.String())
	}
	if c.Health.CheckTimeout != 61*time.Second {
		t.Errorf("health.checkTimeout = %s", c.Health.CheckTimeout)
	}
}
