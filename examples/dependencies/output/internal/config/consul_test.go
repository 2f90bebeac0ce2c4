package config

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeConsul answers as Consul's key-value store does, blocking queries included.
type fakeConsul struct {
	mu      sync.Mutex
	index   uint64
	values  map[string]string
	changed chan struct{}
	queries []string
	tokens  []string
}

func newFakeConsul(values map[string]string) *fakeConsul {
	return &fakeConsul{index: 7, values: values, changed: make(chan struct{})}
}

func (f *fakeConsul) set(index uint64, values map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.index, f.values = index, values
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeConsul) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.queries = append(f.queries, r.URL.RequestURI())
	f.tokens = append(f.tokens, r.Header.Get("X-Consul-Token"))
	changed := f.changed
	wait := r.URL.Query().Get("index") == strconv.FormatUint(f.index, 10)
	f.mu.Unlock()
	if wait {
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	type pair struct {
		Key         string `json:"Key"`
		Value       []byte `json:"Value"`
		ModifyIndex uint64 `json:"ModifyIndex"`
	}
	var pairs []pair
	for key, value := range f.values {
		if strings.HasPrefix("/v1/kv/"+key, r.URL.Path) {
			pairs = append(pairs, pair{key, []byte(value), f.index})
		}
	}
	if f.index > 0 {
		w.Header().Set("X-Consul-Index", strconv.FormatUint(f.index, 10))
	}
	if len(pairs) == 0 {
		w.WriteHeader(http.StatusNotFound)

		return
	}
	body, err := json.Marshal(pairs)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(body)
}

func emptyCentre(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Consul-Index", "1")
	w.WriteHeader(http.StatusNotFound)
}

// testClient has the credentials in the directory of that name below the test's.
func testClient(t *testing.T, address, ca string) CentreClient {
	t.Helper()

	return consulOf(t, address, ca, "")
}

func consulOf(t *testing.T, address, ca string, credentials Credentials) CentreClient {
	t.Helper()
	c := defaults()
	c.Consul = Consul{Address: address, Prefix: "apps/orders/", CAFile: ca}
	client, err := newCentreClient(c, credentials)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

func TestConsulValues(t *testing.T) {
	f := newFakeConsul(map[string]string{
		"apps/orders/":                "",
		"apps/orders/log/":            "",
		"apps/orders/log/level":       "debug",
		"apps/orders/values.greeting": "Grüß\nGott",
		"apps/orders-of-others/x":     "y",
	})
	client := testClient(t, serve(t, f.ServeHTTP).URL, "")
	document, err := client.Fetch(t.Context(), nil)
	if err != nil || document.Revision != "7" {
		t.Fatalf("document = %+v, %v", document, err)
	}
	settings, err := client.Parse(document.Content)
	want := []Setting{
		{Key: "log.level", Value: "debug", Origin: "consul apps/orders/log/level"},
		{Key: "values.greeting", Value: "Grüß\nGott", Origin: "consul apps/orders/values.greeting"},
	}
	if err != nil || !slices.Equal(settings, want) {
		t.Errorf("settings = %+v, %v", settings, err)
	}
	if f.queries[0] != "/v1/kv/apps/orders/?recurse=true" {
		t.Errorf("query = %q", f.queries[0])
	}

	f.set(8, map[string]string{"apps/orders/log/level": "info", "apps/orders/log.level": "warn"})
	document, err = client.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Parse(document.Content); err == nil || !strings.Contains(err.Error(), "set twice") {
		t.Errorf("err = %v, want one key twice", err)
	}
}

func TestConsulWithoutKeys(t *testing.T) {
	f := newFakeConsul(nil)
	client := testClient(t, serve(t, f.ServeHTTP).URL, "")
	document, err := client.Fetch(t.Context(), nil)
	settings, parseErr := client.Parse(document.Content)
	if err != nil || parseErr != nil || len(settings) > 0 {
		t.Errorf("settings = %+v, %v, %v", settings, err, parseErr)
	}
	if settings, err := client.Parse(nil); err != nil || len(settings) > 0 {
		t.Errorf("settings = %+v, %v", settings, err)
	}
}

func TestConsulBlocks(t *testing.T) {
	f := newFakeConsul(map[string]string{"apps/orders/log/level": "info"})
	client := testClient(t, serve(t, f.ServeHTTP).URL, "")
	first, err := client.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, func() { f.set(9, map[string]string{"apps/orders/log/level": "warn"}) })
	second, err := client.Fetch(t.Context(), &first)
	if err != nil || second.Revision != "9" || second.same(first) {
		t.Errorf("document = %+v, %v", second, err)
	}
	if want := "/v1/kv/apps/orders/?index=7&recurse=true&wait=10s"; f.queries[1] != want {
		t.Errorf("query = %q, want %q", f.queries[1], want)
	}
}

