package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// watched is a Watcher over a mounted ConfigMap, with a clock and a poll of its own.
type watched struct {
	*Watcher

	mount *mount
	live  *Live
	clock time.Time
	log   *strings.Builder
}

func newWatched(t *testing.T, content string) *watched {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	x := &watched{mount: newMount(t, dir, "config.yaml", content), clock: time.Now(), log: &strings.Builder{}}
	sources := []Source{File{Path: path}, envSource(map[string]string{"SHUTDOWN_FLUSH": "90s"})}
	c, err := Load(t.Context(), sources...)
	if err != nil {
		t.Fatal(err)
	}
	x.live = NewLive(c)
	x.Watcher = NewWatcher(x.live, slog.New(slog.NewJSONHandler(x.log, nil)), sources)
	x.now = func() time.Time { return x.clock }
	x.poll(t.Context())

	return x
}

// later lets the interval pass and polls.
func (x *watched) later(t *testing.T) {
	t.Helper()
	x.clock = x.clock.Add(reloadMinInterval)
	x.poll(t.Context())
}

func TestReloadApplies(t *testing.T) {
	x := newWatched(t, "values:\n  greeting: Hello\n")
	if s := x.Stats(); s.Reloads != 0 || s.Failures != 0 || !s.LastOK {
		t.Errorf("the start-up configuration counts as a reload: %+v", s)
	}
	var told []string
	x.applied = append(x.applied, func(before, after *Config) {
		told = append(told, before.Log.Level.String()+" "+after.Log.Level.String())
	})

	before := x.live.Current()
	x.mount.swap(t, "log:\n  level: debug\nvalues:\n  greeting: Moin\n  api_token: hunter2\n")
	x.later(t)

	after := x.live.Current()
	if after.Values["greeting"] != "Moin" || after.Log.Level != slog.LevelDebug {
		t.Errorf("not applied: %+v", after)
	}
	if before.Values["greeting"] != "Hello" {
		t.Error("the old snapshot was changed in place")
	}
	if len(told) != 1 || told[0] != "INFO DEBUG" {
		t.Errorf("told = %q", told)
	}
	if s := x.Stats(); s.Reloads != 1 || s.Failures != 0 || !s.LastOK || !s.LastSuccess.Equal(x.clock) {
		t.Errorf("stats = %+v", s)
	}
	log := x.log.String()
	for _, want := range []string{
		`"key":"values.greeting","old":"Hello","new":"Moin"`,
		`"key":"log.level","old":"info","new":"debug"`,
		`"key":"values.api_token","old":"***","new":"***"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("audit has no %s:\n%s", want, log)
		}
	}
	if n := strings.Count(log, "config changed"); n != 3 {
		t.Errorf("%d audit lines, want one per key:\n%s", n, log)
	}

	// Nothing new: nothing happens.
	x.later(t)
	if s := x.Stats(); s.Reloads != 1 || strings.Count(x.log.String(), "\n") != 3 {
		t.Errorf("a poll without a change did something: %+v\n%s", s, x.log.String())
	}
}

func TestReloadKeepsTheLastGoodOne(t *testing.T) {
	x := newWatched(t, "values:\n  greeting: Hello\n")
	good := x.live.Current()

	x.mount.swap(t, "values:\n  greeting: Moin\nlog:\n  level: loud\n")
	x.later(t)
	x.later(t)
	x.later(t)
	if x.live.Current() != good {
		t.Error("a bad configuration took effect")
	}
	if s := x.Stats(); s.Failures != 1 || s.LastOK {
		t.Errorf("stats = %+v, want one failure", s)
	}
	if log := x.log.String(); strings.Count(log, "log.level") != 1 {
		t.Errorf("want the problem once:\n%s", log)
	}

	x.mount.swap(t, "values:\n  greeting: Moin\n")
	x.later(t)
	if s := x.Stats(); s.Reloads != 1 || !s.LastOK || x.live.Current().Values["greeting"] != "Moin" {
		t.Errorf("the repaired one did not take effect: %+v", s)
	}
}

func TestReloadSurvivesAMissingFile(t *testing.T) {
	x := newWatched(t, "values:\n  greeting: Hello\n")
	if err := os.Remove(filepath.Join(x.mount.dir, "..data")); err != nil {
		t.Fatal(err)
	}
	x.later(t)
	x.later(t)
	if s := x.Stats(); s.Failures != 1 || x.live.Current().Values["greeting"] != "Hello" {
		t.Errorf("stats = %+v, want one failure and the old values", s)
	}

	x.mount.swap(t, "values:\n  greeting: Moin\n")
	x.later(t)
	if x.live.Current().Values["greeting"] != "Moin" {
		t.Error("the file came back and was not read")
	}
}

func TestReloadNeedsRestart(t *testing.T) {
	x := newWatched(t, "health:\n  checkCache: 2s\n")
	x.mount.swap(t, "health:\n  checkCache: 3s\nshutdown:\n  flush: 100s\nlog:\n  level: warn\n")
	x.later(t)

	c := x.live.Current()
	if c.Health.CheckCache != 2*time.Second || c.Log.Level != slog.LevelWarn {
		t.Errorf("cache for %s, level %s; want the old time and the new level", c.Health.CheckCache, c.Log.Level)
	}
	if log := x.log.String(); strings.Count(log, "needs restart") != 1 || !strings.Contains(log, `"key":"health.checkCache","old":"2s","new":"3s"`) {
		t.Errorf("want one line about health.checkCache, and none about what the environment overrides:\n%s", log)
	}
}

func TestReloadIsRateLimited(t *testing.T) {
	x := newWatched(t, "values:\n  n: \"0\"\n")
	x.clock = x.clock.Add(reloadMinInterval)
	for _, n := range []string{"1", "2", "3"} {
		x.mount.swap(t, "values:\n  n: \""+n+"\"\n")
		x.poll(t.Context())
		x.clock = x.clock.Add(reloadPoll)
	}
	if got := x.live.Current().Values["n"]; got != "1" || x.Stats().Reloads != 1 {
		t.Errorf("n = %s after %d reloads, want the first change only", got, x.Stats().Reloads)
	}
	x.later(t)
	if got := x.live.Current().Values["n"]; got != "3" || x.Stats().Reloads != 2 {
		t.Errorf("n = %s after %d reloads, want the last change, in one step", got, x.Stats().Reloads)
	}
}

func TestReloadInPlace(t *testing.T) {
	x := newWatched(t, "values:\n  n: \"1\"\n")
	path := filepath.Join(x.mount.dir, "..data", "config.yaml")
	writeFile(t, path, "values:\n  n: \"22\"\n")
	x.later(t)
	if got := x.live.Current().Values["n"]; got != "22" {
		t.Errorf("n = %s, want 22", got)
	}
}

func TestWatcherRuns(t *testing.T) {
	dir := t.TempDir()
	m := newMount(t, dir, "config.yaml", "log.level: info\n")
	file := File{Path: filepath.Join(dir, "config.yaml")}
	c, err := Load(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	var level atomic.Int64
	changed := make(chan struct{})
	w := NewWatcher(NewLive(c), slog.New(slog.DiscardHandler), []Source{file}, func(_, after *Config) {
		level.Store(int64(after.Log.Level))
		close(changed)
	})
	m.swap(t, "log.level: error\n")
	if err := w.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-changed:
	case <-time.After(30 * time.Second):
		t.Error("the change was not noticed")
	}
	if got := slog.Level(level.Load()); got != slog.LevelError {
		t.Errorf("level = %s", got)
	}
	if err := w.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}
