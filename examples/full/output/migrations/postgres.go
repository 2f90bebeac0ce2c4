package migrations

import (
	"embed"
	"io/fs"
)

//go:embed postgres/*.sql
var postgres embed.FS

// Postgres returns the migrations of PostgreSQL, named VERSION_NAME.sql.
func Postgres() fs.FS { return sub(postgres, "postgres") }
