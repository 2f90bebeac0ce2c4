package inmemory

import (
	"testing"

	"example.com/shop/prices/internal/greeting"
	"example.com/shop/prices/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New()
	})
}
