package config

import (
	"regexp"
	"time"
)

const (
	defaultRedisHost = "redis.data.svc.cluster.local"
	defaultRedisPort = 6379

	// 200 pods with this pool, a connection for the readiness check each, and
	// an operator make 405; the server grants 500.
	defaultRedisPoolSize = 1

	// Every key begins like this: one server may serve many.
	defaultRedisKeyPrefix = "market" + ":"

	// Redis answers within a millisecond. A request that waits this long for it
	// has waited for nothing.
	defaultRedisTimeout = 500 * time.Millisecond
)

// Redis is where the server is; the password is the credential RedisPassword.
type Redis struct {
	Host      string
	Port      int
	TLS       string
	KeyPrefix string
	PoolSize  int
	Timeout   time.Duration
}

var redisKeyPrefix = regexp.MustCompile(`^[A-Za-z0-9_.:-]{1,100}$`)

func redisFields() []Field {
	return []Field{
		{
			Key:  "redis.host",
			Env:  "REDIS_HOST",
			Doc:  "host of Redis",
			kind: hostKind(func(c *Config) *string { return &c.Redis.Host }, defaultRedisHost),
		},
		{
			Key:  "redis.port",
			Env:  "REDIS_PORT",
			Doc:  "port of Redis",
			kind: intKind(func(c *Config) *int { return &c.Redis.Port }, defaultRedisPort, 1, 65535),
		},
		{
			Key:  "redis.tls",
			Env:  "REDIS_TLS",
			Doc:  "how the connection to Redis is protected",
			kind: tlsKind(func(c *Config) *string { return &c.Redis.TLS }),
		},
		{
			Key:  "redis.keyPrefix",
			Env:  "REDIS_KEY_PREFIX",
			Doc:  "what every key begins with; two environments on one server need two",
			kind: textKind(func(c *Config) *string { return &c.Redis.KeyPrefix }, defaultRedisKeyPrefix, redisKeyPrefix, "letters, digits and _ . : -, at most 100"),
		},
		{
			Key:  "redis.poolSize",
			Env:  "REDIS_POOL_SIZE",
			Doc:  "most connections of this process; times all pods it must fit into the server's limit",
			kind: intKind(func(c *Config) *int { return &c.Redis.PoolSize }, defaultRedisPoolSize, 1, 1000),
		},
		{
			Key:  "redis.timeout",
			Env:  "REDIS_TIMEOUT",
			Doc:  "budget of connecting, and of one command",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Redis.Timeout }, defaultRedisTimeout, shortest),
		},
	}
}
