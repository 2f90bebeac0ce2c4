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

// layer is a Source that can change under the running process.
type layer interface {
	Source

	// look tells cheaply what the layer holds now.
	look() (digest, error)

	// accept tells the layer that it is part of a valid Config.
	accept(ctx context.Context)

	// giveWay goes back to what was accepted before, if the layer knows it, so
	// that its bad news don't hold up the other layers.
	giveWay() (undo func(), ok bool)
}

// digest is the SHA-256 of a layer's content. The zero one stands for "unreadable".
type digest [sha256.Size]byte

// Watcher replaces the Config when a layer changes: validated first, swapped
// as a whole, one audit line per key. What is bad changes nothing. There is one
// for all layers, because two would overwrite each other's decisions.
type Watcher struct {
	sources []Source
	layers  []layer
	live    *Live
	logger  *slog.Logger
	applied []func(before, after *Config)

	now  func() time.Time
	stop context.CancelFunc
	done chan struct{}

	// Only the polling goroutine uses these.
	known    []digest
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

// NewWatcher returns a Watcher of those of the sources that can change. They
// are those of Load; each function in applied is told of every new Config.
func NewWatcher(live *Live, logger *slog.Logger, sources []Source, applied ...func(before, after *Config)) *Watcher {
	w := &Watcher{
		live:    live,
		logger:  logger,
		applied: applied,
		now:     time.Now,
		stats:   ReloadStats{LastSuccess: time.Now(), LastOK: true},
	}
	for _, source := range sources {
		if f, ok := source.(File); ok {
			source = &watchedFile{File: f}
		}
		if l, ok := source.(layer); ok {
			w.layers = append(w.layers, l)
		}
		w.sources = append(w.sources, source)
	}
	w.known = make([]digest, len(w.layers))

	return w
}

// Start begins to poll.
func (w *Watcher) Start(ctx context.Context) error {
	// The component's life ends with Stop, not with the context of the start.
	ctx, w.stop = context.WithCancel(context.WithoutCancel(ctx))
	w.done = make(chan struct{})
	go func() {
		defer close(w.done)
		if len(w.layers) == 0 {
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

// poll looks at the layers once. Each content is judged once: a bad one is
// reported once, not every second.
func (w *Watcher) poll(ctx context.Context) {
	now, err := w.look()
	if slices.Equal(now, w.known) {
		return // nothing new, or the same problem again
	}
	if err != nil {
		w.known = now
		w.failed(ctx, err)

		return
	}
	if w.now().Sub(w.lastLook) < reloadMinInterval {
		return // it stays unknown: a later poll takes whatever is current then
	}

	next, err := Load(ctx, w.sources...)
	if after, lookErr := w.look(); lookErr != nil || !slices.Equal(after, now) {
		return // changed while it was read: the next poll judges the whole
	}
	w.known, w.lastLook = now, w.now()
	if err != nil {
		w.failed(ctx, err)
		if next = w.giveWay(ctx); next == nil {
			return
		}
	}
	for _, l := range w.layers {
		l.accept(ctx)
	}
	w.swap(ctx, next, err == nil)
}

// giveWay returns what is valid without the news that were refused. If they
// are not to blame they stay, for when the other layer is repaired.
func (w *Watcher) giveWay(ctx context.Context) *Config {
	for _, l := range w.layers {
		undo, ok := l.giveWay()
		if !ok {
			continue
		}
		if next, err := Load(ctx, w.sources...); err == nil {
			w.known, _ = w.look() // readable a moment ago

			return next
		}
		undo()
	}

	return nil
}

func (w *Watcher) look() ([]digest, error) {
	all := make([]digest, len(w.layers))
	errs := make([]error, 0, len(w.layers))
	for i, l := range w.layers {
		d, err := l.look()
		all[i] = d
		errs = append(errs, err)
	}

	return all, errors.Join(errs...)
}

// swap publishes the reloadable part of next.
func (w *Watcher) swap(ctx context.Context, next *Config, whole bool) {
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
	// Without a part that was refused it isn't what the layers say.
	if whole {
		w.stats.LastSuccess, w.stats.LastOK = w.now(), true
	}
}

func (w *Watcher) failed(ctx context.Context, err error) {
	w.mu.Lock()
	w.stats.Failures++
	w.stats.LastOK = false
	w.mu.Unlock()

	w.logger.ErrorContext(ctx, "config reload refused, the last good one stays", "error", err)
}

// watchedFile is the layer of the file, and what is known of it.
type watchedFile struct {
	File

	stamp  stamp
	digest digest
}

// stamp tells cheaply that a file can't have changed. A mounted ConfigMap is
// changed by pointing the symlink ..data to another directory, so the resolved
// path is the part that matters there.
type stamp struct {
	target  string
	size    int64
	modTime time.Time
}

// look reads the file only where the stamp is another.
func (f *watchedFile) look() (digest, error) {
	now, err := takeStamp(f.Path)
	if err == nil && now == f.stamp {
		return f.digest, nil
	}
	content, contentErr := f.content()
	if err := errors.Join(err, contentErr); err != nil {
		f.stamp = stamp{}

		return digest{}, err
	}
	f.stamp, f.digest = now, sha256.Sum256(content)

	return f.digest, nil
}

// accept has nothing to keep: the file is on disk already.
func (f *watchedFile) accept(context.Context) {}

// giveWay can't: nobody knows what the file was before.
func (f *watchedFile) giveWay() (undo func(), ok bool) { return nil, false }

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
