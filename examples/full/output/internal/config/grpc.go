package config

import "time"

// GRPC is the port of gRPC.
type GRPC struct {
	Port             int
	Timeout          time.Duration
	MaxMessageBytes  int
	IdleTimeout      time.Duration
	MaxConnectionAge time.Duration
	Reflection       bool
}

const (
	defaultGRPCPort = 9000

	// The budget of one unary call, whatever longer time its caller would wait.
	defaultGRPCTimeout = 15 * time.Second

	// 1 MiB: messages are a few KiB. One that is larger is a mistake.
	defaultGRPCMaxMessageBytes = 1048576

	// Longer than the idle timeout of any proxy in front (60 s is usual), so
	// that the proxy closes an idle connection and never meets a closed one.
	defaultGRPCIdleTimeout = 75 * time.Second

	// A client keeps one connection for as long as it may, and so one pod. After
	// this long it has to connect anew, and new pods get their share. Short
	// enough for a scale-up to count, long enough for a handshake not to.
	defaultGRPCMaxConnectionAge = 300 * time.Second

	// Reflection tells every method to whoever asks.
	defaultGRPCReflection = false
)

func grpcFields() []Field {
	return []Field{
		{
			Key:  "grpc.port",
			Env:  "GRPC_PORT",
			Doc:  "port for gRPC",
			kind: portKind(func(c *Config) *int { return &c.GRPC.Port }, defaultGRPCPort),
		},
		{
			Key:  "grpc.timeout",
			Env:  "GRPC_TIMEOUT",
			Doc:  "budget of one unary call, unless its caller gives less; after it the call's context ends",
			kind: durationKind(func(c *Config) *time.Duration { return &c.GRPC.Timeout }, defaultGRPCTimeout, shortest),
		},
		{
			Key:  "grpc.maxMessageBytes",
			Env:  "GRPC_MAX_MESSAGE_BYTES",
			Doc:  "largest message that is accepted",
			kind: bytesKind(func(c *Config) *int { return &c.GRPC.MaxMessageBytes }, defaultGRPCMaxMessageBytes, 1<<10, 1<<30),
		},
		{
			Key:  "grpc.idleTimeout",
			Env:  "GRPC_IDLE_TIMEOUT",
			Doc:  "how long a connection without calls is kept; more than any proxy in front keeps it",
			kind: durationKind(func(c *Config) *time.Duration { return &c.GRPC.IdleTimeout }, defaultGRPCIdleTimeout, time.Second),
		},
		{
			Key:  "grpc.maxConnectionAge",
			Env:  "GRPC_MAX_CONNECTION_AGE",
			Doc:  "how long a client may keep its connection before it has to find a pod anew",
			kind: durationKind(func(c *Config) *time.Duration { return &c.GRPC.MaxConnectionAge }, defaultGRPCMaxConnectionAge, time.Second),
		},
		{
			Key:  "grpc.reflection",
			Env:  "GRPC_REFLECTION",
			Doc:  "tell clients which services and methods there are",
			kind: boolKind(func(c *Config) *bool { return &c.GRPC.Reflection }, defaultGRPCReflection),
		},
	}
}
