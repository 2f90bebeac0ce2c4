package app

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/config"
)

func TestMigrateUsage(t *testing.T) {
	dir := t.TempDir()
	writeCredentials(t, dir)
	for _, args := range [][]string{{"migrate"}, {"migrate", "sideways"}, {"migrate", "up", "now"}} {
		var stdout, stderr bytes.Buffer
		env := map[string]string{"CREDENTIALS_DIR": dir}
		if code := Run(t.Context(), args, func(name string) string { return env[name] }, &stdout, &stderr); code != exitError {
			t.Errorf("%v: exit code %d", args, code)
		}
		if !strings.Contains(stderr.String(), migrateUsage) {
			t.Errorf("%v: the log doesn't say what is wanted: %s", args, &stderr)
		}
	}
}

// Without a server the migration fails within its connect time-out, and says so.
func TestMigrateWithoutServer(t *testing.T) {
	dir := t.TempDir()
	writeCredentials(t, dir)
	env := map[string]string{"CREDENTIALS_DIR": dir}
	for _, store := range []string{"POSTGRES", "MYSQL"} {
		env[store+"_HOST"], env[store+"_PORT"], env[store+"_TLS"] = "127.0.0.1", "1", config.TLSDisable
	}
	var stdout, stderr bytes.Buffer
	code := Run(t.Context(), []string{"migrate", "status"}, func(name string) string { return env[name] }, &stdout, &stderr)
	if code != exitError || !strings.Contains(stderr.String(), "connect") {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
}

// writeCredentials writes a password for every credential that has to be there.
func writeCredentials(t *testing.T, dir string) {
	t.Helper()
	for _, name := range config.RequiredCredentials() {
		writeFile(t, filepath.Join(dir, name), "only-for-tests\n")
	}
}
