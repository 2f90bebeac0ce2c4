package app

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/pressly/goose/v3"

	"git.example.com/trade/market/internal/store/postgres"
)

// The command line's word for what is done here, and what may follow it.
const (
	migrateCommand = "migrate"
	migrateUsage   = "up|down|status [STORE]"
)

var errMigrateUsage = errors.New(migrateCommand + ": want one of " + migrateUsage)

// migrator is a database whose schema has versions.
type migrator struct {
	name string
	open func() (*goose.Provider, func() error, error)
}

// migrators are the databases, in the order in which they are moved.
func (a *app) migrators() []migrator {
	cfg := a.config.Current()

	return []migrator{
		{postgres.Name, postgres.New(cfg.Postgres, a.credentials, serviceName+"-migrate", cfg.LongestBudget()).Migrator},
	}
}

// migrate moves every database, or the one that is named: up to the newest
// version, down by one, or not at all (status).
func (a *app) migrate(ctx context.Context, args []string) error {
	if len(args) != 1 && len(args) != 2 {
		return errMigrateUsage
	}
	migrators := a.migrators()
	if len(args) == 2 {
		migrators = slices.DeleteFunc(migrators, func(m migrator) bool { return m.name != args[1] })
	}
	// Back by one is one store's matter: the other's last step may be months old.
	if len(migrators) == 0 || (args[0] == "down" && len(migrators) > 1) {
		return errMigrateUsage
	}
	direction, known := map[string]func(context.Context, migrator, *goose.Provider) error{
		"up":     a.migrateUp,
		"down":   a.migrateDown,
		"status": a.migrateStatus,
	}[args[0]]
	if !known {
		return errMigrateUsage
	}
	for _, m := range migrators {
		if err := withProvider(m, func(p *goose.Provider) error { return direction(ctx, m, p) }); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}

	return nil
}

func withProvider(m migrator, use func(*goose.Provider) error) error {
	provider, closeAll, err := m.open()
	if err != nil {
		return err
	}

	return errors.Join(use(provider), closeAll())
}

func (a *app) migrateUp(ctx context.Context, m migrator, p *goose.Provider) error {
	results, err := p.Up(ctx)
	a.logMigrations(ctx, m, results)
	if err == nil && len(results) == 0 {
		a.logger.InfoContext(ctx, "nothing to migrate", "store", m.name)
	}

	return err
}

func (a *app) migrateDown(ctx context.Context, m migrator, p *goose.Provider) error {
	result, err := p.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		a.logger.InfoContext(ctx, "nothing to migrate", "store", m.name)

		return nil
	}
	if result != nil {
		a.logMigrations(ctx, m, []*goose.MigrationResult{result})
	}

	return err
}

func (a *app) migrateStatus(ctx context.Context, m migrator, p *goose.Provider) error {
	all, err := p.Status(ctx)
	for _, s := range all {
		a.logger.InfoContext(ctx, "migration", "store", m.name, "version", s.Source.Version, "file", s.Source.Path, "state", string(s.State))
	}

	return err
}

func (a *app) logMigrations(ctx context.Context, m migrator, results []*goose.MigrationResult) {
	for _, r := range results {
		a.logger.InfoContext(ctx, "migrated", "store", m.name, "version", r.Source.Version,
			"file", r.Source.Path, "direction", r.Direction, "duration", r.Duration.String())
	}
}
