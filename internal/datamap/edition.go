package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "2cc67b6f6fe86b9db8ea0acecdaaab08438bdd9ea1f0ef88600c5a7062bcc014"
)
