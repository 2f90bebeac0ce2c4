// Package greeting is an example: validation, a setting, answers and errors,
// over HTTP and over gRPC. Once you have something of your own, delete it together with its
// lines in internal/app and its part of api/. scripts/smoke.sh and the tests in
// cmd call it too: let them call yours.
package greeting

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"git.example.com/trade/market/internal/config"
)

const (
	// maxName counts characters, not bytes. It is what api/ promises.
	maxName = 64

	// valueKey is the key under "values" in the configuration file.
	valueKey = "greeting"

	defaultGreeting = "Hello"
)

// Greeting is the answer.
type Greeting struct {
	Message string `json:"message"`

	// Greeted is how often each dependency that counts has seen the name.
	Greeted map[string]int64 `json:"greeted,omitempty"`
}

// Use is a dependency that hears of every greeting.
type Use struct {
	Name string
	// Greet returns how often the name was greeted, or 0 if it doesn't count.
	Greet func(ctx context.Context, name string) (int64, error)
}

// InvalidError says what is wrong with a name, in words for the caller.
type InvalidError struct {
	Detail string
}

func (e *InvalidError) Error() string { return "the name " + e.Detail }

// UnavailableError says which dependency has failed, and not why: that is in the
// log, since it may name hosts and statements, and this goes to a client.
type UnavailableError struct {
	Name string
}

func (e *UnavailableError) Error() string { return "A dependency is not available: " + e.Name + "." }

// Greeter greets, whatever the protocol that it is asked over.
type Greeter struct {
	live *config.Live
	uses []Use
}

// New returns a Greeter that tells its dependencies.
func New(live *config.Live, uses ...Use) *Greeter {
	return &Greeter{live: live, uses: uses}
}

// Greet returns the greeting for name, an InvalidError or an UnavailableError.
func (g *Greeter) Greet(ctx context.Context, name string) (Greeting, error) {
	name = strings.TrimSpace(name)
	if problem := validate(name); problem != "" {
		return Greeting{}, &InvalidError{Detail: problem}
	}

	// Read here and not in New, so that a reload counts.
	word := g.live.Current().Values[valueKey]
	if word == "" {
		word = defaultGreeting
	}
	answer := Greeting{Message: word + ", " + name + "!"}
	for _, use := range g.uses {
		count, err := use.Greet(ctx, name)
		if err != nil {
			if ctx.Err() != nil {
				// The caller's time is over, which is not the dependency's fault.
				return Greeting{}, ctx.Err()
			}

			return Greeting{}, &UnavailableError{Name: use.Name}
		}
		if count > 0 {
			if answer.Greeted == nil {
				answer.Greeted = make(map[string]int64, len(g.uses))
			}
			answer.Greeted[use.Name] = count
		}
	}

	return answer, nil
}

// validate returns what is wrong with name, or nothing.
func validate(name string) string {
	switch {
	case !utf8.ValidString(name):
		return "must be UTF-8"
	case name == "":
		return "must not be empty"
	case utf8.RuneCountInString(name) > maxName:
		return "must have at most 64 characters"
	}
	for _, c := range name {
		if !unicode.IsLetter(c) && !unicode.IsMark(c) && !unicode.IsDigit(c) && !strings.ContainsRune(" '.-", c) {
			return "must consist of letters, digits, spaces, apostrophes, full stops and hyphens"
		}
	}

	return ""
}
