package config

import (
	"strings"
	"testing"
)

func TestNATSSettings(t *testing.T) {
	tests := []struct {
		env, value string
		ok         bool
	}{
		{"NATS_URL", "nats://a:4222,tls://b.example.com:4222", true},
		{"NATS_URL", "nats://[fd00::1]:4222", true},
		{"NATS_URL", "nats://user:hunter2@a:4222", false},
		{"NATS_URL", "http://a", false},
		{"NATS_STREAM", "GREETINGS", true},
		{"NATS_STREAM", "a.b", false},
		{"NATS_SUBJECT", "a.b.c", true},
		{"NATS_SUBJECT", "a.*", false},
		{"NATS_SUBJECT", "a..b", false},
		{"NATS_CONSUMER", "a b", false},
		{"NATS_REPLICAS", "1", true},
		{"NATS_REPLICAS", "6", false},
		{"NATS_USER", "app", true},
		{"NATS_USER", "app:hunter2", false},
	}
	for _, tt := range tests {
		_, err := Load(t.Context(), envSource(map[string]string{tt.env: tt.value}))
		if (err == nil) != tt.ok {
			t.Errorf("%s=%s: err = %v, want ok: %t", tt.env, tt.value, err, tt.ok)
		}
		if err != nil && !strings.Contains(err.Error(), tt.env) {
			t.Errorf("%s is not named: %v", tt.env, err)
		}
	}
}
