package inpostgres

import (
	"context"
	"os"
	"testing"
	"time"

	"example.com/shop/checkout/internal/config"
	"example.com/shop/checkout/internal/greeting"
	"example.com/shop/checkout/internal/greeting/repositorytest"
	"example.com/shop/checkout/internal/store/postgres"
)

func unobserved(ctx context.Context, _, _ string) (context.Context, func(error)) {
	return ctx, func(error) {}
}

// open returns the repository of the server that the environment names.
func open(t *testing.T) greeting.Repository {
	t.Helper()
	if os.Getenv("TEST_DEPENDENCIES") == "" {
		t.Skip("needs Postgres: make deps, then make test-integration")
	}
	c, err := config.Load(t.Context(), config.Env{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	credentials := config.Credentials(os.Getenv("CREDENTIALS_DIR"))
	s := postgres.New(c.Postgres, credentials, "test", c.LongestBudget())
	provider, closeAll, err := s.Migrator()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err = closeAll(); err != nil {
		t.Fatal(err)
	}
	if err = s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
	})

	return New(s, unobserved, func() {})
}

func TestGreetings(t *testing.T) { repositorytest.Run(t, open) }
