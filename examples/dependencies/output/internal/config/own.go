package config

import "time"

// Own are the settings of this service alone. This file is yours: no update of
// the generator touches it. Each setting is a field here and a row below; then
// file, environment, validation, reload, audit and --help know it.
type Own struct {
	// A field for each row below.
	PageSize     int           // entries on a page, if the client doesn't say
	CacheFor     time.Duration // how long a client may keep an answer; 0 is not at all
	BlockedNames []string      // names that are refused
}

// ownFields is the table of Own. A range is part of each row: a value outside of
// it stops the start, and a reload keeps the settings that it would have replaced.
func ownFields() []Field {
	return []Field{
		{
			Key:  "own.pageSize",
			Env:  "OWN_PAGE_SIZE",
			Doc:  "entries on a page of a list, if the client doesn't say how many",
			kind: intKind(func(c *Config) *int { return &c.Own.PageSize }, 20, 1, 100),
			// Read for every request.
			Reloadable: true,
		},
		{
			Key:  "own.cacheFor",
			Env:  "OWN_CACHE_FOR",
			Doc:  "how long a client may keep an answer; 0s is not at all",
			kind: durationKind(func(c *Config) *time.Duration { return &c.Own.CacheFor }, 0, 0),
			// Read for every request.
			Reloadable: true,
		},
		{
			Key:  "own.blockedNames",
			Env:  "OWN_BLOCKED_NAMES",
			Doc:  "names that are refused, with commas between them",
			kind: listKind(func(c *Config) *[]string { return &c.Own.BlockedNames }, nil, 100),
			// Read for every request.
			Reloadable: true,
		},
	}
}
