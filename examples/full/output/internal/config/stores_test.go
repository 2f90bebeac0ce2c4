package config

import (
	"crypto/tls"
	"path/filepath"
	"testing"
)

func TestHostKind(t *testing.T) {
	var host string
	hosts := hostKind(func(*Config) *string { return &host }, "db")
	for text, ok := range map[string]bool{
		"db.data.svc.cluster.local": true,
		"10.0.0.1":                  true,
		"fd00::1":                   true,
		"fd00::":                    true,
		"::1":                       true,
		"[fd00::1]":                 false,
		"":                          false,
		"db:5432 ":                  false,
		"a b":                       false,
		"user@db":                   false,
	} {
		if err := hosts.set(nil, text); (err == nil) != ok {
			t.Errorf("set(%q) = %v, want ok: %t", text, err, ok)
		}
	}
}

func TestTLSConfig(t *testing.T) {
	dir := t.TempDir()
	d := Credentials(dir)
	if c, err := d.TLSConfig(TLSDisable, "db", "ca.crt"); c != nil || err != nil {
		t.Errorf("disable: %v, %v", c, err)
	}
	c, err := d.TLSConfig(TLSVerify, "db", "ca.crt")
	if err != nil || c.ServerName != "db" || c.RootCAs != nil || c.InsecureSkipVerify || c.MinVersion != tls.VersionTLS12 {
		t.Errorf("system roots: %+v, %v", c, err)
	}
	writeFile(t, filepath.Join(dir, "ca.crt"), "not a certificate")
	if _, err = d.TLSConfig(TLSVerify, "db", "ca.crt"); err == nil {
		t.Error("an authority that can't be read is none")
	}
}
