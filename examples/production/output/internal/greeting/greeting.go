// Package greeting is an example: validation, a setting, answers and errors,
// over HTTP. Once you have something of your own, delete it together with its
// lines in internal/app and its part of api/. scripts/smoke.sh and the tests in
// cmd call it too: let them call yours.
package greeting

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/shipping/internal/config"
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
}

// InvalidError says what is wrong with a name, in words for the caller.
type InvalidError struct {
	Detail string
}

func (e *InvalidError) Error() string { return "the name " + e.Detail }

// Greeter greets, whatever the protocol that it is asked over.
type Greeter struct {
	live *config.Live
}

// New returns a Greeter.
func New(live *config.Live) *Greeter {
	return &Greeter{live: live}
}

// Greet returns the greeting for name, or an InvalidError.
func (g *Greeter) Greet(_ context.Context, name string) (Greeting, error) {
	name = strings.TrimSpace(name)
	if problem := validate(name); problem != "" {
		return Greeting{}, &InvalidError{Detail: problem}
	}

	// Read here and not in New, so that a reload counts.
	word := g.live.Current().Values[valueKey]
	if word == "" {
		word = defaultGreeting
	}

	return Greeting{Message: word + ", " + name + "!"}, nil
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
