package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-29"
	digest = "c43416b5fc11752895666bf3b3589a8cc7be9156e39206267cffc8fa2ac1ed46"
)
