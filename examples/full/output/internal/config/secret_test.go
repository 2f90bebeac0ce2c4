package config

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestSecretDoesNotPrint(t *testing.T) {
	const text = "hunter2"
	secret := NewSecret(text)
	holder := struct {
		Exported   Secret `json:"exported"`
		unexported Secret
	}{secret, secret}

	var log strings.Builder
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	logger.Info("secret", "direct", secret, "holder", holder)
	asJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(map[string]Secret{"a": secret})
	if err != nil {
		t.Fatal(err)
	}
	printed := []string{log.String(), string(asJSON), string(asYAML), fmt.Sprint(secret), fmt.Sprint(&secret)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		printed = append(printed, fmt.Sprintf(verb, secret), fmt.Sprintf(verb, holder), fmt.Sprintf(verb, holder.unexported))
	}
	for _, p := range printed {
		// %x of the text is its other face.
		if strings.Contains(p, text) || strings.Contains(p, fmt.Sprintf("%x", text)) {
			t.Errorf("printed: %s", p)
		}
	}
	if secret.Reveal() != text {
		t.Errorf("Reveal = %q", secret.Reveal())
	}
	if (Secret{}).Reveal() != "" {
		t.Error("the zero Secret is not empty")
	}
}

func TestCredentials(t *testing.T) {
	tests := []struct {
		name    string
		content string
		want    string
		wantErr string
	}{
		{name: "plain", content: "s3cret", want: "s3cret"},
		{name: "newline at the end", content: "s3cret\n", want: "s3cret"},
		{name: "Windows newline", content: "s3cret\r\n", want: "s3cret"},
		{name: "spaces belong to it", content: " s3 cret ", want: " s3 cret "},
		{name: "placeholder", content: "CHANGE-ME\n", wantErr: "placeholder"},
		{name: "empty", content: "\n", wantErr: "empty"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for _, name := range RequiredCredentials() {
				writeFile(t, filepath.Join(dir, name), "s3cret")
			}
			writeFile(t, filepath.Join(dir, AdminToken), tt.content)
			d := Credentials(dir)
			secret, err := d.Read(AdminToken)
			if secret.Reveal() != tt.want {
				t.Errorf("secret = %q, want %q", secret.Reveal(), tt.want)
			}
			for _, err := range []error{err, d.Check()} {
				if (err != nil) != (tt.wantErr != "") {
					t.Errorf("err = %v, want %q", err, tt.wantErr)
				}
				if err != nil && (!strings.Contains(err.Error(), tt.wantErr) || !strings.Contains(err.Error(), AdminToken)) {
					t.Errorf("err = %v, want %s and %q", err, AdminToken, tt.wantErr)
				}
			}
		})
	}
}

func TestCredentialsAbsent(t *testing.T) {
	for _, d := range []Credentials{"", Credentials(t.TempDir()), Credentials(filepath.Join(t.TempDir(), "none"))} {
		if _, err := d.Read(AdminToken); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("err = %v, want not exist", err)
		}
		for _, name := range RequiredCredentials() {
			if err := d.Check(); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("err = %v, want one that names %s", err, name)
			}
		}
	}
}

func TestCredentialsRotate(t *testing.T) {
	dir := t.TempDir()
	mount := newMount(t, dir, AdminToken, "first")
	d := Credentials(dir)
	for _, want := range []string{"first", "second"} {
		if want == "second" {
			mount.swap(t, want)
		}
		secret, err := d.Read(AdminToken)
		if err != nil || secret.Reveal() != want {
			t.Errorf("secret = %q, %v, want %q", secret.Reveal(), err, want)
		}
	}
}

// mount is a directory as the kubelet mounts a ConfigMap or a Secret: each file
// is a symlink through ..data, and an update points ..data to a new directory.
type mount struct {
	dir     string
	file    string
	version int
}

func newMount(t *testing.T, dir, file, content string) *mount {
	t.Helper()
	m := &mount{dir: dir, file: file}
	m.swap(t, content)
	if err := os.Symlink(filepath.Join("..data", file), filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}

	return m
}

func (m *mount) swap(t *testing.T, content string) {
	t.Helper()
	m.version++
	name := fmt.Sprintf("..2026_01_02_03_04_%02d", m.version)
	if err := os.Mkdir(filepath.Join(m.dir, name), 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(m.dir, name, m.file), content)
	next := filepath.Join(m.dir, "..data_tmp")
	if err := os.Symlink(name, next); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, filepath.Join(m.dir, "..data")); err != nil {
		t.Fatal(err)
	}
}
