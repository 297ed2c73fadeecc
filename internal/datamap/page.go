package datamap

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed privacy.html
var pageSource string

var pageTemplate = template.Must(template.New("privacy").Parse(pageSource))

// Page is the privacy page of a service with these facts, as HTML. It needs no
// script, style sheet or image.
func Page(facts Facts) []byte {
	page, err := pageOf(facts, Date)
	if err != nil { // the template and its data are both of this package
		panic(err)
	}
	return page
}

func pageOf(facts Facts, date string) ([]byte, error) {
	filled := func(stores []Store) []Store {
		all := make([]Store, len(stores))
		for at, store := range stores {
			all[at] = store.Filled(facts.Days)
		}
		return all
	}
	facts.Stores = filled(facts.Stores)
	var page bytes.Buffer
	err := pageTemplate.Execute(&page, struct {
		Facts
		Date         string
		InConfluence []Store
		InMemory     []Passing
		PassingEnds  string
		Counts       string
		FixTimes     []FixTime
		Hosts        []Summary
		Without      string
	}{facts, date, filled(InConfluence), InMemory, PassingEnds, Counts, FixTimes, Summaries(facts.Stores, facts.Recipients), WithoutService})
	return page.Bytes(), err
}
