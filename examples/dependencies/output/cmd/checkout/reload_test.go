package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReloadOfAMountedConfigMap swaps ..data as the kubelet does.
func TestReloadOfAMountedConfigMap(t *testing.T) {
	dir := t.TempDir()
	mount := func(version, content string) {
		t.Helper()
		if err := os.Mkdir(filepath.Join(dir, version), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, version, "config.yaml"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		next := filepath.Join(dir, "..data_tmp")
		if err := os.Symlink(version, next); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	mount("..1", "values:\n  greeting: Hello\n")
	path := filepath.Join(dir, "config.yaml")
	if err := os.Symlink(filepath.Join("..data", "config.yaml"), path); err != nil {
		t.Fatal(err)
	}

	p := launch(t, nil, "--config", path)
	p.waitReady(t)
	mount("..2", "values:\n  greeting: Moin\nlog:\n  level: debug\n")
	p.eventually(t, "level", func() bool {
		_, level := get(p.admin + "/loglevel")

		return strings.Contains(level, "debug")
	})
	p.eventually(t, "audit", func() bool { return strings.Contains(p.stdout.String(), `"key":"values.greeting"`) })
	if log := p.stdout.String(); strings.Count(log, "config changed") != 2 {
		t.Error("want one audit line per key")
	}
	p.signal(t)
	p.wantExit(t, 0)
}
