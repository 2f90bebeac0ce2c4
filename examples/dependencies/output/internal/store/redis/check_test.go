package redis

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/store"
)

// scripted is a server that gives each command the answer that it is told to, and
// is fine with all others.
func scripted(t *testing.T, answers map[string]string) *Store {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(connection, answers)
		}
	}()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, config.RedisPassword), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatal(listener.Addr())
	}
	cfg := config.Redis{
		Host: "127.0.0.1", Port: address.Port, TLS: config.TLSDisable, PoolSize: 1, Timeout: 10 * time.Second, KeyPrefix: "mine:",
	}
	s := New(cfg, config.Credentials(dir), "test", slog.New(slog.DiscardHandler))
	t.Cleanup(func() { _ = s.Stop(t.Context()) })

	return s
}

// answer reads commands, which are lists of texts with their lengths.
func answer(connection net.Conn, answers map[string]string) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	for {
		var count int
		if _, err := fmt.Fscanf(reader, "*%d\r\n", &count); err != nil {
			return
		}
		words := make([]string, count)
		for at := range words {
			var length int
			if _, err := fmt.Fscanf(reader, "$%d\r\n", &length); err != nil {
				return
			}
			text := make([]byte, length+len("\r\n"))
			if _, err := io.ReadFull(reader, text); err != nil {
				return
			}
			words[at] = string(text[:length])
		}
		reply, known := answers[strings.ToUpper(words[0])]
		if strings.EqualFold(words[0], "SET") && !strings.HasPrefix(words[1], "mine:") {
			reply, known = "-ERR a key of somebody else", true
		}
		if !known {
			reply = "+OK"
		}
		if _, err := connection.Write([]byte(reply + "\r\n")); err != nil {
			return
		}
	}
}

func info(text string) string { return fmt.Sprintf("$%d\r\n%s", len(text), text) }

func TestCheckWrites(t *testing.T) {
	const (
		forbidden = "-NOPERM this user has no permissions to run the command"
		hello     = "-ERR unknown command"
	)
	primary, replica := info("role:master\r\n"), info("role:slave\r\nslave_read_only:1\r\n")
	for name, tt := range map[string]struct {
		answers  map[string]string
		ready    bool
		readOnly bool
	}{
		"takes writes":                          {answers: map[string]string{}, ready: true},
		"full":                                  {answers: map[string]string{"SET": "-OOM command not allowed when used memory > 'maxmemory'."}},
		"lacks replicas":                        {answers: map[string]string{"SET": "-NOREPLICAS Not enough good replicas to write."}},
		"can't save":                            {answers: map[string]string{"SET": "-MISCONF Redis is configured to save RDB snapshots"}},
		"a replica":                             {answers: map[string]string{"SET": "-READONLY You can't write against a read only replica."}, readOnly: true},
		"no writes for this user":               {answers: map[string]string{"SET": forbidden, "INFO": primary}, ready: true},
		"no writes for this user, on a replica": {answers: map[string]string{"SET": forbidden, "INFO": replica}, readOnly: true},
		"nothing but a ping for this user":      {answers: map[string]string{"SET": forbidden, "INFO": forbidden}, ready: true},
	} {
		t.Run(name, func(t *testing.T) {
			tt.answers["HELLO"] = hello
			err := scripted(t, tt.answers).Check(t.Context())
			if (err == nil) != tt.ready || errors.Is(err, store.ErrReadOnly) != tt.readOnly {
				t.Errorf("Check = %v", err)
			}
			if err != nil && !Unavailable(err) {
				t.Errorf("%v is nobody's outage", err)
			}
		})
	}
}
