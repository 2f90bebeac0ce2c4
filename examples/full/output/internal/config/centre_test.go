package config

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("connection refused")

// fakeCentre holds a YAML document, and answers as a long poll does.
type fakeCentre struct {
	mu       sync.Mutex
	document Document
	err      error
	hang     bool
	asked    int
	changed  chan struct{}
}

func newFakeCentre(content string) *fakeCentre {
	f := &fakeCentre{changed: make(chan struct{})}
	f.set(content, nil)

	return f
}

// set changes what is answered, and wakes whoever waits for that.
func (f *fakeCentre) set(content string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.document, f.err = Document{Revision: content, Content: []byte(content)}, err
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeCentre) setHang(hang bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hang = hang
}

func (f *fakeCentre) state() (document Document, changed chan struct{}, hang bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++

	return f.document, f.changed, f.hang, f.err
}

func (f *fakeCentre) Fetch(ctx context.Context, previous *Document) (Document, error) {
	document, changed, hang, err := f.state()
	if hang {
		<-ctx.Done()

		return Document{}, ctx.Err()
	}
	if err == nil && previous != nil && document.same(*previous) {
		select {
		case <-changed:
			document, _, _, err = f.state()
		case <-time.After(centreWait):
		case <-ctx.Done():
			return Document{}, ctx.Err()
		}
	}

	return document, err
}

func (f *fakeCentre) Parse(content []byte) ([]Setting, error) { return parseYAML("centre", content) }

func (f *fakeCentre) String() string { return "http://centre.example" }

// started is a Centre at the start of the process, and what it had to say.
func started(t *testing.T, client CentreClient, cache string, below ...Source) (*Centre, *Config, *lockedLog) {
	t.Helper()
	log := &lockedLog{}
	c := newCentre(client, cache, slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	config := c.begin(t.Context(), below)

	return c, config, log
}

// lockedLog can be read while it is written.
type lockedLog struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	return l.buf.Write(p)
}

func (l *lockedLog) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()

	return strings.Count(l.buf.String(), text)
}

func (l *lockedLog) want(t *testing.T, text string, times int) {
	t.Helper()
	if n := l.count(text); n != times {
		l.mu.Lock()
		defer l.mu.Unlock()
		t.Errorf("%q is %d times in the log, want %d:\n%s", text, n, times, &l.buf)
	}
}

func TestCentreIsTheHighestLayer(t *testing.T) {
	file := fileSource(t, "health.checkTimeout: 61s\nshutdown.drain: 2s\nlog.level: debug\n")
	env := envSource(map[string]string{"HEALTH_CHECK_TIMEOUT": "62s", "SHUTDOWN_DRAIN": "3s"})
	c, config, _ := started(t, newFakeCentre("health.checkTimeout: 63s\n"), "", file, env)
	if config == nil {
		t.Fatal("no configuration")
	}
	if config.Health.CheckTimeout != 63*time.Second || config.Shutdown.Drain != 3*time.Second || config.Log.Level != slog.LevelDebug {
		t.Errorf("config = %+v", config)
	}
	if origin := config.Origin("health.checkTimeout"); origin != "centre:1" {
		t.Errorf("origin = %q", origin)
	}
	if s := c.Stats(); !s.Up || s.Revision == "" || s.Confirmed.IsZero() || s.Failures != 0 {
		t.Errorf("stats = %+v", s)
	}
}

func TestCentreDownAtTheStart(t *testing.T) {
	cache := t.TempDir()
	f := newFakeCentre("values:\n  greeting: Moin\n")
	f.set("", errDown)
	c, config, log := started(t, f, cache)
	if config != nil {
		t.Errorf("config = %+v, want none: there is no snapshot", config)
	}
	if s := c.Stats(); s.Up || s.Failures != 1 || !s.Confirmed.IsZero() {
		t.Errorf("stats = %+v", s)
	}
	log.want(t, errDown.Error(), 1)
	log.want(t, "starting without the config centre", 1)

	f.set("values:\n  greeting: Moin\n", nil)
	started(t, f, cache)
	f.set("", errDown)
	c, config, log = started(t, f, cache)
	if config == nil || config.Values["greeting"] != "Moin" {
		t.Errorf("config = %+v, want the snapshot's", config)
	}
	if s := c.Stats(); s.Up || s.Revision == "" || s.Confirmed.IsZero() {
		t.Errorf("stats = %+v", s)
	}
	log.want(t, "last good document", 2) // is down; starting with it
}

func TestCentreInvalidAtTheStart(t *testing.T) {
	cache := t.TempDir()
	f := newFakeCentre("values:\n  greeting: Moin\n")
	started(t, f, cache)
	for _, bad := range []string{"log.level: loud\n", "unknown: 1\n", "- a list\n", "\x00", centrePrefix + "address: http://elsewhere\n"} {
		f.set(bad, nil)
		c, config, log := started(t, f, cache)
		if config == nil || config.Values["greeting"] != "Moin" {
			t.Errorf("%q: config = %+v, want the snapshot's", bad, config)
		}
		if !c.Stats().Up {
			t.Errorf("%q: the centre has answered", bad)
		}
		log.want(t, "refused at the start", 1)
	}
}

func TestCentreSnapshot(t *testing.T) {
	cache := t.TempDir()
	path := filepath.Join(cache, snapshotFile)
	f := newFakeCentre("values:\n  greeting: Moin\n")
	started(t, f, cache)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v; want 0600", info.Mode(), err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}

	f.set("", errDown)
	for name, content := range map[string]string{
		"cut off":         string(good[:len(good)/2]),
		"of other centre": strings.Replace(string(good), "centre.example", "centre.elsewhere", 1),
		"not valid":       strings.Replace(string(good), `"content":"`, `"content":"AAAA`, 1),
	} {
		writeFile(t, path, content)
		if _, config, _ := started(t, f, cache); config != nil {
			t.Errorf("%s: taken", name)
		}
	}

	// What can't be written doesn't stop anything.
	f.set("values:\n  greeting: Moin\n", nil)
	_, config, log := started(t, f, filepath.Join(cache, "none"))
	if config == nil || config.Values["greeting"] != "Moin" {
		t.Errorf("config = %+v", config)
	}
	log.want(t, "can't be cached", 1)
}

func TestCentreHangsAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeCentre("")
		f.setHang(true)
		begin := time.Now()
		if _, config, _ := started(t, f, ""); config != nil {
			t.Errorf("config = %+v", config)
		}
		if took := time.Since(begin); took != centreTimeout {
			t.Errorf("took %s, want %s", took, centreTimeout)
		}
	})
}
