package config

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

const (
	// reloadPoll is how often the file is looked at: one stat and one readlink.
	// Polling and not inotify: the kubelet itself takes up to a minute to
	// bring a changed ConfigMap, and a watch dies unseen when a mount is replaced.
	reloadPoll = 1 * time.Second

	// reloadMinInterval limits how often a changed file is judged, so that a
	// script gone wild makes neither a storm of changes nor one of errors.
	reloadMinInterval = 5 * time.Second
)

// Watcher replaces the Config when the file changes: validated first, swapped
// as a whole, one audit line per key. A bad file changes nothing.
type Watcher struct {
	path    string
	sources []Source
	live    *Live
	logger  *slog.Logger
	applied []func(before, after *Config)

	now  func() time.Time
	stop context.CancelFunc
	done chan struct{}

	// Only the polling goroutine uses these.
	stamp    stamp
	content  [sha256.Size]byte
	lastLook time.Time

	mu    sync.Mutex
	stats ReloadStats
}

// ReloadStats is what a metrics system needs to know about reloads.
type ReloadStats struct {
	Reloads     int64
	Failures    int64
	LastSuccess time.Time
	LastOK      bool
}

// stamp tells cheaply that a file can't have changed. A mounted ConfigMap is
// changed by pointing the symlink ..data to another directory, so the resolved
// path is the part that matters there.
type stamp struct {
	target  string
	size    int64
	modTime time.Time
}

// NewWatcher returns a Watcher of the file at path. The sources are those of
// Load; each function in applied is told of every new Config.
func NewWatcher(path string, live *Live, logger *slog.Logger, sources []Source, applied ...func(before, after *Config)) *Watcher {
	return &Watcher{
		path:    path,
		sources: sources,
		live:    live,
		logger:  logger,
		applied: applied,
		now:     time.Now,
		stats:   ReloadStats{LastSuccess: time.Now(), LastOK: true},
	}
}

// Start begins to poll.
func (w *Watcher) Start(ctx context.Context) error {
	// The component's life ends with Stop, not with the context of the start.
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.done = make(chan struct{})
	go func() {
		defer close(w.done)
		if w.path == "" {
			return // nothing but defaults and environment: nothing can change
		}
		ticker := time.NewTicker(reloadPoll)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				w.poll(ctx)
			}
		}
	}()

	return nil
}

// Stop ends the polling.
func (w *Watcher) Stop(ctx context.Context) error {
	w.stop()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Stats returns the counters so far.
func (w *Watcher) Stats() ReloadStats {
	w.mu.Lock()
	defer w.mu.Unlock()

	return w.stats
}

// poll looks at the file once. Each content is judged once: a bad one is
// reported once, not every second.
func (w *Watcher) poll(ctx context.Context) {
	now, err := takeStamp(w.path)
	if err == nil && now == w.stamp {
		return
	}
	content, contentErr := File{Path: w.path}.content()
	if err = errors.Join(err, contentErr); err != nil {
		// The same problem again is not news. A zero hash stands for "unreadable".
		if w.stamp != (stamp{target: "unreadable"}) {
			w.stamp, w.content = stamp{target: "unreadable"}, [sha256.Size]byte{}
			w.failed(ctx, err)
		}

		return
	}
	hash := sha256.Sum256(content)
	if hash == w.content {
		w.stamp = now // touched, or swapped for an equal copy

		return
	}
	if w.now().Sub(w.lastLook) < reloadMinInterval {
		return // the stamp stays old: a later poll takes whatever is current then
	}

	next, err := Load(ctx, w.sources...)
	if after, stampErr := takeStamp(w.path); stampErr != nil || after != now {
		return // changed while it was read: the next poll judges the whole
	}
	w.stamp, w.content, w.lastLook = now, hash, w.now()
	if err != nil {
		w.failed(ctx, err)

		return
	}
	w.swap(ctx, next)
}

// swap publishes the reloadable part of next.
func (w *Watcher) swap(ctx context.Context, next *Config) {
	old := w.live.Current()
	merged := *next
	merged.origins = maps.Clone(next.origins)

	var changes []slog.Attr
	before, after := old.flatten(), next.flatten()
	keep := make(map[string]Field)
	for _, f := range Fields() {
		if !f.Reloadable {
			keep[f.Key] = f
		}
	}
	keys := maps.Clone(before)
	maps.Copy(keys, after)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if before[key] == after[key] {
			continue
		}
		change := slog.Group("",
			slog.String("key", key),
			slog.String("old", mask(key, before[key])),
			slog.String("new", mask(key, after[key])),
			slog.String("origin", next.Origin(key)))
		f, fixed := keep[key]
		if !fixed {
			changes = append(changes, change)

			continue
		}
		w.logger.LogAttrs(ctx, slog.LevelWarn, "config change needs restart, not applied", change)
		// The text came from a Config in force: it is valid.
		_ = f.set(&merged, before[key])
		merged.origins[key] = old.Origin(key)
	}

	if len(changes) > 0 {
		w.live.current.Store(&merged)
		for _, apply := range w.applied {
			apply(old, &merged)
		}
		for _, change := range changes {
			w.logger.LogAttrs(ctx, slog.LevelInfo, "config changed", change)
		}
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	if len(changes) > 0 {
		w.stats.Reloads++
	}
	w.stats.LastSuccess, w.stats.LastOK = w.now(), true
}

func (w *Watcher) failed(ctx context.Context, err error) {
	w.mu.Lock()
	w.stats.Failures++
	w.stats.LastOK = false
	w.mu.Unlock()

	w.logger.ErrorContext(ctx, "config reload refused, the last good one stays", "error", err)
}

func takeStamp(path string) (stamp, error) {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return stamp{}, err
	}
	info, err := os.Stat(target)
	if err != nil {
		return stamp{}, err
	}
	if !info.Mode().IsRegular() {
		return stamp{}, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}

	return stamp{target: target, size: info.Size(), modTime: info.ModTime()}, nil
}
