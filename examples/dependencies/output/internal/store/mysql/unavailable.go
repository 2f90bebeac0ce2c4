package mysql

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

	"github.com/go-sql-driver/mysql"

	"example.com/shop/checkout/internal/store"
)

// Codes of the server, https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
// and https://mariadb.com/kb/en/mariadb-error-code-reference/
const (
	erDiskFull               = 1021
	erOutOfMemory            = 1037
	erOutOfSortMemory        = 1038
	erConCount               = 1040
	erOutOfResources         = 1041
	erAccessDenied           = 1045
	erUnknownCom             = 1047 // "WSREP has not yet prepared node": a part of a cluster that lost the rest
	erServerShutdown         = 1053
	erRecordFileFull         = 1114
	erHostIsBlocked          = 1129
	erNetReadError           = 1158
	erNetReadInterrupted     = 1159
	erNetErrorOnWrite        = 1160
	erNetWriteInterrupted    = 1161
	erErrorDuringCommit      = 1180
	erNewAbortingConnection  = 1184
	erTooManyUserConnections = 1203
	erLockWaitTimeout        = 1205
	erLockDeadlock           = 1213
	erUserLimitReached       = 1226
	erOutOfRange             = 1264
	erOptionPreventsStmt     = 1290 // --read-only
	erMixOfCollations        = 1267 // a text that the column's character set doesn't have
	erTruncatedWrongValue    = 1292
	erInvalidCharacter       = 1300
	erWrongStringValue       = 1366
	erDataTooLong            = 1406
	erWrongValue             = 1525
	erReadOnlyTransaction    = 1792
	erReadOnlyMode           = 1836
	erConnectionKilled       = 1927
	erServerOfflineMode      = 3032
	erRolledBackByPlugin     = 3101
	erCannotConvertString    = 3988
	erClientInteraction      = 4031
)

// Codes that proxies answer with where they don't reach a server. Those of MySQL's
// client library, which ProxySQL and MySQL Router use:
// https://dev.mysql.com/doc/mysql-errors/8.4/en/client-error-reference.html
// ProxySQL's own: https://proxysql.com/documentation/error-codes
// The proxy of TencentDB: https://cloud.tencent.com/document/product/236/139213
const (
	proxyInternal       = 1999
	crConnHostError     = 2003
	crServerGone        = 2006
	crServerLost        = 2013
	proxyConnectTimeout = 9001
	proxyConnectFailure = 9002
	proxyServerOffline  = 9004
)

// unavailable are the codes of a server that is away, full, ending, or not to be
// written to, or that asks for a second attempt.
var unavailable = []uint16{
	erDiskFull, erOutOfMemory, erOutOfSortMemory, erConCount, erOutOfResources, erAccessDenied, erUnknownCom,
	erServerShutdown, erRecordFileFull, erHostIsBlocked, erNetReadError, erNetReadInterrupted, erNetErrorOnWrite,
	erNetWriteInterrupted, erErrorDuringCommit, erNewAbortingConnection, erTooManyUserConnections, erLockWaitTimeout,
	erLockDeadlock, erUserLimitReached, erOptionPreventsStmt, erReadOnlyTransaction, erReadOnlyMode, erConnectionKilled,
	erServerOfflineMode, erRolledBackByPlugin, erClientInteraction, proxyInternal, crConnHostError, crServerGone,
	crServerLost, proxyConnectTimeout, proxyConnectFailure, proxyServerOffline,
}

// Unavailable tells an error of the server from one of what was asked of it. The
// second comes again however often one asks: data that has no place (1062, 1264,
// 1366, 1406, 1452, 3819), a statement that is too large or takes too long (1153,
// 1317, 1969, 3024), and whatever isn't listed above.
func Unavailable(err error) bool {
	var myErr *mysql.MySQLError
	if errors.As(err, &myErr) {
		return slices.Contains(unavailable, myErr.Number)
	}

	return broken(err) || store.Unavailable(err)
}

// broken tells that a connection was lost, or could not be made.
func broken(err error) bool {
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || store.Away(err)
}

// Lost tells those errors that are no word of the server, but the end of a
// connection: what was asked may have been the reason.
func Lost(err error) bool {
	if myErr, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return myErr.Number == erConnectionKilled
	}

	return broken(err) && (store.Lost(err) || !store.Away(err))
}

// invalid are the codes for a value that has no place in its column.
var invalid = []uint16{
	erOutOfRange, erMixOfCollations, erTruncatedWrongValue, erInvalidCharacter, erWrongStringValue, erDataTooLong, erWrongValue,
	erCannotConvertString,
}

// Invalid tells that a value can be in no row: a text that is no UTF-8, a number
// that is too large. Where it came from a client it is the client's mistake: see
// store.ErrInvalid.
func Invalid(err error) bool {
	myErr, ok := errors.AsType[*mysql.MySQLError](err)

	return ok && slices.Contains(invalid, myErr.Number)
}

// OfDriver tells an error that server or connection have returned from one of
// somebody else's.
func OfDriver(err error) bool {
	_, answered := errors.AsType[*mysql.MySQLError](err)

	return answered || Unavailable(err) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, mysql.ErrPktTooLarge)
}

// readOnly are the codes of a server that is a replica by now.
func readOnly(code uint16) bool {
	return code == erOptionPreventsStmt || code == erReadOnlyTransaction || code == erReadOnlyMode
}

// moved tells that a server ends, is lost or has become a replica. What else is
// open to it has no future.
func moved(err error) bool {
	var myErr *mysql.MySQLError
	if errors.As(err, &myErr) {
		switch myErr.Number {
		case erServerShutdown, erOptionPreventsStmt, erReadOnlyTransaction, erReadOnlyMode, erConnectionKilled, erUnknownCom,
			erServerOfflineMode:
			return true
		}

		return false
	}

	// Not Unavailable: a pool that is in use is load, and nothing has moved.
	return broken(err)
}
