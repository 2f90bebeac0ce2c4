package config

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// centreWait is how long the centre holds a question when there is nothing
	// new. It bounds how late a centre is noticed that has stopped to answer;
	// one small request per pod in that time is nothing to it.
	centreWait = 10 * time.Second

	// centreTimeout bounds what is answered at once. The start waits that long
	// at the most, a third of the time that the startup probe allows for it.
	centreTimeout = 5 * time.Second

	// maxCentreBytes is twice what a file may have: Consul sends its values in base64.
	maxCentreBytes = 2 * maxFileBytes

	// snapshotFile is the last good document, within the cache directory.
	snapshotFile = "centre.json"
)

// Document is what the configuration centre holds for this service. The zero
// Document sets nothing.
type Document struct {
	// Revision is the centre's own name of this state.
	Revision string `json:"revision"`
	Content  []byte `json:"content"`

	// Fetched is when the centre has answered with it.
	Fetched time.Time `json:"fetched"`
}

func (d Document) same(other Document) bool { return bytes.Equal(d.Content, other.Content) }

// A CentreClient speaks to one kind of centre, over plain HTTP. The vendors'
// own libraries would be the largest part of this program.
type CentreClient interface {
	// Fetch returns the document: at once without a previous one; else as soon
	// as it differs, or after a while the same again. None is an empty one.
	Fetch(ctx context.Context, previous *Document) (Document, error)

	// Parse reads the content of a document.
	Parse(content []byte) ([]Setting, error)

	// String tells where the document is.
	String() string
}

// Centre is the highest layer: what the configuration centre says. A centre
// that is down changes nothing. Neither the start nor readiness depend on it:
// it would take all pods of all services with it.
type Centre struct {
	client CentreClient
	cache  string
	logger *slog.Logger
	now    func() time.Time

	mu     sync.Mutex
	seen   *Document // what the centre has said last
	latest Document  // news, or the good one where they were refused
	layer  Document  // what Read returns: the latest when it was looked at
	good   Document  // what the Config in force was made of
	news   int       // how often the centre has said something else than before
	stats  CentreStats
}

// CentreStats is what a metrics system needs to know about the centre.
type CentreStats struct {
	// Revision of the document in force.
	Revision string

	// Confirmed is when the centre last said that this is what it has; zero
	// while there has been no document.
	Confirmed time.Time

	Failures int64
	Up       bool
}

// OpenCentre asks the centre once, and returns it with the Config of all
// layers. Below are the others: they tell where the centre is, so current has
// to be valid without it. The last good document comes from cacheDir if there
// is no answer, or no valid one; without it the layers below are all there is.
func OpenCentre(
	ctx context.Context, current *Config, credentials Credentials, cacheDir string, logger *slog.Logger, below ...Source,
) (*Centre, *Config, error) {
	client, err := newCentreClient(current, credentials)
	if err != nil {
		return nil, nil, err
	}
	c := newCentre(client, cacheDir, logger)
	config := c.begin(ctx, below)
	if config == nil {
		config = current
	}

	return c, config, nil
}

func newCentre(client CentreClient, cacheDir string, logger *slog.Logger) *Centre {
	c := &Centre{client: client, logger: logger, now: time.Now}
	c.stats.Up = true // until it is known better: a transition is what is logged
	if cacheDir != "" {
		c.cache = filepath.Join(cacheDir, snapshotFile)
	}

	return c
}

// begin returns the Config of the first document that makes a valid one: the
// centre's, then the snapshot's. None does: nil.
func (c *Centre) begin(ctx context.Context, below []Source) *Config {
	snapshot, found := c.restore(ctx)
	c.good = snapshot
	sources := append(slices.Clone(below), Source(c))

	if err := c.fetch(ctx, c.seen); err == nil {
		c.layer = c.latest
		config, err := Load(ctx, sources...)
		if err == nil {
			c.accept(ctx)

			return config
		}
		c.logger.ErrorContext(ctx, "config centre's document refused at the start", "centre", c.client.String(), "error", err)
	}
	c.latest, c.layer = snapshot, snapshot
	if found {
		config, err := Load(ctx, sources...)
		if err == nil {
			c.logger.WarnContext(ctx, "starting with the config centre's last good document",
				"revision", snapshot.Revision, "age", c.now().Sub(snapshot.Fetched).Round(time.Second).String())
			c.stats.Revision, c.stats.Confirmed = snapshot.Revision, snapshot.Fetched

			return config
		}
		c.logger.ErrorContext(ctx, "config centre's snapshot refused", "error", err)
	}
	c.latest, c.layer, c.good = Document{}, Document{}, Document{}
	c.logger.ErrorContext(ctx, "starting without the config centre: only file and environment count", "centre", c.client.String())

	return nil
}

// Read returns the settings of the document.
func (c *Centre) Read(context.Context) ([]Setting, error) {
	c.mu.Lock()
	document := c.layer
	c.mu.Unlock()

	settings, err := c.client.Parse(document.Content)
	errs := []error{err}
	for _, s := range settings {
		if strings.HasPrefix(s.Key, centrePrefix) {
			errs = append(errs, &Error{Key: s.Key, Origin: s.Origin, Reason: "leads to the centre, so it can't be set there", Want: "it in the file or the environment"})
		}
	}

	return settings, errors.Join(errs...)
}

