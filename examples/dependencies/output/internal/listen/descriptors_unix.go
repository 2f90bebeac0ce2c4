//go:build unix

package listen

import (
	"math"
	"syscall"
)

// descriptors is what the process may open. Go raises it to the hard limit itself.
func descriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return most + reserved
	}

	return int(min(uint64(limit.Cur), math.MaxInt32)) //nolint:unconvert // Signed on some systems.
}
