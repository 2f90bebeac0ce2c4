package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestSIGTERMUnderLoadLosesNothing does what a rolling update does: clients
// keep sending while the process is asked to stop. One half of them is behind
// something that honours readiness, as a Service is. The other half holds
// keep-alive connections and goes away when the answer says so.
func TestSIGTERMUnderLoadLosesNothing(t *testing.T) {
	// Long enough for every client to notice, even on a machine that is busy.
	p := launch(t, []string{"SHUTDOWN_DRAIN=3s"})
	p.waitReady(t)

	var (
		sent    atomic.Int64
		drained atomic.Bool
		wg      sync.WaitGroup
		mu      sync.Mutex
		lost    []string
	)
	worker := func(goOn func(*http.Response) bool) {
		client := &http.Client{Transport: &http.Transport{}, Timeout: patience}
		defer client.CloseIdleConnections()
		for {
			response, err := client.Get(p.http + "/v1/greetings/Ada")
			var body []byte
			if err == nil {
				body, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
			if err == nil && (response.StatusCode != http.StatusOK || !strings.Contains(string(body), "Hello, Ada!")) {
				err = fmt.Errorf("%s: %s", response.Status, body)
			}
			if err != nil {
				mu.Lock()
				lost = append(lost, err.Error())
				mu.Unlock()

				return
			}
			sent.Add(1)
			if !goOn(response) {
				return
			}
		}
	}
	for range 4 {
		wg.Go(func() { worker(func(*http.Response) bool { return !drained.Load() }) })
		wg.Go(func() { worker(func(r *http.Response) bool { return !r.Close }) })
	}

	p.eventually(t, "load", func() bool { return sent.Load() > 1000 })
	p.signal(t)
	p.eventually(t, "not ready", func() bool {
		status, body := get(p.admin + readyPath)

		return status == http.StatusServiceUnavailable && strings.Contains(body, "draining")
	})
	if status, body := get(p.admin + livePath); status != http.StatusOK {
		t.Errorf("liveness while draining = %d %s: the kubelet would kill us", status, body)
	}
	// Still serving: this is what the drain is for.
	atDrain := sent.Load()
	p.eventually(t, "requests while draining", func() bool { return sent.Load() > atDrain })
	drained.Store(true)
	wg.Wait()
	p.wantExit(t, 0)

	if len(lost) > 0 {
		t.Errorf("%d of %d requests were lost: %q", len(lost), sent.Load(), slices.Compact(lost))
	}
	if p.stderr.String() != "" {
		t.Error("a clean stop logged errors")
	}
	checkLog(t, p.stdout.String())
}

// checkLog looks at every line, and at the order of the stop.
func checkLog(t *testing.T, log string) {
	t.Helper()
	var stopped []string
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("not JSON: %s", line)
		}
		for _, key := range []string{"timestamp", "level", "service", "message"} {
			if record[key] == nil {
				t.Fatalf("no %s: %s", key, line)
			}
		}
		if record["message"] == "component stopped" {
			name, _ := record["component"].(string)
			stopped = append(stopped, name)
		}
	}
	readiness, traffic, admin := slices.Index(stopped, "readiness"), slices.Index(stopped, "http"), slices.Index(stopped, "admin")
	if readiness != 0 || traffic < readiness || admin < traffic {
		t.Errorf("stopped in the order %q; want readiness, http, ..., admin", stopped)
	}
}

func TestSecondSIGTERMExitsAtOnce(t *testing.T) {
	p := launch(t, []string{"SHUTDOWN_DRAIN=10m"})
	p.waitReady(t)
	p.signal(t)
	p.eventually(t, "not ready", func() bool {
		status, _ := get(p.admin + readyPath)

		return status == http.StatusServiceUnavailable
	})
	p.signal(t)
	p.wantExit(t, 1)
	p.wantStderr(t, "second signal")
}

func TestOccupiedPort(t *testing.T) {
	for _, name := range []string{"HTTP_PORT", "ADMIN_PORT"} {
		t.Run(name, func(t *testing.T) {
			port := freePort(t)
			listener, err := net.Listen("tcp", ":"+port)
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			p := launch(t, []string{name + "=" + port})
			p.wantExit(t, 1)
			p.wantStderr(t, "address already in use", ":"+port)
		})
	}
}

func TestBadConfig(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(path, []byte("http:\n  timout: 3s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, []string{"LOG_LEVEL=loud"}, "--config", path)
	p.wantExit(t, 1)
	p.wantStderr(t, "config.yaml:2: http.timout: unknown key", "env LOG_LEVEL: log.level", "debug, info, warn or error")
}

func TestSecretsStayOutOfLogs(t *testing.T) {
	dir := t.TempDir()
	const token = "correct-horse"
	if err := os.WriteFile(filepath.Join(dir, "admin-token"), []byte(token+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, []string{"CREDENTIALS_DIR=" + dir, "LOG_LEVEL=info"})
	p.waitReady(t)
	r, err := http.NewRequest(http.MethodPut, p.admin+"/loglevel", strings.NewReader(`{"level":"error"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Timeout: patience}
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status = %s", response.Status)
	}
	if status, _ := get(p.http + "/v1/greetings/Ada"); status != http.StatusOK {
		t.Errorf("greeting = %d", status)
	}
	p.signal(t)
	p.wantExit(t, 0)
	// Neither the request nor the stop is logged. Lines from before the change may come late.
	if log := p.stdout.String(); strings.Contains(log, "/v1/greetings/") || strings.Contains(log, `"message":"stopped"`) {
		t.Errorf("the level did not take effect: %s", log)
	}
	if strings.Contains(p.stdout.String()+p.stderr.String(), token) {
		t.Error("the token is in the log")
	}
}

func TestStopIsQuick(t *testing.T) {
	p := launch(t, nil)
	p.waitReady(t)
	begin := time.Now()
	p.signal(t)
	p.wantExit(t, 0)
	// Nothing in flight and no drain: any wait is one that nobody asked for.
	if took := time.Since(begin); took > patience/2 {
		t.Errorf("took %s", took)
	}
}
