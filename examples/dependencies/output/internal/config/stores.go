package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
)

// How a connection to a store is protected.
const (
	// TLSVerify encrypts, and the server's certificate must name its host.
	TLSVerify = "verify"

	// TLSDisable is for a mesh that encrypts by itself, and for a local server.
	TLSDisable = "disable"
)

// hostName is a DNS name or an IP address; brackets and ports have no place here.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9])?$`)

var tlsMode = regexp.MustCompile("^(" + TLSVerify + "|" + TLSDisable + ")$")

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

func hostKind(at func(*Config) *string, def string) kind {
	return textKind(at, def, hostName, "a host name or an IP address, without port")
}

// tlsKind is safe where nobody has said otherwise.
func tlsKind(at func(*Config) *string) kind {
	return textKind(at, TLSVerify, tlsMode, TLSVerify+" or "+TLSDisable)
}

// TLSConfig returns nil for TLSDisable. The authority is the credential ca, if
// there is one, and else what the system trusts. It is read anew for every
// connection, and so follows a rotation.
func (d Credentials) TLSConfig(mode, host, ca string) (*tls.Config, error) {
	if mode == TLSDisable {
		return nil, nil //nolint:nilnil // nil is what the drivers take for "no TLS"
	}
	authority, err := d.Read(ca)
	if errors.Is(err, fs.ErrNotExist) {
		return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}, nil
	}
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(authority.Reveal())) {
		return nil, fmt.Errorf("credential %s: no certificate in PEM", ca)
	}

	return &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}
