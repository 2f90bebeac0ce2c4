package buildinfo

import (
	"runtime"
	"strings"
	"testing"
)

func TestGet(t *testing.T) {
	version, date = "v1.2.3", "2026-01-02T03:04:05Z"
	t.Cleanup(func() { version, date = "", "" })

	info := Get()
	if info.Version != "v1.2.3" || info.Date != "2026-01-02T03:04:05Z" || info.Go != runtime.Version() {
		t.Errorf("info = %+v, want what the linker set", info)
	}
	if info.Commit == "" {
		t.Error("what nobody knows is empty; want a word for it")
	}
	for _, want := range []string{info.Version, info.Commit, info.Date, info.Go} {
		if !strings.Contains(info.String(), want) {
			t.Errorf("%q does not contain %q", info, want)
		}
	}
}
