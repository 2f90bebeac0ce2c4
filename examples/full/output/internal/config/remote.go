package config

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
)

// How a connection is protected.
const (
	// TLSVerify encrypts, and the server's certificate must name its host.
	TLSVerify = "verify"

	// TLSDisable is for a mesh that encrypts by itself, and for a local server.
	TLSDisable = "disable"
)

var tlsMode = regexp.MustCompile("^(" + TLSVerify + "|" + TLSDisable + ")$")

// tlsKind is safe where nobody has said otherwise.
func tlsKind(at func(*Config) *string) kind {
	return textKind(at, TLSVerify, tlsMode, TLSVerify+" or "+TLSDisable)
}

// textKind is a text with an alphabet.
func textKind(at func(*Config) *string, def string, pattern *regexp.Regexp, want string) kind {
	return kind{
		Default: def,
		Range:   want,
		set: func(c *Config, text string) error {
			if !pattern.MatchString(text) {
				return rejected(text)
			}
			*at(c) = text

			return nil
		},
		get: func(c *Config) string { return *at(c) },
	}
}

// Authority returns who may sign a server's certificate: the credential of that
// name, or nil for whom the system trusts where there is none. Read it for every
// connection, and it follows a rotation.
func (d Credentials) Authority(name string) (*x509.CertPool, error) {
	authority, err := d.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil //nolint:nilnil // nil is what crypto/tls takes for "the system's"
	case err != nil:
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(authority.Reveal())) {
		return nil, fmt.Errorf("credential %s: no certificate in PEM", name)
	}

	return pool, nil
}
