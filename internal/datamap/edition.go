package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "4f135c9d0697728946eaa7345aef316fcae426292bba09c8601290169507f75d"
)
