package config

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// running is a Centre with the Watcher over it and a file, in a bubble.
type running struct {
	centre *fakeCentre
	Centre *Centre
	live   *Live
	asking *CentreWatch
	watch  *Watcher
	log    *lockedLog
	cache  string
	mount  *mount
}

func run(t *testing.T, f *fakeCentre, file string) *running {
	t.Helper()
	x := &running{centre: f, cache: t.TempDir()}
	dir := t.TempDir()
	x.mount = newMount(t, dir, "config.yaml", file)
	below := []Source{File{Path: filepath.Join(dir, "config.yaml")}, envSource(nil)}
	current, err := Load(t.Context(), below...)
	if err != nil {
		t.Fatal(err)
	}
	c, config, log := started(t, f, x.cache, below...)
	if config == nil {
		config = current
	}
	x.Centre, x.asking, x.log, x.live = c, NewCentreWatch(c), log, NewLive(config)
	x.watch = NewWatcher(x.live, slog.New(slog.NewJSONHandler(log, nil)), append(below, Source(c)))
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	for _, start := range []func(context.Context) error{x.asking.Start, x.watch.Start} {
		if err := start(ctx); err != nil {
			t.Fatal(err)
		}
	}

	return x
}

func (x *running) stop(t *testing.T) {
	t.Helper()
	for _, stop := range []func(context.Context) error{x.watch.Stop, x.asking.Stop} {
		if err := stop(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

func (x *running) want(t *testing.T, greeting string) {
	t.Helper()
	if got := x.live.Current().Values["greeting"]; got != greeting {
		t.Errorf("greeting = %q, want %q", got, greeting)
	}
}

func greet(word string) string { return "values:\n  greeting: " + word + "\n" }

// questions is how often the centre was asked.
func (f *fakeCentre) questions() int {
	f.mu.Lock()
	defer f.mu.Unlock()

	return f.asked
}

func TestCentreChangeIsLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.centre.set(greet("Moin")+"health.checkCache: 2s\n", nil)
		time.Sleep(2 * time.Second)
		x.want(t, "Moin")
		x.log.want(t, `"key":"values.greeting","old":"Hello","new":"Moin","origin":"centre:2"`, 1)
		x.log.want(t, "needs restart", 1)
		if s := x.watch.Stats(); s.Reloads != 1 || s.Failures != 0 {
			t.Errorf("stats = %+v", s)
		}

		// The snapshot is the new one.
		x.centre.set("", errDown)
		_, config, _ := started(t, x.centre, x.cache)
		if config == nil || config.Values["greeting"] != "Moin" {
			t.Errorf("snapshot = %+v", config)
		}
	})
}

func TestCentreRefusedDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "log.level: info\n")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.centre.set(greet("Moin")+"log.level: loud\n", nil)
		time.Sleep(time.Minute)
		x.want(t, "Hello")
		x.log.want(t, "refused", 1)
		if s := x.watch.Stats(); s.Failures != 1 || s.LastOK {
			t.Errorf("stats = %+v, want one failure", s)
		}

		// It doesn't hold up the file.
		x.mount.swap(t, "log.level: debug\n")
		time.Sleep(time.Minute)
		x.want(t, "Hello")
		if level := x.live.Current().Log.Level; level != slog.LevelDebug {
			t.Errorf("level = %s, want the file's", level)
		}
		x.centre.set(greet("Moin"), nil)
		time.Sleep(time.Minute)
		x.want(t, "Moin")
		x.log.want(t, "refused", 1)
	})
}

func TestCentreTakesARefusedDocumentBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.centre.set(greet("Moin")+"log.level: loud\n", nil)
		time.Sleep(time.Minute)
		x.centre.set(greet("Hello"), nil)
		time.Sleep(time.Minute)
		x.want(t, "Hello")
		if s := x.watch.Stats(); !s.LastOK || s.Failures != 1 {
			t.Errorf("stats = %+v, want all well again", s)
		}
	})
}

func TestCentreAndABadFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.mount.swap(t, "log.level: loud\n")
		time.Sleep(time.Minute)
		x.centre.set(greet("Moin"), nil)
		time.Sleep(time.Minute)
		x.want(t, "Hello")
		x.mount.swap(t, "log.level: warn\n")
		time.Sleep(time.Minute)
		x.want(t, "Moin") // the document was not to blame
	})
}

func TestFileBelowTheCentre(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Moin")), greet("Hello"))
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.mount.swap(t, greet("Salut"))
		time.Sleep(time.Minute)
		x.want(t, "Moin")
		if s := x.watch.Stats(); s.Reloads != 0 {
			t.Errorf("stats = %+v, want no change", s)
		}
		x.centre.set("# nothing here any more\n", nil)
		time.Sleep(time.Minute)
		x.want(t, "Salut")
	})
}

func TestCentreChangesAreRateLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("0")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		asked := x.centre.questions()
		const seconds = 20
		for n := range seconds * 100 {
			x.centre.set(greet(fmt.Sprintf("n%d", n+1)), nil)
			time.Sleep(10 * time.Millisecond)
		}
		if n := x.centre.questions() - asked; n > seconds*25 {
			t.Errorf("%d questions in %d s", n, seconds)
		}
		most := int64(seconds*time.Second/reloadMinInterval) + 1
		if s := x.watch.Stats(); s.Reloads < 2 || s.Reloads > most {
			t.Errorf("%d swaps in %d s, want one per %s", s.Reloads, seconds, reloadMinInterval)
		}
		time.Sleep(reloadMinInterval + 2*time.Second)
		x.want(t, fmt.Sprintf("n%d", seconds*100))
	})
}

func TestCentreDownAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.centre.set("", errDown)
		time.Sleep(5 * time.Minute)
		x.want(t, "Hello")
		s := x.Centre.Stats()
		if s.Up || s.Failures < 10 || s.Failures > 60 || time.Since(s.Confirmed) < 4*time.Minute {
			t.Errorf("stats = %+v", s)
		}
		x.log.want(t, "centre is down", 1)

		x.centre.set(greet("Moin"), nil)
		time.Sleep(centreLastTry + 10*time.Second)
		x.want(t, "Moin")
		x.log.want(t, "centre is back", 1)
		if s := x.Centre.Stats(); !s.Up || time.Since(s.Confirmed) > time.Minute {
			t.Errorf("stats = %+v", s)
		}
	})
}

func TestCentreHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		defer x.stop(t)
		time.Sleep(time.Minute)
		x.centre.setHang(true)
		time.Sleep(centreTimeout + 2*centreWait)
		if x.Centre.Stats().Up {
			t.Error("a centre that doesn't answer counts as up")
		}
		x.centre.setHang(false)
		x.centre.set(greet("Moin"), nil)
		time.Sleep(time.Minute)
		x.want(t, "Moin")
		x.log.want(t, "centre is down", 1)
	})
}

func TestCentreStopsWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := run(t, newFakeCentre(greet("Hello")), "")
		time.Sleep(time.Minute)
		begin := time.Now()
		x.stop(t)
		if took := time.Since(begin); took > time.Second {
			t.Errorf("took %s", took)
		}
		x.log.want(t, "centre is down", 0)
	})
}
