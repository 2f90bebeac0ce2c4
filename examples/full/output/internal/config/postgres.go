package config

import (
	"regexp"
	"time"
)

const (
	defaultPostgresHost     = "postgres.data.svc.cluster.local"
	defaultPostgresPort     = 5432
	defaultPostgresDatabase = "market"
	defaultPostgresUser     = "market"

	// 200 pods with this pool, a connection for the readiness check each, a
	// migration and an operator make 605; the server grants 700.
	defaultPostgresPoolSize = 2

	// A server in the same region answers within milliseconds. What takes longer
	// than this is lost, and the request still has time to say so.
	defaultPostgresConnectTimeout = 2 * time.Second
)

// Postgres is where the database is; the password is the credential
// PostgresPassword.
type Postgres struct {
	Host           string
	Port           int
	Database       string
	User           string
	TLS            string
	PoolSize       int
	ConnectTimeout time.Duration
}

// postgresName is an identifier that needs no quotes.
var postgresName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

func postgresFields() []Field {
	const name = "lower-case letters, digits and underscores, at most 63"

	return []Field{
		{
			Key:  "postgres.host",
			Env:  "POSTGRES_HOST",
			Doc:  "host of PostgreSQL",
			kind: hostKind(func(c *Config) *string { return &c.Postgres.Host }, defaultPostgresHost),
		},
		{
			Key:  "postgres.port",
			Env:  "POSTGRES_PORT",
			Doc:  "port of PostgreSQL",
			kind: intKind(func(c *Config) *int { return &c.Postgres.Port }, defaultPostgresPort, 1, 65535),
		},
		{
			Key:  "postgres.database",
			Env:  "POSTGRES_DATABASE",
			Doc:  "name of the database",
			kind: textKind(func(c *Config) *string { return &c.Postgres.Database }, defaultPostgresDatabase, postgresName, name),
		},
		{
			Key:  "postgres.user",
			Env:  "POSTGRES_USER",
			Doc:  "role that the service logs in as",
			kind: textKind(func(c *Config) *string { return &c.Postgres.User }, defaultPostgresUser, postgresName, name),
		},
		{
			Key:  "postgres.tls",
			Env:  "POSTGRES_TLS",
			Doc:  "how the connection to PostgreSQL is protected",
			kind: tlsKind(func(c *Config) *string { return &c.Postgres.TLS }),
		},
		{
			Key:  "postgres.poolSize",
			Env:  "POSTGRES_POOL_SIZE",
			Doc:  "most connections of this process; times all pods it must fit into the server's limit",
			kind: intKind(func(c *Config) *int { return &c.Postgres.PoolSize }, defaultPostgresPoolSize, 1, 1000),
		},
		{
			Key:  "postgres.connectTimeout",
			Env:  "POSTGRES_CONNECT_TIMEOUT",
			Doc:  "budget of making one connection to PostgreSQL",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Postgres.ConnectTimeout }, defaultPostgresConnectTimeout, shortest),
		},
	}
}
