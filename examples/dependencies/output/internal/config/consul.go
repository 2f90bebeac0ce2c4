package config

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// centrePrefix begins the keys that lead to the centre.
const centrePrefix = "consul."

const (
	defaultConsulAddress = "https://consul-server.consul.svc.cluster.local:8501"
	defaultConsulPrefix  = "checkout/"
)

// Consul is where the settings are kept: one key below the prefix for each, as
// in PREFIX/log/level or PREFIX/log.level.
type Consul struct {
	Address string
	Prefix  string
	CAFile  string
}

func consulFields() []Field {
	return []Field{
		{
			Key:  "consul.address",
			Env:  "CONSUL_ADDRESS",
			Doc:  "where Consul's HTTP API is",
			kind: addressKind(func(c *Config) *string { return &c.Consul.Address }, defaultConsulAddress),
		},
		{
			Key: "consul.prefix",
			Env: "CONSUL_PREFIX",
			Doc: "what the keys of this service begin with",
			kind: wordKind(func(c *Config) *string { return &c.Consul.Prefix }, defaultConsulPrefix,
				"a path that ends in a slash, and doesn't begin with one", func(text string) bool {
					return strings.HasSuffix(text, "/") && !strings.HasPrefix(text, "/")
				}),
		},
		{
			Key:  "consul.caFile",
			Env:  "CONSUL_CA_FILE",
			Doc:  "certificates that Consul's is checked against; the system's if empty",
			kind: caFileKind(func(c *Config) *string { return &c.Consul.CAFile }),
		},
	}
}

// consul reads the prefix by blocking queries.
type consul struct {
	centreHTTP

	prefix      string
	credentials Credentials
}

func newCentreClient(c *Config, credentials Credentials) (CentreClient, error) {
	h, err := newCentreHTTP(c.Consul.Address, c.Consul.CAFile)

	return &consul{centreHTTP: h, prefix: c.Consul.Prefix, credentials: credentials}, err
}

func (c *consul) String() string { return c.address + "/v1/kv/" + c.prefix }

// Fetch waits for an index above that of previous. Consul is free to answer
// without a change; the content tells.
func (c *consul) Fetch(ctx context.Context, previous *Document) (Document, error) {
	query := url.Values{"recurse": {"true"}}
	var last uint64
	if previous != nil {
		last, _ = strconv.ParseUint(previous.Revision, 10, 64) // zero asks for an answer at once
	}
	if last > 0 {
		query.Set("index", strconv.FormatUint(last, 10))
		query.Set("wait", strconv.Itoa(int(centreWait/time.Second))+"s")
	}
	header := make(http.Header)
	switch token, err := c.credentials.Read(ConsulToken); {
	case err == nil:
		header.Set("X-Consul-Token", token.Reveal())
	case !errors.Is(err, fs.ErrNotExist):
		return Document{}, err
	}

	a, err := c.send(ctx, "/v1/kv/"+escapePath(c.prefix), query, nil, header)
	if err != nil {
		return Document{}, err
	}
	// Without rights Consul shows less, and says so here alone: not the same as
	// a setting that somebody has removed.
	if a.header.Get("X-Consul-Results-Filtered-By-Acls") == "true" {
		return Document{}, errors.New("the token may not read all keys below " + c.prefix)
	}
	values := make(map[string]string)
	switch a.status {
	case http.StatusOK:
		if values, err = c.decode(a.body); err != nil {
			return Document{}, err
		}
	case http.StatusNotFound:
		// Consul's way to say that there is no such key. A proxy's has no index.
		if a.header.Get("X-Consul-Index") == "" {
			return Document{}, a.unexpected()
		}
	default:
		return Document{}, a.unexpected()
	}
	content, err := json.Marshal(values) // sorted by key: equal values are equal bytes
	if err != nil {
		return Document{}, err
	}

	return Document{Revision: nextIndex(last, a.header.Get("X-Consul-Index")), Content: content}, nil
}

// nextIndex guards against what Consul's documentation warns of: an index that
// has gone back, after a restore or a new leader without the old log, or that
// isn't there, would block for ever or not at all. From zero all starts anew.
func nextIndex(last uint64, text string) string {
	next, err := strconv.ParseUint(text, 10, 64)
	if err != nil || next < last {
		next = 0
	}

	return strconv.FormatUint(next, 10)
}

// decode returns the values by their keys below the prefix.
func (c *consul) decode(body []byte) (map[string]string, error) {
	var pairs []struct {
		Key   string `json:"Key"`
		Value []byte `json:"Value"` // base64
	}
	if err := json.Unmarshal(body, &pairs); err != nil {
		return nil, fmt.Errorf("not the answer of Consul's key-value store: %w", err)
	}
	values := make(map[string]string, len(pairs))
	for _, pair := range pairs {
		name, within := strings.CutPrefix(pair.Key, c.prefix)
		if !within {
			return nil, fmt.Errorf("key %q is not below %q", shorten(pair.Key), c.prefix)
		}
		// Consul's user interface makes a folder by a key that ends in a slash.
		if name != "" && !strings.HasSuffix(name, "/") {
			values[name] = string(pair.Value)
		}
	}

	return values, nil
}

// Parse makes a/b and a.b the same key.
func (c *consul) Parse(content []byte) ([]Setting, error) {
	if len(content) == 0 {
		return nil, nil
	}
	var values map[string]string
	if err := json.Unmarshal(content, &values); err != nil {
		return nil, err
	}
	var (
		settings []Setting
		errs     []error
	)
	seen := make(map[string]bool)
	for _, name := range slices.Sorted(maps.Keys(values)) {
		s := Setting{Key: strings.ReplaceAll(name, "/", "."), Value: values[name], Origin: "consul " + c.prefix + name}
		if seen[s.Key] {
			errs = append(errs, &Error{Key: s.Key, Origin: s.Origin, Reason: "set twice", Want: "each key once, with dots or with slashes"})
		}
		seen[s.Key] = true
		settings = append(settings, s)
	}

	return settings, errors.Join(errs...)
}

// escapePath keeps the slashes.
func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }
