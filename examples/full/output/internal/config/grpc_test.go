package config

import (
	"strings"
	"testing"
)

func TestGRPC(t *testing.T) {
	c, err := Load(t.Context(), fileSource(t, "grpc:\n  reflection: true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if !c.GRPC.Reflection || c.GRPC.Port != defaultGRPCPort || c.GRPC.Timeout != defaultGRPCTimeout {
		t.Errorf("grpc = %+v", c.GRPC)
	}
}

func TestProblemsOfGRPC(t *testing.T) {
	for name, tt := range map[string]struct {
		env  map[string]string
		want string
	}{
		"port":    {map[string]string{"GRPC_PORT": "9100", "ADMIN_PORT": "9100"}, "grpc.port: 9100 is also admin.port"},
		"boolean": {map[string]string{"GRPC_REFLECTION": "yes"}, `grpc.reflection: "yes" is not accepted; want true or false`},
		"budget": {
			map[string]string{"GRPC_TIMEOUT": "40m", "SHUTDOWN_TIMEOUT": "39m"},
			"grpc.timeout: 40m0s is more than shutdown.timeout = 39m0s (env SHUTDOWN_TIMEOUT)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(t.Context(), envSource(tt.env))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("err = %v, want %s", err, tt.want)
			}
		})
	}
}
