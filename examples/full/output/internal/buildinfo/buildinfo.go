// Package buildinfo tells which build this is.
package buildinfo

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Set by the linker, see the Makefile and the Dockerfile. Empty in a plain
// `go build` or `go run`.
var (
	version string
	commit  string
	date    string
)

// Info identifies a build.
type Info struct {
	Version string
	Commit  string
	Date    string
	Go      string
}

// Get returns what the linker set and, for what it didn't, what the Go command
// recorded by itself.
func Get() Info {
	info := Info{Version: version, Commit: commit, Date: date, Go: runtime.Version()}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	// "(devel)" is the Go command's way to say that it doesn't know either.
	if info.Version == "" && build.Main.Version != "(devel)" {
		info.Version = build.Main.Version
	}
	for _, setting := range build.Settings {
		switch {
		case setting.Key == "vcs.revision" && info.Commit == "":
			info.Commit = setting.Value
		case setting.Key == "vcs.time" && info.Date == "":
			info.Date = setting.Value
		}
	}
	for _, empty := range []*string{&info.Version, &info.Commit, &info.Date} {
		if *empty == "" {
			*empty = "unknown"
		}
	}

	return info
}

func (i Info) String() string {
	return fmt.Sprintf("%s (commit %s, built %s, %s)", i.Version, i.Commit, i.Date, i.Go)
}
