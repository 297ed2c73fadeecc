package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "cf59fbaea17d31fcc8e8fba04024803b08ccd76b33530578b5bc19f061a1aa1f"
)
