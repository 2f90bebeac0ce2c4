package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestStoreKinds(t *testing.T) {
	var host, mode string
	hosts := hostKind(func(*Config) *string { return &host }, "db")
	modes := tlsKind(func(*Config) *string { return &mode })
	tests := []struct {
		kind kind
		text string
		ok   bool
	}{
		{hosts, "db.data.svc.cluster.local", true},
		{hosts, "10.0.0.1", true},
		{hosts, "fd00::1", true},
		{hosts, "", false},
		{hosts, "db:5432 ", false},
		{hosts, "a b", false},
		{hosts, "user@db", false},
		{modes, TLSVerify, true},
		{modes, TLSDisable, true},
		{modes, "prefer", false},
	}
	for _, tt := range tests {
		if err := tt.kind.set(nil, tt.text); (err == nil) != tt.ok {
			t.Errorf("set(%q) = %v, want ok: %t", tt.text, err, tt.ok)
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

	server := httptest.NewTLSServer(nil)
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	writeFile(t, filepath.Join(dir, "ca.crt"), string(authority))
	c, err = d.TLSConfig(TLSVerify, "example.com", "ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = server.Certificate().Verify(x509.VerifyOptions{Roots: c.RootCAs, DNSName: c.ServerName}); err != nil {
		t.Errorf("the authority in the file is not the one that is trusted: %v", err)
	}

	writeFile(t, filepath.Join(dir, "ca.crt"), "not a certificate")
	if _, err = d.TLSConfig(TLSVerify, "db", "ca.crt"); err == nil || !strings.Contains(err.Error(), "ca.crt") {
		t.Errorf("err = %v, want one that names ca.crt", err)
	}
}
