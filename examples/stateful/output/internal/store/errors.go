// Package store has what the data stores share: the errors that callers decide
// by.
package store

import "errors"

var (
	// ErrNotFound says that there is no such row.
	ErrNotFound = errors.New("not found")

	// ErrConflict says that somebody else has changed the row since it was read.
	// Read it again and decide anew.
	ErrConflict = errors.New("changed by somebody else")

	// ErrInvalid says that a value can be in no row, whoever asks for it: a text that
	// is none, a number that is too large.
	ErrInvalid = errors.New("not a value that can be kept")
)
