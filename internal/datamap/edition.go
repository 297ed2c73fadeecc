package datamap

// Date is the day on which the privacy page last said something new. digest is
// of what it says: a test fails when that changes and Date does not.
//
// Both are written by go test ./internal/datamap -update.
const (
	Date   = "2026-11-22"
	digest = "cf42e0daee2918e03a21903f995454a13125807899465cd2d6db639b9eb4307c"
)
