// Package migrations holds the changes of the schema, inside the program: the
// image that needs a schema is the image that makes it.
//
// A rolling update runs the old and the new program side by side, on one schema.
// So a change that breaks the old program takes three releases:
//
//  1. expand: add what is new, and nothing that a running program trips over
//     (a column with a default, a table, an index made concurrently);
//  2. move: the program writes both and reads the new, and old rows are copied;
//  3. contract: drop the old, once no program uses it and no rollback would.
//
// Files are never changed once they were applied anywhere: add another.
package migrations

import (
	"embed"
	"fmt"
	"io/fs"
)

func sub(files embed.FS, dir string) fs.FS {
	fsys, err := fs.Sub(files, dir)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", dir, err)) // the directory is embedded above
	}

	return fsys
}
