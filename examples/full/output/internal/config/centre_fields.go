package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// wordKind is a text of printable characters without spaces.
func wordKind(at func(*Config) *string, def, described string, valid func(string) bool) kind {
	return kind{
		Default: def,
		Range:   described,
		set: func(c *Config, text string) error {
			if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }) || !valid(text) {
				return rejected(text)
			}
			*at(c) = text

			return nil
		},
		get: func(c *Config) string { return *at(c) },
	}
}

// addressKind is where an HTTP server is.
func addressKind(at func(*Config) *string, def string) kind {
	return wordKind(at, def, "an address as in http://consul.example.com:8500, without path or credentials", func(text string) bool {
		u, err := url.Parse(text)

		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" &&
			u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == ""
	})
}

// caFileKind names a file of certificates; none is the system's own.
func caFileKind(at func(*Config) *string) kind {
	return wordKind(at, "", "a path, or nothing", func(string) bool { return true })
}

func readRoots(path string) (*tls.Config, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("certificates of the config centre: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(content) {
		return nil, errors.New("certificates of the config centre: " + path + " has none in PEM")
	}

	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}
