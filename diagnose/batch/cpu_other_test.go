//go:build !unix

package batch_test

import "time"

// cpuTime is not known here: the ratio by processor time comes out as NaN.
func cpuTime() time.Duration { return 0 }
