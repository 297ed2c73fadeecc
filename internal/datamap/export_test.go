package datamap

// PageOf, Edition and Newest let the tests, which import the packages that
// declare stores, hold the page against its date.
var (
	PageOf  = pageOf
	Edition = edition
	Newest  = newest
)
