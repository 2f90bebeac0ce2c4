package config

import (
	"crypto/tls"
	"regexp"
)

// hostName is a DNS name or an IP address; brackets and ports have no place here.
var hostName = regexp.MustCompile(`^[A-Za-z0-9:]([A-Za-z0-9.:_-]{0,251}[A-Za-z0-9:])?$`)

func hostKind(at func(*Config) *string, def string) kind {
	return textKind(at, def, hostName, "a host name or an IP address, without port")
}

// TLSConfig returns nil for TLSDisable. The authority is the credential ca, if
// there is one, and else what the system trusts. It is read anew for every
// connection, and so follows a rotation.
func (d Credentials) TLSConfig(mode, host, ca string) (*tls.Config, error) {
	if mode == TLSDisable {
		return nil, nil //nolint:nilnil // nil is what the drivers take for "no TLS"
	}
	roots, err := d.Authority(ca)
	if err != nil {
		return nil, err
	}

	return &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}
