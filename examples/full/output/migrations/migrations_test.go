package migrations

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

var fileName = regexp.MustCompile(`^\d{5}_[a-z0-9_]+\.sql$`)

// Every version there is, once, and each with a way back.
func TestFiles(t *testing.T) {
	stores := make(map[string]fs.FS)
	stores["postgres"] = Postgres()
	for name, fsys := range stores {
		t.Run(name, func(t *testing.T) {
			entries, err := fs.ReadDir(fsys, ".")
			if err != nil || len(entries) == 0 {
				t.Fatalf("no migrations: %v", err)
			}
			versions := make(map[string]string)
			for _, entry := range entries {
				if !fileName.MatchString(entry.Name()) {
					t.Errorf("%s is not named like 00001_what_it_does.sql", entry.Name())
				}
				version, _, _ := strings.Cut(entry.Name(), "_")
				if other, taken := versions[version]; taken {
					t.Errorf("%s and %s have one version", other, entry.Name())
				}
				versions[version] = entry.Name()
				content, err := fs.ReadFile(fsys, entry.Name())
				if err != nil {
					t.Fatal(err)
				}
				for _, want := range []string{"-- +goose Up", "-- +goose Down"} {
					if !strings.Contains(string(content), want) {
						t.Errorf("%s has no %q", entry.Name(), want)
					}
				}
			}
		})
	}
}
