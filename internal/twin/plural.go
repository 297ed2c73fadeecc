package twin

import (
	"strings"
	"unicode/utf8"
)

// plurals are endings of plurals, with what stands there in the singular, the
// likeliest first. The first ending that a word of at least so many letters has
// counts; without a singular the word is none.
var plurals = []struct {
	ending    string
	least     int
	singulars []string
}{
	{"ies", 5, []string{"y", "ie"}},       // policies, cookies, and technologies in French
	{"eaux", 5, []string{"eau"}},          // French
	{"eux", 4, []string{"eu"}},            // French
	{"aux", 5, []string{"al", "au"}},      // French
	{"oes", 5, []string{"o", "oe", "ao"}}, // heroes, shoes, reuniões in Portuguese
	{"ches", 5, []string{"ch", "che"}},    // branches, caches
	{"shes", 5, []string{"sh", "she"}},
	{"sses", 5, []string{"ss", "sse"}},
	{"xes", 5, []string{"x", "xe"}},
	{"zes", 5, []string{"z", "ze"}},
	{"ses", 6, []string{"se", "s", "sis"}}, // releases, statuses, analyses
	{"ces", 5, []string{"ce", "z"}},        // services, luces in Spanish
	{"des", 7, []string{"de", "d"}},        // modes, actividades in Spanish
	{"les", 7, []string{"le", "l"}},
	{"nes", 7, []string{"ne", "n"}},
	{"res", 7, []string{"re", "r"}},
	{"ss", 0, nil},
	{"js", 0, nil},
	{"s", 4, []string{""}},
	{"ungen", 7, []string{"ung"}}, // German, as all below
	{"heiten", 8, []string{"heit"}},
	{"keiten", 8, []string{"keit"}},
	{"schaften", 10, []string{"schaft"}},
	{"ionen", 7, []string{"ion"}},
	{"taten", 8, []string{"tat"}},
	{"en", 6, []string{"e"}},
	{"hte", 7, []string{"ht"}},
	{"kte", 7, []string{"kt"}},
	{"lle", 7, []string{"ll"}},
	{"nte", 7, []string{"nt"}},
	{"pte", 7, []string{"pt"}},
	{"sse", 7, []string{"ss"}},
}

// singulars are what a word may be the plural of, the likeliest first. A wrong
// one does no harm unless there is a label of that name.
func singulars(word string) []string {
	if notPlural[word] {
		return nil
	}
	n := utf8.RuneCountInString(word)
	for i := range plurals {
		p := &plurals[i]
		if n < p.least {
			continue
		}
		if stem, ok := strings.CutSuffix(word, p.ending); ok {
			found := make([]string, len(p.singulars))
			for i, end := range p.singulars {
				found[i] = stem + end
			}
			return found
		}
	}
	return nil
}

// notPlural are words that look like the plural of another word and are none.
var notPlural = setOf("https ftps smtps imaps ldaps" + // s for secure
	" news canvas pandas windows customs" +
	" corps temps pays mars") // French

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