// Stats returns what is known of the centre.
func (c *Centre) Stats() CentreStats {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.stats
}

// fetch asks once, and says so if it gets an answer again, or none any more.
func (c *Centre) fetch(ctx context.Context, previous *Document) error {
	limit := centreTimeout
	if previous != nil {
		limit += centreWait // and a little of centreTimeout is for what the server adds to it
	}
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	document, err := c.client.Fetch(bounded, previous)
	if ctx.Err() != nil {
		return ctx.Err() // the process stops: not the centre's fault
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	wasUp := c.stats.Up
	c.stats.Up = err == nil
	if err != nil {
		c.stats.Failures++
		if wasUp {
			c.logger.WarnContext(ctx, "config centre is down, the last good document stays", "centre", c.client.String(), "error", err)
		}

		return err
	}
	if !wasUp {
		c.logger.InfoContext(ctx, "config centre is back", "centre", c.client.String(), "revision", document.Revision)
	}
	document.Fetched = c.now()
	if c.seen == nil || !document.same(*c.seen) {
		c.latest = document // news; what was refused once is none
		c.news++
	}
	c.seen = &document
	if document.same(c.good) {
		c.good, c.stats.Revision, c.stats.Confirmed = document, document.Revision, document.Fetched
	}

	return nil
}

// accept keeps what Read has returned: a valid Config was made of it.
func (c *Centre) accept(ctx context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stats.Confirmed.IsZero() || !c.layer.same(c.good) {
		if err := c.store(c.layer); err != nil {
			c.logger.ErrorContext(ctx, "config centre's document can't be cached", "error", err)
		}
	}
	c.good = c.layer
	c.stats.Revision, c.stats.Confirmed = c.good.Revision, c.good.Fetched
}

// snapshot is a document on disk. It counts for the place that it came from.
type snapshot struct {
	Centre   string   `json:"centre"`
	Document Document `json:"document"`
}

// store replaces the snapshot in one step: a crash leaves the old one.
func (c *Centre) store(document Document) error {
	if c.cache == "" {
		return nil
	}
	content, err := json.Marshal(snapshot{Centre: c.client.String(), Document: document})
	if err != nil {
		return err
	}
	next := c.cache + ".next"
	// For the service alone: what a centre holds is often closer to a secret than its owners think.
	if err := os.WriteFile(next, content, 0o600); err != nil {
		return err
	}

	return os.Rename(next, c.cache)
}

func (c *Centre) restore(ctx context.Context) (Document, bool) {
	if c.cache == "" {
		return Document{}, false
	}
	var s snapshot
	content, err := os.ReadFile(c.cache)
	if err == nil {
		err = json.Unmarshal(content, &s)
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return Document{}, false
	case err != nil:
		c.logger.ErrorContext(ctx, "config centre's snapshot is not readable", "error", err)

		return Document{}, false
	}

	return s.Document, s.Centre == c.client.String()
}

// centreHTTP is the part that all centres have in common.
type centreHTTP struct {
	address string
	client  *http.Client
}

// newCentreHTTP trusts the certificates in caFile, or without it those of the system.
func newCentreHTTP(address, caFile string) (centreHTTP, error) {
	transport := &http.Transport{
		ForceAttemptHTTP2: true,
		// One request at a time, and one that follows at once.
		MaxIdleConnsPerHost: 1,
		IdleConnTimeout:     time.Minute,
	}
	if caFile != "" {
		roots, err := readRoots(caFile)
		if err != nil {
			return centreHTTP{}, err
		}
		transport.TLSClientConfig = roots
	}

	return centreHTTP{address: strings.TrimSuffix(address, "/"), client: &http.Client{
		Transport: transport,
		// A redirection would carry the token to whomever it names.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// answer is a response, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) unexpected() error {
	return fmt.Errorf("status %d: %s", a.status, shorten(strings.TrimSpace(string(a.body))))
}

// send sends form, if there is one, as the body of a POST.
func (h centreHTTP) send(ctx context.Context, path string, query, form url.Values, header http.Header) (answer, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	request, err := http.NewRequestWithContext(ctx, method, h.address+path+"?"+query.Encode(), body)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := h.client.Do(request)
	if err != nil {
		return answer{}, withoutURL(err)
	}
	// Read to its end, or given up: nothing can be lost on close.
	defer func() { _ = response.Body.Close() }()

	content, err := io.ReadAll(io.LimitReader(response.Body, maxCentreBytes+1))
	if err != nil {
		return answer{}, err
	}
	if len(content) > maxCentreBytes {
		return answer{}, fmt.Errorf("the answer is larger than %s", formatBytes(maxCentreBytes))
	}

	return answer{status: response.StatusCode, header: response.Header, body: content}, nil
}

// withoutURL drops the address from the message: its query may hold a token.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}

	return err
}
