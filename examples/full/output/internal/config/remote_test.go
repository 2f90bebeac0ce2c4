package config

import (
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestTLSKind(t *testing.T) {
	var mode string
	modes := tlsKind(func(*Config) *string { return &mode })
	for text, ok := range map[string]bool{TLSVerify: true, TLSDisable: true, "prefer": false, "": false} {
		if err := modes.set(nil, text); (err == nil) != ok {
			t.Errorf("set(%q) = %v, want ok: %t", text, err, ok)
		}
	}
}

func TestAuthority(t *testing.T) {
	dir := t.TempDir()
	d := Credentials(dir)
	if pool, err := d.Authority("ca.crt"); pool != nil || err != nil {
		t.Errorf("without the file: %v, %v", pool, err)
	}

	server := httptest.NewTLSServer(nil)
	defer server.Close()
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	writeFile(t, filepath.Join(dir, "ca.crt"), string(authority))
	pool, err := d.Authority("ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = server.Certificate().Verify(x509.VerifyOptions{Roots: pool, DNSName: "example.com"}); err != nil {
		t.Errorf("the authority in the file is not the one that is trusted: %v", err)
	}

	writeFile(t, filepath.Join(dir, "ca.crt"), "not a certificate")
	if _, err = d.Authority("ca.crt"); err == nil || !strings.Contains(err.Error(), "ca.crt") {
		t.Errorf("err = %v, want one that names ca.crt", err)
	}
}
