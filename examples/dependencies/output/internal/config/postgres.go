package config

import (
	"regexp"
	"time"
)

const (
	defaultPostgresHost     = "postgres.data.svc.cluster.local"
	defaultPostgresPort     = 5432
	defaultPostgresDatabase = "checkout"
	defaultPostgresUser     = "checkout"
	defaultPostgresPooler   = "none"

	// 18 pods with this pool, a connection for the readiness check each, a
	// migration and an operator make 95; the server grants 100.
	defaultPostgresPoolSize = 4

	// A server in the same region answers within milliseconds. What takes longer
	// than this is lost, and the request still has time to say so.
	defaultPostgresConnectTimeout = 2 * time.Second

	// A pool that has none free for this long is behind: who comes back later waits
	// less than who stays.
	defaultPostgresAcquireTimeout = time.Second
)

// What may stand between this service and PostgreSQL.
const (
	// PoolerNone is nothing, or a pooler that gives each client a session.
	PoolerNone = "none"
	// PoolerTransaction is PgBouncer or the like that gives a client a connection
	// for one transaction: what belongs to a session is another's by the next one.
	PoolerTransaction = "transaction"
)

var postgresPooler = regexp.MustCompile("^(" + PoolerNone + "|" + PoolerTransaction + ")$")

// Postgres is where the database is; the password is the credential
// PostgresPassword.
type Postgres struct {
	Host           string
	Port           int
	Database       string
	User           string
	TLS            string
	Pooler         string
	PoolSize       int
	ConnectTimeout time.Duration
	AcquireTimeout time.Duration
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
			Key:  "postgres.pooler",
			Env:  "POSTGRES_POOLER",
			Doc:  "what stands in front of PostgreSQL: none, or a pooler that lends a connection for each transaction",
			kind: textKind(func(c *Config) *string { return &c.Postgres.Pooler }, defaultPostgresPooler, postgresPooler, PoolerNone+" or "+PoolerTransaction),
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
		{
			Key:  "postgres.acquireTimeout",
			Env:  "POSTGRES_ACQUIRE_TIMEOUT",
			Doc:  "longest wait for a free connection of the pool",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Postgres.AcquireTimeout }, defaultPostgresAcquireTimeout, shortest),
		},
	}
}
