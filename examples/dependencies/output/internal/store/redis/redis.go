// Package redis is what this service keeps in Redis.
package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/store"
)

// Name is what logs, metrics and probes call this store.
const Name = "redis"

const (
	// Behind a failover, connections have to come round to the new place some day.
	maxConnLifetime = 30 * time.Minute

	// What a peak has opened is given back.
	maxConnIdleTime = 5 * time.Minute

	// checkKey is what the readiness check writes, behind the prefix, and checkKeep
	// how long it stays there.
	checkKey  = "check"
	checkKeep = time.Minute
)

// Store is a pool of connections. Nothing connects before the first use, so the
// process starts without the server, and finds it when it comes back.
type Store struct {
	client *redis.Client

	// check is the readiness check's own connection: a pool with every connection
	// in use is load, and must not look like an outage.
	check *redis.Client

	size   int
	prefix string

	newest *generation
	// failed says that the last Check did.
	failed atomic.Bool
}

// New returns a Store. application is what CLIENT LIST shows.
func New(cfg config.Redis, credentials config.Credentials, application string, logger *slog.Logger) *Store {
	redis.SetLogger(quiet{logger})
	newest := &generation{}

	return &Store{
		client: client(cfg, credentials, application, cfg.PoolSize, newest),
		check:  client(cfg, credentials, application+"-check", 1, newest),
		size:   cfg.PoolSize,
		prefix: cfg.KeyPrefix,
		newest: newest,
	}
}

// Client is for commands.
func (s *Store) Client() *redis.Client { return s.client }

// Key puts this service's prefix before a key: the server may have others.
func (s *Store) Key(name string) string { return s.prefix + name }

// Stop closes the connections.
func (s *Store) Stop(context.Context) error { return errors.Join(s.client.Close(), s.check.Close()) }

// Check asks whether the server answers, and whether it can be written to.
func (s *Store) Check(ctx context.Context) error {
	if err := s.ask(ctx); err != nil {
		s.failed.Store(true)

		return fmt.Errorf("redis: %w", err)
	}
	if s.failed.Swap(false) {
		// The name may stand for another server by now: connections from before may
		// hang, or lead to one that is no longer the primary.
		s.newest.Add(1)
	}

	return nil
}

// ask writes, for a server that is full, that lacks replicas, or that can't save
// what it has answers every question, and takes nothing.
func (s *Store) ask(ctx context.Context) error {
	err := s.check.Set(ctx, s.Key(checkKey), "", checkKeep).Err()
	switch {
	case refuses(err, "NOPERM "):
		return s.askRole(ctx) // this user may write other keys, or none at all
	case refuses(err, "READONLY "):
		s.newest.Add(1)

		return store.ErrReadOnly
	default:
		return err
	}
}

func (s *Store) askRole(ctx context.Context) error {
	about, err := s.check.Info(ctx, "replication").Result()
	var answer redis.Error
	if errors.As(err, &answer) && !Unavailable(err) {
		// Not every user may ask that, and not every proxy knows it.
		return s.check.Ping(ctx).Err()
	}
	if err == nil && strings.Contains(about, "role:slave") && !strings.Contains(about, "slave_read_only:0") {
		s.newest.Add(1)
		err = store.ErrReadOnly
	}

	return err
}

// Stats tells the state of the pool.
func (s *Store) Stats() store.PoolStats {
	stat := s.client.PoolStats()

	return store.PoolStats{
		Max:      s.size,
		InUse:    int(stat.TotalConns) - int(stat.IdleConns),
		Idle:     int(stat.IdleConns),
		Waits:    int64(stat.WaitCount),
		WaitTime: time.Duration(stat.WaitDurationNs),
		Timeouts: int64(stat.Timeouts),
	}
}

func client(cfg config.Redis, credentials config.Credentials, application string, size int, newest *generation) *redis.Client {
	c := redis.NewClient(&redis.Options{
		Addr:       net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port)),
		ClientName: application,
		Dialer:     dialer(cfg, credentials, newest),
		// Read for every connection: a rotated Secret counts from the next one on.
		CredentialsProviderContext: func(context.Context) (string, string, error) {
			password, err := credentials.Read(config.RedisPassword)

			return "", password.Reveal(), err
		},
		DialTimeout:  cfg.Timeout,
		ReadTimeout:  cfg.Timeout,
		WriteTimeout: cfg.Timeout,
		// A free connection is waited for as long as a command may take.
		PoolTimeout:           cfg.Timeout,
		ContextTimeoutEnabled: true,
		PoolSize:              size,
		MaxActiveConns:        size,
		ConnMaxLifetime:       maxConnLifetime,
		ConnMaxIdleTime:       maxConnIdleTime,
		// Pipelines and transactions take from the same pool: one of their own would
		// add ten connections that the server's limit isn't counted for.
		PipelinePoolSize: -1,
		// A lost answer doesn't say whether the command was carried out: a second
		// INCR would count twice. Whoever calls knows what may be repeated.
		MaxRetries: -1,
		// Only Redis Enterprise sends these; asking for them costs a round trip.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	c.AddHook(watcher{newest})

	return c
}

// dialer connects with TLS or without. The authority is read for every
// connection, like the password.
func dialer(cfg config.Redis, credentials config.Credentials, newest *generation) func(context.Context, string, string) (net.Conn, error) {
	plain := &net.Dialer{Timeout: cfg.Timeout}

	return func(ctx context.Context, network, address string) (net.Conn, error) {
		// Before: what is made while a server changes its part may be the old one's.
		made := newest.Load()
		c, err := credentials.TLSConfig(cfg.TLS, cfg.Host, config.RedisCA)
		if err != nil {
			return nil, err
		}
		var dialed net.Conn
		if c == nil {
			dialed, err = plain.DialContext(ctx, network, address)
		} else {
			dialed, err = (&tls.Dialer{NetDialer: plain, Config: c}).DialContext(ctx, network, address)
		}
		if err != nil {
			return nil, err
		}

		return conn{Conn: dialed, made: made, newest: newest}, nil
	}
}

// quiet takes what the library would print: every failed attempt of the pool.
// What it costs is in the error of the operation, and in the readiness check.
type quiet struct{ logger *slog.Logger }

func (q quiet) Printf(ctx context.Context, format string, v ...any) {
	q.logger.DebugContext(ctx, "redis client", "detail", fmt.Sprintf(format, v...))
}