func TestConsulIndexGoesBack(t *testing.T) {
	f := newFakeConsul(map[string]string{"apps/orders/log/level": "info"})
	client := testClient(t, serve(t, f.ServeHTTP).URL, "")
	for _, index := range []uint64{3, 0} {
		f.set(index, map[string]string{"apps/orders/log/level": "warn"})
		document, err := client.Fetch(t.Context(), &Document{Revision: "7"})
		if err != nil || document.Revision != "0" {
			t.Errorf("document = %+v, %v; want all to start anew", document, err)
		}
		f.set(4, f.values)
		document, err = client.Fetch(t.Context(), &document)
		if err != nil || document.Revision != "4" {
			t.Errorf("document = %+v, %v; want the new index at once", document, err)
		}
	}
	if last := f.queries[len(f.queries)-1]; strings.Contains(last, "index=") {
		t.Errorf("query = %q, want one that doesn't block", last)
	}
}

func TestConsulToken(t *testing.T) {
	f := newFakeConsul(nil)
	dir := t.TempDir()
	client := consulOf(t, serve(t, f.ServeHTTP).URL, "", Credentials(dir))
	for _, token := range []string{"", "first", "second"} {
		if token != "" {
			writeFile(t, filepath.Join(dir, ConsulToken), token+"\n")
		}
		if _, err := client.Fetch(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"", "first", "second"}; !slices.Equal(f.tokens, want) {
		t.Errorf("tokens = %q, want %q", f.tokens, want)
	}
	writeFile(t, filepath.Join(dir, ConsulToken), placeholder)
	if _, err := client.Fetch(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "placeholder") {
		t.Errorf("err = %v", err)
	}
}

// TestConsulForReal wants an agent without rules, as in `consul agent -dev`.
func TestConsulForReal(t *testing.T) {
	address := os.Getenv("CONSUL_TEST_ADDRESS")
	if address == "" {
		t.Skip("CONSUL_TEST_ADDRESS is not set, as in http://127.0.0.1:8500")
	}
	put := func(value string) {
		url := address + "/v1/kv/apps/orders/values/test"
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(value))
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatal(response, err)
		}
		response.Body.Close()
	}
	put("one")
	client := testClient(t, address, "")
	first, err := client.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { put("two") })
	second, err := client.Fetch(t.Context(), &first)
	if err != nil || second.same(first) {
		t.Errorf("document = %+v, %v; want another", second, err)
	}
}

func TestConsulFilters(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Consul-Results-Filtered-By-ACLs", "true")
		emptyCentre(w, r)
	})
	if _, err := testClient(t, server.URL, "").Fetch(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("err = %v, want one about the token", err)
	}
}

func TestConsulSettings(t *testing.T) {
	for _, bad := range []map[string]string{
		{"CONSUL_ADDRESS": "consul:8500"},
		{"CONSUL_ADDRESS": "http://user:word@consul:8500"},
		{"CONSUL_ADDRESS": "http://consul:8500/v1"},
		{"CONSUL_PREFIX": "orders"},
		{"CONSUL_PREFIX": "/orders/"},
		{"CONSUL_PREFIX": "my orders/"},
	} {
		if _, err := Load(t.Context(), envSource(bad)); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	c, err := Load(t.Context(), envSource(map[string]string{"CONSUL_ADDRESS": "https://[::1]:8501", "CONSUL_PREFIX": "a/b/"}))
	if err != nil || c.Consul.Address != "https://[::1]:8501" || c.Consul.Prefix != "a/b/" {
		t.Errorf("consul = %+v, %v", c, err)
	}
}
