package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "cd68f2edf08675d9152b810fa27fdeac9c580205e93db663656732840e08d763"
)
