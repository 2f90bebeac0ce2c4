// Package answer says how errors are answered, whatever the protocol: one table,
// which each server reads in the words of its own.
package answer

import (
	"errors"
	"time"
)

// Kind is what an error means for a caller.
type Kind int

// What a caller can do about an error. What is none of these is a mistake in the
// program: an error that nobody has put into the table.
const (
	// Invalid is a request that is wrong, however often it is sent.
	Invalid Kind = iota + 1
	// NotFound is for what isn't there.
	NotFound
	// Exists is for what is there already.
	Exists
	// Conflict is for a change that somebody else was faster with.
	Conflict
	// Unprocessable is a request that is right by itself, and wrong after another one.
	Unprocessable
	// TooLarge is for what nobody has room for.
	TooLarge
	// Unavailable is for a server that was away: nothing was done.
	Unavailable
	// Late is for what took too long: it may have been done.
	Late
)

// Row says of Err and everything that wraps it, or where there are many, of those
// for which If is true, what they mean.
type Row struct {
	Err  error
	If   func(error) bool
	Kind Kind
	// Detail goes to the caller: never put the text of an error there.
	Detail string
	// RetryAfter tells callers when to come again; 0 says nothing.
	RetryAfter time.Duration
}

// Table is all that is known of errors. The first row that fits counts.
type Table []Row

// Find returns the row of an error, and whether there is one.
func (t Table) Find(err error) (Row, bool) {
	for _, row := range t {
		if row.If != nil && row.If(err) || row.Err != nil && errors.Is(err, row.Err) {
			return row, true
		}
	}

	return Row{}, false
}
