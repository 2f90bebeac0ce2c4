package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// masked is all that is ever printed of a secret, whatever its length.
const masked = "***"

// placeholder stands in examples. Whoever deploys one has no secret at all.
const placeholder = "CHANGE-ME"

// Secret is a value that doesn't print. The pointer is deliberate: fmt can't
// call methods on an unexported field of another struct, and would otherwise
// walk into it and print the text.
type Secret struct {
	value *string
}

// NewSecret wraps text.
func NewSecret(text string) Secret { return Secret{value: &text} }

// Reveal returns the text. Call it where the text is used, not where it is kept.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}

	return *s.value
}

func (Secret) String() string { return masked }

// GoString covers %#v.
func (Secret) GoString() string { return masked }

// LogValue covers log/slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON covers encoding/json.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + masked + `"`), nil }

// MarshalText covers YAML, XML and map keys.
func (Secret) MarshalText() ([]byte, error) { return []byte(masked), nil }

// AdminToken is the bearer token that PUT /loglevel asks for.
const AdminToken = "admin-token"

// PostgresPassword is the password for PostgreSQL.
const PostgresPassword = "postgres-password"

// PostgresCA is the authority, in PEM, that has signed the certificate of PostgreSQL. Without it the system's are trusted.
const PostgresCA = "postgres-ca.crt"

// RedisPassword is the password for Redis.
const RedisPassword = "redis-password"

// RedisCA is the authority, in PEM, that has signed the certificate of Redis. Without it the system's are trusted.
const RedisCA = "redis-ca.crt"

// NATSPassword is the password for NATS; without the setting nats.user it is the token.
const NATSPassword = "nats-password"

// NATSCA is the authority, in PEM, that has signed the certificate of NATS. Without it the system's are trusted.
const NATSCA = "nats-ca.crt"

// NacosUsername is the account at Nacos. Without it nobody logs in.
const NacosUsername = "nacos-username"

// NacosPassword is the password of that account.
const NacosPassword = "nacos-password"

// credentials are the files this service looks for in CREDENTIALS_DIR.
var credentials = []struct {
	name     string
	required bool
}{
	// Without it the service runs; its log level then can't be changed over HTTP.
	{name: AdminToken, required: false},
	{name: PostgresPassword, required: true},
	{name: PostgresCA, required: false},
	{name: RedisPassword, required: true},
	{name: RedisCA, required: false},
	{name: NATSPassword, required: true},
	{name: NATSCA, required: false},
	{name: NacosUsername, required: false},
	{name: NacosPassword, required: false},
}

// RequiredCredentials are the names of those without which the service doesn't
// start.
func RequiredCredentials() []string {
	var names []string
	for _, c := range credentials {
		if c.required {
			names = append(names, c.name)
		}
	}

	return names
}

// Credentials is the directory with one file per secret. Files and not
// variables: a file can be rotated under a running process, has a mode, and is
// not inherited by every child or printed by every crash reporter.
type Credentials string

// Check reports every credential that would fail on its first use.
func (d Credentials) Check() error {
	var errs []error
	for _, c := range credentials {
		_, err := d.Read(c.name)
		if errors.Is(err, fs.ErrNotExist) && !c.required {
			continue
		}
		errs = append(errs, err)
	}

	return errors.Join(errs...)
}

// Read returns the credential as it is on disk now: a rotated Secret counts
// from the next use on, without a restart. No such file is fs.ErrNotExist.
func (d Credentials) Read(name string) (Secret, error) {
	if d == "" {
		return Secret{}, fmt.Errorf("credential %s: CREDENTIALS_DIR is not set: %w", name, fs.ErrNotExist)
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return Secret{}, fmt.Errorf("credential %s: %w", name, err)
	}
	// Opened for reading: nothing can be lost on close.
	defer func() { _ = root.Close() }()

	content, err := root.ReadFile(name)
	if err != nil {
		return Secret{}, fmt.Errorf("credential %s: %w", name, err)
	}
	// Editors and `echo` end a file with a newline that is not part of the secret.
	text := strings.TrimRight(string(content), "\r\n")
	switch text {
	case "":
		return Secret{}, fmt.Errorf("credential %s: file in %s is empty; want a secret value", name, string(d))
	case placeholder:
		return Secret{}, fmt.Errorf("credential %s: file in %s still holds the placeholder; want a secret value", name, string(d))
	}

	return NewSecret(text), nil
}
