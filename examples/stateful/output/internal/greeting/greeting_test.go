package greeting_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/ledger/internal/config"
	"example.com/ledger/internal/greeting"
	"example.com/ledger/internal/greeting/inmemory"
	"example.com/ledger/internal/idempotency"
	"example.com/ledger/internal/store"
)

const maxName = 64

// newService returns a Service with the settings of a file.
func newService(t *testing.T, file string) *greeting.Service {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(t.Context(), config.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}

	return greeting.New(config.NewLive(c), inmemory.New())
}

func newKey(t *testing.T, id, request string) idempotency.Key {
	t.Helper()
	key, err := idempotency.New("test", "", "0193f0a2-7c1e-7cc3-"+id, []byte(request))
	if err != nil {
		t.Fatal(err)
	}

	return key
}

func TestGreet(t *testing.T) {
	tests := []struct {
		name    string
		given   string
		message string
		problem string
	}{
		{name: "plain", given: "Ada", message: "Hello, Ada!"},
		{name: "blanks around", given: " Ada ", message: "Hello, Ada!"},
		{name: "full name", given: "Mary-Jane O'Neill Jr.", message: "Hello, Mary-Jane O'Neill Jr.!"},
		{name: "any script", given: "小明", message: "Hello, 小明!"},
		{name: "combining marks", given: "अनु", message: "Hello, अनु!"},
		{name: "longest", given: strings.Repeat("ü", maxName), message: "Hello, " + strings.Repeat("ü", maxName) + "!"},
		{name: "too long", given: strings.Repeat("ü", maxName+1), problem: "at most 64"},
		{name: "empty", given: " ", problem: "empty"},
		{name: "markup", given: "<b>", problem: "letters"},
		{name: "newline", given: "a\nb", problem: "letters"},
		{name: "not UTF-8", given: "\xff", problem: "UTF-8"},
	}
	service := newService(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := service.Greet(tt.given)
			if g.Message != tt.message {
				t.Errorf("message = %q, want %q", g.Message, tt.message)
			}
			invalid, ok := errors.AsType[*greeting.InvalidError](err)
			if ok != (tt.problem != "") || ok && !strings.Contains(invalid.Error(), tt.problem) {
				t.Errorf("err = %v, want %q", err, tt.problem)
			}
		})
	}
}

func TestOwnSettings(t *testing.T) {
	_, err := newService(t, "own:\n  blockedNames: Eve, Mallory\n").Greet("Mallory")
	if _, ok := errors.AsType[*greeting.InvalidError](err); !ok {
		t.Errorf("err = %v, want a refusal", err)
	}
}

func TestGreetingFromConfig(t *testing.T) {
	g, err := newService(t, "values:\n  greeting: Moin\n").Greet("Ada")
	if err != nil || g.Message != "Moin, Ada!" {
		t.Errorf("got %q, %v", g.Message, err)
	}
}

func TestRepeatedRequestHasTheFirstAnswer(t *testing.T) {
	service := newService(t, "")
	first, repeated, err := service.Create(t.Context(), newKey(t, "1", "Ada"), "Ada")
	if err != nil || repeated || first.Version != 1 || first.Message != "Hello, Ada!" {
		t.Fatalf("got %+v, %t, %v", first, repeated, err)
	}
	// What came of it in the meantime doesn't change what was answered.
	if _, err = service.Rename(t.Context(), first.ID, "Grace", 1); err != nil {
		t.Fatal(err)
	}
	again, repeated, err := service.Create(t.Context(), newKey(t, "1", "Ada"), "Ada")
	if err != nil || !repeated || again != first {
		t.Errorf("got %+v, %t, %v, want the first answer", again, repeated, err)
	}
	if _, _, err = service.Create(t.Context(), newKey(t, "1", "Eve"), "Eve"); !errors.Is(err, idempotency.ErrReused) {
		t.Errorf("err = %v, want one about the key", err)
	}
	if page, _, err := service.List(t.Context(), "", 10); err != nil || len(page) != 1 {
		t.Errorf("page = %v, %v, want one greeting", page, err)
	}
}

// TestRepeatedRequestThatWouldBeRefusedByNow has settings that were changed in the
// meantime.
func TestRepeatedRequestThatWouldBeRefusedByNow(t *testing.T) {
	service := newService(t, "")
	first, _, err := service.Create(t.Context(), newKey(t, "1", "Ada"), "Ada")
	if err != nil {
		t.Fatal(err)
	}
	again, repeated, err := service.Create(t.Context(), newKey(t, "1", "Ada"), "<b>")
	if err != nil || !repeated || again != first {
		t.Errorf("got %+v, %t, %v, want the first answer", again, repeated, err)
	}
	if again, err := service.Repeat(t.Context(), newKey(t, "1", "Ada"), errors.New("refused")); err != nil || again != first {
		t.Errorf("got %+v, %v, want the first answer", again, err)
	}
	if _, _, err = service.Create(t.Context(), newKey(t, "1", "Eve"), "<b>"); !errors.Is(err, idempotency.ErrReused) {
		t.Errorf("err = %v, want one about the key", err)
	}
	// What is refused leaves its key to the request that is right.
	if _, _, err = service.Create(t.Context(), newKey(t, "2", "Eve"), "<b>"); err == nil {
		t.Error("a refusal is lost")
	}
	if _, repeated, err := service.Create(t.Context(), newKey(t, "2", "Eve"), "Eve"); err != nil || repeated {
		t.Errorf("repeated = %t, %v", repeated, err)
	}
}

func TestOnlyOneOfTwoChangesWins(t *testing.T) {
	service := newService(t, "")
	g, _, err := service.Create(t.Context(), newKey(t, "1", "Ada"), "Ada")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := service.Rename(t.Context(), g.ID, "Grace", 1)
	if err != nil || changed.Version != 2 || changed.Message != "Hello, Grace!" {
		t.Errorf("got %+v, %v", changed, err)
	}
	if _, err = service.Rename(t.Context(), g.ID, "Eve", 1); !errors.Is(err, store.ErrConflict) {
		t.Errorf("err = %v, want a conflict", err)
	}
	if _, err = service.Rename(t.Context(), "nobody", "Eve", 1); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("err = %v, want not found", err)
	}
}

func TestPages(t *testing.T) {
	service := newService(t, "")
	for _, id := range []string{"1", "2", "3"} {
		if _, _, err := service.Create(t.Context(), newKey(t, id, "Ada"), "Ada"); err != nil {
			t.Fatal(err)
		}
	}
	first, next, err := service.List(t.Context(), "", 2)
	if err != nil || len(first) != 2 || next != first[1].ID {
		t.Fatalf("got %v, next %q, %v", first, next, err)
	}
	second, next, err := service.List(t.Context(), next, 2)
	if err != nil || len(second) != 1 || next != "" {
		t.Errorf("got %v, next %q, %v, want the last one", second, next, err)
	}
}
