package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is a bound for what should come at once, on a machine that is busy.
const patience = 60 * time.Second

// readyPath is the path of the readiness probe on the admin port.
const readyPath = "/readyz"

// binary is the program as it is shipped, built once for all tests here.
var binary string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "process-test")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)

		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "service")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)

		return 1
	}

	return m.Run()
}

// process is the running program.
type process struct {
	cmd            *exec.Cmd
	admin          string // base URL
	http           string // base URL
	stdout, stderr *output
	exited         chan struct{}
}

// output is a buffer that can be read while the process writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()

	return o.buf.String()
}

// launch starts the program on free ports. It is killed when the test ends.
func launch(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	adminPort := freePort(t)
	httpPort := freePort(t)
	p := &process{
		cmd:    exec.Command(binary, args...),
		admin:  "http://127.0.0.1:" + adminPort,
		http:   "http://127.0.0.1:" + httpPort,
		stdout: &output{},
		stderr: &output{},
		exited: make(chan struct{}),
	}
	// Time budgets for a machine that is busy, and no drain: who needs one says so.
	p.cmd.Env = append([]string{
		"ADMIN_PORT=" + adminPort,
		"HTTP_PORT=" + httpPort,
		"HTTP_READ_HEADER_TIMEOUT=30s", "HTTP_READ_TIMEOUT=30s", "HTTP_TIMEOUT=30s", "HTTP_WRITE_TIMEOUT=30s",
		"SHUTDOWN_DRAIN=0s", "SHUTDOWN_TIMEOUT=30s",
	}, env...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.exited)
		_ = p.cmd.Wait() // the exit code is read from ProcessState
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.exited
		if t.Failed() {
			t.Logf("stdout:\n%s\nstderr:\n%s", p.stdout, p.stderr)
		}
	})

	return p
}

// taken are the ports of this run: no two processes and no two servers share one.
var taken sync.Map

// freePort avoids the ports that the kernel hands out for outgoing connections:
// one of those could be taken again before the program listens.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(10000))
		if _, used := taken.LoadOrStore(port, true); used {
			continue
		}
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			continue
		}
		_ = listener.Close()

		return port
	}
	t.Fatal("no free port")

	return ""
}

// get returns status and body, or status 0 and the error.
func get(url string) (status int, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err.Error()
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err.Error()
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err.Error()
	}

	return response.StatusCode, string(b)
}

// ask sends a request that every version of this service answers.
func (p *process) ask(t *testing.T) error {
	t.Helper()
	if status, body := get(p.http + "/version"); status != http.StatusOK {
		return fmt.Errorf("status %d: %s", status, body)
	}

	return nil
}

// eventually polls, because a process has nothing else to wait on.
func (p *process) eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !ok() {
		select {
		case <-p.exited:
			t.Fatalf("%s: the process has exited: %s", what, p.cmd.ProcessState)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %s", what, patience)
		}
	}
}

func (p *process) waitReady(t *testing.T) {
	t.Helper()
	p.eventually(t, "ready", func() bool {
		status, body := get(p.admin + readyPath)

		return status == http.StatusOK && body == "ok\n"
	})
}

func (p *process) signal(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
}

func (p *process) wantExit(t *testing.T, code int) {
	t.Helper()
	select {
	case <-p.exited:
	case <-time.After(patience):
		t.Fatalf("still running after %s", patience)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		t.Fatalf("exit code = %d, want %d", got, code)
	}
}

func (p *process) wantStderr(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.stderr.String(), text) {
			t.Errorf("stderr has no %q", text)
		}
	}
}

// checkLog looks at every line, and at the order of the stop: what takes
// traffic comes after readiness and before the admin port.
func checkLog(t *testing.T, log, server string) {
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
	readiness, traffic, admin := slices.Index(stopped, "readiness"), slices.Index(stopped, server), slices.Index(stopped, "admin")
	if readiness != 0 || traffic < readiness || admin < traffic {
		t.Errorf("stopped in the order %q; want readiness, %s, ..., admin", stopped, server)
	}
}
