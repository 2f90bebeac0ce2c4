package config

import (
	"strings"
	"testing"
)

func TestKafkaSettings(t *testing.T) {
	tests := []struct {
		env, value string
		ok         bool
	}{
		{"KAFKA_BROKERS", "a:9092,b.example.com:9093", true},
		{"KAFKA_BROKERS", "[fd00::1]:9092", true},
		{"KAFKA_BROKERS", "a", false},
		{"KAFKA_BROKERS", "user@a:9092", false},
		{"KAFKA_TLS", "disable", true},
		{"KAFKA_TLS", "false", false},
		{"KAFKA_SASL", "none", true},
		{"KAFKA_SASL", "plain", false},
		{"KAFKA_TOPIC", "dev.greetings.created", true},
		{"KAFKA_TOPIC", "a b", false},
		{"KAFKA_TOPIC", "..", false},
		{"KAFKA_GROUP", "a/b", false},
		{"KAFKA_USER", "app:hunter2", false},
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
