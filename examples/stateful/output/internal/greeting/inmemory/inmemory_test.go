package inmemory

import (
	"testing"

	"example.com/ledger/internal/greeting"
	"example.com/ledger/internal/greeting/repositorytest"
)

func TestGreetings(t *testing.T) {
	repositorytest.Run(t, func(t *testing.T) greeting.Repository {
		t.Helper()

		return New()
	})
}
