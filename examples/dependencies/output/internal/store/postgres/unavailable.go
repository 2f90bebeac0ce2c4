package postgres

import (
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"example.com/shop/checkout/internal/store"
)

// Classes of SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	classConnection   = "08"
	classData         = "22"
	classNotLoggedIn  = "28"
	classRolledBack   = "40"
	classResources    = "53"
	classIntervention = "57"
	classSystem       = "58"

	readOnlyTransaction = "25006"
	queryCanceled       = "57014"
	adminShutdown       = "57P01"
	crashShutdown       = "57P02"
	lockNotAvailable    = "55P03"
)

// Unavailable tells an error of the server, which is away, full, restarting or
// not to be written to, from one of what was asked of it. The second comes again
// however often one asks: data that has no place (22, 23), a statement that is
// too large or takes too long (54, 57014), and whatever isn't listed here.
func Unavailable(err error) bool {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		switch pgErr.Code {
		case queryCanceled:
			return false
		case readOnlyTransaction, lockNotAvailable:
			return true
		}
		switch pgErr.Code[:min(len(pgErr.Code), len(classSystem))] {
		case classConnection, classNotLoggedIn, classRolledBack, classResources, classIntervention, classSystem:
			return true
		}

		return false
	}
	var connectErr *pgconn.ConnectError

	return errors.As(err, &connectErr) || errors.Is(err, pgconn.ErrConnClosed) || store.Unavailable(err)
}

// Lost tells those errors that are no word of the server, but the end of a
// connection: what was asked may have been the reason.
func Lost(err error) bool {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pgErr.Code == adminShutdown || pgErr.Code == crashShutdown
	}
	_, connects := errors.AsType[*pgconn.ConnectError](err)

	return !connects && (errors.Is(err, pgconn.ErrConnClosed) || store.Lost(err))
}

// Invalid tells that a value can be in no row: a text with a NUL, or that is no
// UTF-8, a number that is too large. Where it came from a client it is the client's
// mistake: see store.ErrInvalid.
func Invalid(err error) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](err)

	return ok && pgErr.Code[:min(len(pgErr.Code), len(classData))] == classData
}

// OfDriver tells an error that server or connection have returned from one of
// somebody else's.
func OfDriver(err error) bool {
	_, answered := errors.AsType[*pgconn.PgError](err)

	return answered || Unavailable(err) || errors.Is(err, pgx.ErrTxClosed) || errors.Is(err, pgx.ErrTxCommitRollback)
}

// moved tells that a server ends, is lost or has become a replica. What else is
// open to it has no future.
func moved(err error) bool {
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		ends := pgErr.Code[:min(len(pgErr.Code), len(classIntervention))] == classIntervention

		return pgErr.Code == readOnlyTransaction || (ends && pgErr.Code != queryCanceled)
	}

	// The first message after the end of a connection, a BEGIN above all, gets this
	// error in the place of EOF.
	return errors.Is(err, pgconn.ErrConnClosed) || store.Away(err)
}
