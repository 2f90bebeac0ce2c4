package config

// Own are the settings of this service alone. This file is yours: no update of
// the generator touches it. Each setting is a field here and a row below; then
// file, environment, validation, reload, audit and --help know it.
type Own struct {
	// A field for each row below.
}

// ownFields is the table of Own. A range is part of each row: a value outside of
// it stops the start, and a reload keeps the settings that it would have replaced.
func ownFields() []Field {
	return nil
}
