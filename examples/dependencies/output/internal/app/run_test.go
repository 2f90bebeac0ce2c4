package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/shop/checkout/internal/config"
)

func TestRunThatEndsAtOnce(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	writeFile(t, bad, "admin:\n  prot: 8080\n")
	writeFile(t, filepath.Join(dir, config.AdminToken), "CHANGE-ME\n")

	tests := []struct {
		name   string
		args   []string
		env    map[string]string
		code   int
		stdout []string
		stderr []string
	}{
		{name: "version", args: []string{"--version"}, code: exitOK, stdout: []string{serviceName + " ", "commit"}},
		{name: "help", args: []string{"--help"}, code: exitOK, stderr: []string{"Usage", "admin.port, ADMIN_PORT", "1024", config.AdminToken}},
		{name: "unknown flag", args: []string{"--colour"}, code: exitUsage, stderr: []string{"colour"}},
		{name: "stray argument", args: []string{"serve"}, code: exitUsage, stderr: []string{`"serve"`}},
		{name: "no such file", args: []string{"--config", filepath.Join(dir, "none.yaml")}, code: exitError, stderr: []string{"none.yaml"}},
		{
			name:   "every problem, each in its own record",
			args:   []string{"--config", bad},
			env:    map[string]string{"SHUTDOWN_TIMEOUT": "soon", "CREDENTIALS_DIR": dir},
			code:   exitError,
			stderr: []string{"admin.prot: unknown key", `shutdown.timeout: \"soon\" is not accepted`, "from 1ms to 2h0m0s", "admin-token", "placeholder"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), tt.args, func(name string) string { return tt.env[name] }, &stdout, &stderr)
			if code != tt.code {
				t.Errorf("exit code = %d, want %d", code, tt.code)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("stdout has no %q: %s", want, &stdout)
				}
			}
			for _, want := range tt.stderr {
				if !strings.Contains(stderr.String(), want) {
					t.Errorf("stderr has no %q: %s", want, &stderr)
				}
			}
		})
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
