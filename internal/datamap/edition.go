package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "a958b4bbea8bbea5769bd3e01000c6c7373f18d29a70c783c96836d7299f2554"
)
