package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSecondSIGTERMExitsAtOnce(t *testing.T) {
	p := launch(t, []string{"SHUTDOWN_DRAIN=10m"})
	p.waitReady(t)
	p.signal(t)
	p.eventually(t, "not ready", func() bool {
		status, _ := get(p.admin + readyPath)

		return status == http.StatusServiceUnavailable
	})
	time.Sleep(1100 * time.Millisecond) // what comes sooner is the first one again
	p.signal(t)
	p.wantExit(t, 1)
	p.wantStderr(t, "second signal")
}

// TestRepeatedSIGTERMIsOne has the signal twice within a millisecond, as timeout
// sends it: the drain isn't skipped for that.
func TestRepeatedSIGTERMIsOne(t *testing.T) {
	p := launch(t, []string{"SHUTDOWN_DRAIN=1s"})
	p.waitReady(t)
	p.signal(t)
	time.Sleep(time.Millisecond)
	p.signal(t)
	p.wantExit(t, 0)
}

func TestOccupiedPort(t *testing.T) {
	for _, name := range []string{"GRPC_PORT", "ADMIN_PORT"} {
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
	if err := os.WriteFile(path, []byte("shutdown:\n  timout: 3s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, []string{"LOG_LEVEL=loud"}, "--config", path)
	p.wantExit(t, 1)
	p.wantStderr(t, "config.yaml:2: shutdown.timout: unknown key", "env LOG_LEVEL: log.level", "debug, info, warn or error")
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
	if err := p.ask(t); err != nil {
		t.Error(err)
	}
	p.signal(t)
	p.wantExit(t, 0)
	// Neither the request nor the stop is logged. Lines from before the change may come late.
	if log := p.stdout.String(); strings.Contains(log, `"message":"request"`) || strings.Contains(log, `"message":"stopped"`) {
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
