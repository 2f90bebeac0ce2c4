package config

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeNacos answers as Nacos 2 does, or as Nacos 3.
type fakeNacos struct {
	mu       sync.Mutex
	three    bool
	content  string // none: there is no such document
	password string // none: nobody has to log in
	token    string
	changed  chan struct{}
	requests []string
}

func newFakeNacos(content string) *fakeNacos {
	return &fakeNacos{content: content, changed: make(chan struct{})}
}

func (f *fakeNacos) set(content string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content = content
	close(f.changed)
	f.changed = make(chan struct{})
}

func (f *fakeNacos) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.URL.Path)
	if strings.HasPrefix(r.URL.Path, "/nacos/v3/") != f.three {
		http.NotFound(w, r)

		return
	}
	if strings.Contains(r.URL.Path, "login") {
		if r.PostForm.Get("username") != "orders" || r.PostForm.Get("password") != f.password {
			http.Error(w, "unknown user! "+r.PostForm.Get("password"), http.StatusForbidden)

			return
		}
		f.token += "t"
		_, _ = fmt.Fprintf(w, `{"accessToken":%q,"tokenTtl":18000,"globalAdmin":false}`, f.token)

		return
	}
	if f.password != "" && (f.token == "" || r.Form.Get("accessToken") != f.token) {
		http.Error(w, "token invalid!", http.StatusForbidden)

		return
	}
	switch r.URL.Path {
	case "/nacos/v3/client/cs/config":
		f.current(w, r)
	case "/nacos/v1/cs/configs":
		if f.content == "" || r.Form.Get("tenant") != "dev" || r.Form.Get("group") != "G" || r.Form.Get("dataId") != "orders.yaml" {
			http.Error(w, "config data not exist", http.StatusNotFound)

			return
		}
		_, _ = w.Write([]byte(f.content))
	case "/nacos/v1/cs/configs/listener":
		f.listen(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f *fakeNacos) current(w http.ResponseWriter, r *http.Request) {
	if f.content == "" || r.Form.Get("namespaceId") != "dev" || r.Form.Get("groupName") != "G" || r.Form.Get("dataId") != "orders.yaml" {
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"code":%d,"message":"resource not found","data":null}`, nacosNotFound)

		return
	}
	content, err := json.Marshal(f.content)
	if err != nil {
		panic(err)
	}
	_, _ = fmt.Fprintf(w, `{"code":0,"message":"success","data":{"content":%s,"contentType":"yaml"}}`, content)
}

func (f *fakeNacos) listen(w http.ResponseWriter, r *http.Request) {
	same := func() bool {
		sum := ""
		if f.content != "" {
			sum = fmt.Sprintf("%x", md5.Sum([]byte(f.content)))
		}

		return r.PostForm.Get("Listening-Configs") == "orders.yaml\x02G\x02"+sum+"\x02dev\x01"
	}
	if r.Header.Get("Long-Pulling-Timeout") != "10000" {
		http.Error(w, "no time-out", http.StatusBadRequest)

		return
	}
	if same() {
		changed := f.changed
		f.mu.Unlock()
		select {
		case <-changed:
		case <-time.After(100 * time.Millisecond):
		case <-r.Context().Done():
		}
		f.mu.Lock()
	}
	if !same() {
		_, _ = w.Write([]byte("orders.yaml%02G%02dev%01\n"))
	}
}

func emptyCentre(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintf(w, `{"code":%d}`, nacosNotFound)
}

func testClient(t *testing.T, address, ca string) CentreClient {
	t.Helper()

	return nacosOf(t, address, ca, "")
}

func nacosOf(t *testing.T, address, ca string, credentials Credentials) CentreClient {
	t.Helper()
	c := defaults()
	c.Nacos = Nacos{Address: address, Namespace: "dev", Group: "G", DataID: "orders.yaml", CAFile: ca}
	client, err := newCentreClient(c, credentials)
	if err != nil {
		t.Fatal(err)
	}

	return client
}

func TestNacosDocument(t *testing.T) {
	for _, three := range []bool{false, true} {
		f := newFakeNacos("log:\n  level: debug\n")
		f.three = three
		client := testClient(t, serve(t, f.ServeHTTP).URL, "")
		first, err := client.Fetch(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		settings, err := client.Parse(first.Content)
		if want := []Setting{{Key: "log.level", Value: "debug", Origin: "nacos orders.yaml:2"}}; err != nil || !slices.Equal(settings, want) {
			t.Errorf("settings = %+v, %v", settings, err)
		}
		if want := fmt.Sprintf("%x", md5.Sum(first.Content)); first.Revision != want {
			t.Errorf("revision = %q, want %q", first.Revision, want)
		}

		same, err := client.Fetch(t.Context(), &first)
		if err != nil || !same.same(first) {
			t.Errorf("document = %+v, %v; want the same", same, err)
		}
		time.AfterFunc(10*time.Millisecond, func() { f.set("log.level: warn\n") })
		second, err := client.Fetch(t.Context(), &first)
		if err != nil || string(second.Content) != "log.level: warn\n" {
			t.Errorf("document = %+v, %v", second, err)
		}
		f.set("")
		gone, err := client.Fetch(t.Context(), &second)
		if err != nil || len(gone.Content) > 0 {
			t.Errorf("document = %+v, %v; want an empty one", gone, err)
		}
		again, err := client.Fetch(t.Context(), &gone)
		if err != nil || len(again.Content) > 0 {
			t.Errorf("document = %+v, %v; want an empty one", again, err)
		}
		if got := slices.Contains(f.requests, "POST /nacos/v1/cs/configs/listener"); got == three {
			t.Errorf("long poll: %t, Nacos 3: %t", got, three)
		}
	}
}

func TestNacosUpgrade(t *testing.T) {
	f := newFakeNacos("log.level: warn\n")
	client := testClient(t, serve(t, f.ServeHTTP).URL, "")
	first, err := client.Fetch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	f.three = true
	if _, err := client.Fetch(t.Context(), &first); err == nil {
		t.Error("the long poll of a server that has none succeeds")
	}
	if document, err := client.Fetch(t.Context(), nil); err != nil || !document.same(first) {
		t.Errorf("document = %+v, %v", document, err)
	}
}

func TestNacosAccount(t *testing.T) {
	for _, three := range []bool{false, true} {
		f := newFakeNacos("log.level: warn\n")
		f.three, f.password = three, "first"
		dir := t.TempDir()
		client := nacosOf(t, serve(t, f.ServeHTTP).URL, "", Credentials(dir))
		if _, err := client.Fetch(t.Context(), nil); err == nil {
			t.Error("no account, and no error")
		}
		writeFile(t, filepath.Join(dir, NacosUsername), "orders\n")
		if _, err := client.Fetch(t.Context(), nil); err == nil || !strings.Contains(err.Error(), NacosPassword) {
			t.Errorf("err = %v, want that the password is missed", err)
		}
		for _, password := range []string{"first", "second"} {
			// The old token ends with the old password.
			f.password, f.token = password, f.token+"x"
			_, err := client.Fetch(t.Context(), nil)
			if err == nil || strings.Contains(err.Error(), "first") {
				t.Errorf("err = %v, want a refusal that doesn't print the password", err)
			}
			writeFile(t, filepath.Join(dir, NacosPassword), password+"\n")
			if _, err := client.Fetch(t.Context(), nil); err != nil {
				t.Errorf("err = %v", err)
			}
		}
		f.token = "run out"
		if _, err := client.Fetch(t.Context(), nil); err != nil {
			t.Errorf("err = %v, want a new login", err)
		}
	}
}

func TestNacosSettings(t *testing.T) {
	for _, bad := range []map[string]string{{"NACOS_ADDRESS": "nacos"}, {"NACOS_GROUP": "a b"}, {"NACOS_DATA_ID": "a\x02b"}} {
		if _, err := Load(t.Context(), envSource(bad)); err == nil {
			t.Errorf("%v is accepted", bad)
		}
	}
	c, err := Load(t.Context(), envSource(map[string]string{"NACOS_NAMESPACE": "dev", "NACOS_DATA_ID": "x"}))
	if err != nil || c.Nacos.Namespace != "dev" || c.Nacos.DataID != "x" || c.Nacos.Group != defaultNacosGroup {
		t.Errorf("nacos = %+v, %v", c, err)
	}
}
