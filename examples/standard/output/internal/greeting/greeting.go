// Package greeting is an example of a resource: it is created with a key that
// makes a repetition harmless, read, listed, and changed by version, over HTTP. Copy it for your own, and then let `make remove-example` take it out.
//
// It knows no protocol in this file, and no driver anywhere: what it needs of a
// data store is the interface Repository, and folders below it implement that.
package greeting

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/shop/orders/internal/config"
	"example.com/shop/orders/internal/idempotency"
	"example.com/shop/orders/internal/store"
)

const (
	// maxName counts characters, not bytes. It is what api/ promises.
	maxName = 64

	// maxPage is the most that one page of a list has.
	maxPage = 100

	// idLength is that of newID: twelve digits of time, and twenty at random.
	idLength = 32

	// valueKey is the key under "values" in the configuration file.
	valueKey = "greeting"

	defaultGreeting = "Hello"
)

// ErrAfter says that a list can't go on after something that is no id.
var ErrAfter = errors.New("no id to go on after")

// Greeting is the resource.
type Greeting struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Message   string    `json:"message"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
}

// Repository is where greetings are kept.
type Repository interface {
	// InTx runs f in a transaction: all of what f does is kept, or nothing. It may
	// run f again, if the first attempt lost against another transaction.
	InTx(ctx context.Context, f func(ctx context.Context, tx Tx) error) error
	// Get returns one greeting, or store.ErrNotFound.
	Get(ctx context.Context, id string) (Greeting, error)
	// List returns up to limit greetings after an id, in the order of ids.
	List(ctx context.Context, after string, limit int) ([]Greeting, error)
}

// Tx is a transaction. Whoever is given one writes through it, or not at all.
type Tx interface {
	// Remember keeps the answer under the key, or returns the one that is kept
	// there. Of two at a time the second waits for the first.
	Remember(ctx context.Context, key idempotency.Key, answer []byte) (kept []byte, fresh bool, err error)
	Insert(ctx context.Context, g Greeting) error
	// Update keeps g in place of the one with that version. If somebody else was
	// faster it is store.ErrConflict.
	Update(ctx context.Context, g Greeting, version int64) error
}

// InvalidError says what is wrong with a name, in words for the caller.
type InvalidError struct {
	Detail string
}

func (e *InvalidError) Error() string { return "the name " + e.Detail }

// Service is what greetings can do, whatever the protocol that it is asked over.
type Service struct {
	live       *config.Live
	repository Repository
	now        func() time.Time
}

// New returns a Service.
func New(live *config.Live, repository Repository) *Service {
	return &Service{live: live, repository: repository, now: time.Now}
}

// Greet returns a greeting that nobody keeps, or an InvalidError.
func (s *Service) Greet(name string) (Greeting, error) {
	name = strings.TrimSpace(name)
	if problem := validate(name); problem != "" {
		return Greeting{}, &InvalidError{Detail: problem}
	}

	// Read here and not in New, so that a reload counts.
	settings := s.live.Current()
	if slices.Contains(settings.Own.BlockedNames, name) {
		return Greeting{}, &InvalidError{Detail: "is not greeted"}
	}
	word := settings.Values[valueKey]
	if word == "" {
		word = defaultGreeting
	}

	return Greeting{Name: name, Message: word + ", " + name + "!"}, nil
}

// Repeat returns what was kept under the key of a request that is refused, or the
// refusal. It may have been carried out by another version of the program, or under
// other settings: then that is its answer.
func (s *Service) Repeat(ctx context.Context, key idempotency.Key, refusal error) (g Greeting, err error) {
	err = s.repository.InTx(ctx, func(ctx context.Context, tx Tx) error {
		kept, fresh, err := tx.Remember(ctx, key, []byte{})
		if err != nil {
			return err
		}
		if fresh {
			return refusal // and so nothing is kept
		}

		return json.Unmarshal(kept, &g)
	})
	if err != nil {
		return Greeting{}, fmt.Errorf("create greeting: %w", err)
	}

	return g, nil
}

// Create keeps a greeting, once for each key: repeated is true, and the greeting
// the first one, if the key is known.
func (s *Service) Create(ctx context.Context, key idempotency.Key, name string) (g Greeting, repeated bool, err error) {
	made, err := s.Greet(name)
	if err != nil {
		g, err = s.Repeat(ctx, key, err)

		return g, err == nil, err
	}
	// As exact as every store keeps it, so that the answer is what is read later.
	made.CreatedAt = s.now().UTC().Truncate(time.Millisecond)
	made.ID, made.Version = newID(made.CreatedAt), 1
	answer, err := json.Marshal(made)
	if err != nil {
		return Greeting{}, false, err
	}

	err = s.repository.InTx(ctx, func(ctx context.Context, tx Tx) error {
		g, repeated = made, false // f may run again
		kept, fresh, err := tx.Remember(ctx, key, answer)
		if err != nil {
			return err
		}
		if !fresh {
			repeated = true

			return json.Unmarshal(kept, &g)
		}

		return tx.Insert(ctx, g)
	})
	if err != nil {
		return Greeting{}, false, fmt.Errorf("create greeting: %w", err)
	}

	return g, repeated, nil
}

// Get returns one greeting.
func (s *Service) Get(ctx context.Context, id string) (Greeting, error) {
	if !isID(id) {
		return Greeting{}, fmt.Errorf("get greeting: %w", store.ErrNotFound)
	}
	g, err := s.repository.Get(ctx, id)
	if err != nil {
		return Greeting{}, fmt.Errorf("get greeting: %w", err)
	}

	return g, nil
}

// List returns a page of greetings after an id, and the id that the next page is
// after; there is no next one if that is empty. It is ErrAfter if that can't be one.
func (s *Service) List(ctx context.Context, after string, limit int) (page []Greeting, next string, err error) {
	if after != "" && !isID(after) {
		return nil, "", ErrAfter
	}
	limit = min(max(limit, 1), maxPage)
	// One more than asked for tells whether there is another page.
	page, err = s.repository.List(ctx, after, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("list greetings: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}

	return page, next, nil
}

// Rename changes the name of the greeting that was read with this version.
func (s *Service) Rename(ctx context.Context, id, name string, version int64) (Greeting, error) {
	made, err := s.Greet(name)
	if err != nil {
		return Greeting{}, err
	}
	if !isID(id) {
		return Greeting{}, fmt.Errorf("rename greeting: %w", store.ErrNotFound)
	}
	// Read outside the transaction: what it holds until then is nobody's wait, and
	// the version tells whether it is still so.
	g, err := s.repository.Get(ctx, id)
	if err == nil && g.Version != version {
		err = store.ErrConflict
	}
	if err == nil {
		g.Name, g.Message, g.Version = made.Name, made.Message, version+1
		err = s.repository.InTx(ctx, func(ctx context.Context, tx Tx) error { return tx.Update(ctx, g, version) })
	}
	if err != nil {
		return Greeting{}, fmt.Errorf("rename greeting: %w", err)
	}

	return g, nil
}

// newID returns an id that sorts by time, so that a list is in the order of
// creation and an index grows at its end.
func newID(now time.Time) string {
	var random [10]byte
	_, _ = rand.Read(random[:]) // it never fails: crypto/rand ends the process instead

	return fmt.Sprintf("%012x", now.UnixMilli()) + hex.EncodeToString(random[:])
}

// isID tells whether newID may have made it. Whatever else a client sends is
// nobody's id, and no store is asked for it.
func isID(text string) bool {
	return len(text) == idLength && strings.Trim(text, "0123456789abcdef") == ""
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
