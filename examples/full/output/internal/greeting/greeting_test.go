package greeting

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"git.example.com/trade/market/internal/config"
)

// newGreeter returns a Greeter with the settings of a file.
func newGreeter(t *testing.T, file string) *Greeter {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(t.Context(), config.File{Path: path})
	if err != nil {
		t.Fatal(err)
	}

	return New(config.NewLive(c))
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
	greeter := newGreeter(t, "")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			greeting, err := greeter.Greet(t.Context(), tt.given)
			if greeting.Message != tt.message {
				t.Errorf("message = %q, want %q", greeting.Message, tt.message)
			}
			invalid, ok := errors.AsType[*InvalidError](err)
			if ok != (tt.problem != "") || ok && !strings.Contains(invalid.Error(), tt.problem) {
				t.Errorf("err = %v, want %q", err, tt.problem)
			}
		})
	}
}

func TestGreetingFromConfig(t *testing.T) {
	greeting, err := newGreeter(t, "values:\n  greeting: Moin\n").Greet(t.Context(), "Ada")
	if err != nil || greeting.Message != "Moin, Ada!" {
		t.Errorf("got %q, %v", greeting.Message, err)
	}
}
