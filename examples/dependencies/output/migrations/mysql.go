package migrations

import (
	"embed"
	"io/fs"
)

//go:embed mysql/*.sql
var mysql embed.FS

// MySQL returns the migrations of MySQL, named VERSION_NAME.sql. The server
// commits every change of a schema by itself: keep to one in a file, so that one
// which fails leaves nothing half done.
func MySQL() fs.FS { return sub(mysql, "mysql") }
