package datamap

// Digest and PageOf let the tests, which import the packages that declare
// stores, hold the page against its date.
const Digest = digest

var PageOf = pageOf
