package main

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// livePath is the path of the liveness probe on the admin port.
const livePath = "/livez"

// TestSIGTERMUnderLoadLosesNoRequest does what a rolling update does: clients
// keep sending while the process is asked to stop. One half of them is behind
// something that honours readiness, as a Service is. The other half holds
// keep-alive connections and goes away when the answer says so.
func TestSIGTERMUnderLoadLosesNoRequest(t *testing.T) {
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
			response, err := client.Get(p.http + "/version")
			var body []byte
			if err == nil {
				body, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
			if err == nil && (response.StatusCode != http.StatusOK || !strings.Contains(string(body), "commit")) {
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
	// What is missing here, and is said at the start, has nothing to do with the stop.
	before := p.stderr.String()
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
	if p.stderr.String() != before {
		t.Error("a clean stop logged errors")
	}
	checkLog(t, p.stdout.String(), "http")
}
