package config

import (
	"regexp"
	"time"
)

const (
	defaultMySQLHost     = "mysql.data.svc.cluster.local"
	defaultMySQLPort     = 3306
	defaultMySQLDatabase = "checkout"
	defaultMySQLUser     = "checkout"

	// 18 pods with this pool, a connection for the readiness check each, a
	// migration and an operator make 95; the server grants 100.
	defaultMySQLPoolSize = 4

	// A server in the same region answers within milliseconds. What takes longer
	// than this is lost, and the request still has time to say so.
	defaultMySQLConnectTimeout = 2 * time.Second

	// A pool that has none free for this long is behind: who comes back later waits
	// less than who stays.
	defaultMySQLAcquireTimeout = time.Second
)

// MySQL is where the database is; the password is the credential MySQLPassword.
type MySQL struct {
	Host           string
	Port           int
	Database       string
	User           string
	TLS            string
	PoolSize       int
	ConnectTimeout time.Duration
	AcquireTimeout time.Duration
}

// mysqlName is an identifier that needs no quotes.
var mysqlName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,31}$`)

func mysqlFields() []Field {
	const name = "lower-case letters, digits and underscores, at most 32"

	return []Field{
		{
			Key:  "mysql.host",
			Env:  "MYSQL_HOST",
			Doc:  "host of MySQL",
			kind: hostKind(func(c *Config) *string { return &c.MySQL.Host }, defaultMySQLHost),
		},
		{
			Key:  "mysql.port",
			Env:  "MYSQL_PORT",
			Doc:  "port of MySQL",
			kind: intKind(func(c *Config) *int { return &c.MySQL.Port }, defaultMySQLPort, 1, 65535),
		},
		{
			Key:  "mysql.database",
			Env:  "MYSQL_DATABASE",
			Doc:  "name of the database",
			kind: textKind(func(c *Config) *string { return &c.MySQL.Database }, defaultMySQLDatabase, mysqlName, name),
		},
		{
			Key:  "mysql.user",
			Env:  "MYSQL_USER",
			Doc:  "user that the service logs in as",
			kind: textKind(func(c *Config) *string { return &c.MySQL.User }, defaultMySQLUser, mysqlName, name),
		},
		{
			Key:  "mysql.tls",
			Env:  "MYSQL_TLS",
			Doc:  "how the connection to MySQL is protected",
			kind: tlsKind(func(c *Config) *string { return &c.MySQL.TLS }),
		},
		{
			Key:  "mysql.poolSize",
			Env:  "MYSQL_POOL_SIZE",
			Doc:  "most connections of this process; times all pods it must fit into the server's limit",
			kind: intKind(func(c *Config) *int { return &c.MySQL.PoolSize }, defaultMySQLPoolSize, 1, 1000),
		},
		{
			Key:  "mysql.connectTimeout",
			Env:  "MYSQL_CONNECT_TIMEOUT",
			Doc:  "budget of making one connection to MySQL",
			kind: durationKind(func(c *Config) *time.Duration { return &c.MySQL.ConnectTimeout }, defaultMySQLConnectTimeout, shortest),
		},
		{
			Key:  "mysql.acquireTimeout",
			Env:  "MYSQL_ACQUIRE_TIMEOUT",
			Doc:  "longest wait for a free connection of the pool",
			kind: durationKind(func(c *Config) *time.Duration { return &c.MySQL.AcquireTimeout }, defaultMySQLAcquireTimeout, shortest),
		},
	}
}
