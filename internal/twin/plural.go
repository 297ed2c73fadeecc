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
	{"topics", 6, []string{"topic"}}, // of few words in -ics there is one without s
	{"metrics", 7, []string{"metric"}},
	{"epics", 5, []string{"epic"}},
	{"ics", 0, nil},
	{"cpus", 4, []string{"cpu"}}, // nor is -us a plural but of these
	{"gpus", 4, []string{"gpu"}},
	{"menus", 5, []string{"menu"}},
	{"us", 0, nil},
	{"ais", 6, []string{"al", "ai"}}, // animais in Portuguese
	{"pis", 4, []string{"pi"}},       // apis, as all in -is that are a plural
	{"kis", 4, []string{"ki"}},
	{"jis", 4, []string{"ji"}},
	{"uis", 4, []string{"ui"}},
	{"xis", 5, []string{"xi"}},
	{"is", 0, nil},
	{"ies", 5, []string{"y", "ie"}},       // policies, cookies, and technologies in French
	{"eaux", 5, []string{"eau"}},          // French
	{"eux", 4, []string{"eu"}},            // French
	{"aux", 5, []string{"al", "au"}},      // French
	{"oes", 5, []string{"o", "oe", "ao"}}, // heroes, shoes, reuniões in Portuguese
	{"ches", 5, []string{"ch", "che"}},    // branches, caches
	{"shes", 5, []string{"sh", "she"}},
	{"sses", 5, []string{"ss", "sse"}},
	{"alyzes", 8, []string{"alyze", "alysis"}}, // as commonly spells analyses
	{"taxes", 5, []string{"tax"}},
	{"axes", 4, []string{"ax", "axe", "axis"}},
	{"bases", 5, []string{"base", "basis"}},
	{"buses", 5, []string{"bus", "buse"}},
	{"xes", 5, []string{"x", "xe"}},
	{"zzes", 7, []string{"zz", "z"}}, // quizzes
	{"zes", 5, []string{"z", "ze"}},
	{"ses", 6, []string{"se", "s", "sis"}},         // releases, statuses, analyses
	{"ices", 6, []string{"ice", "ex", "ix", "iz"}}, // services, indices, matrices in English and in Spanish
	{"ces", 5, []string{"ce", "z"}},                // services, luces in Spanish
	{"lves", 6, []string{"lf", "lve"}},             // shelves, valves
	{"yes", 5, []string{"y", "ye"}},                // leyes in Spanish
	{"des", 7, []string{"de", "d"}},                // modes, actividades in Spanish
	{"les", 7, []string{"le", "l"}},
	{"nes", 7, []string{"ne", "n"}},
	{"res", 7, []string{"re", "r"}},
	{"ss", 0, nil},
	{"js", 0, nil},
	{"ins", 3, []string{"in"}}, // of so short words no other ends a name as how-tos does
	{"ons", 3, []string{"on"}},
	{"tos", 3, []string{"to"}},
	{"ups", 3, []string{"up"}},
	{"children", 8, []string{"child"}},
	{"criteria", 8, []string{"criterion"}},
	{"people", 6, []string{"person"}},
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
	{"rte", 8, []string{"rt"}}, // importe in Spanish is no import
	{"sse", 7, []string{"ss"}},
	{"ste", 7, []string{"st"}},
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
	" aids hdfs nats rtos" + // names of their own beside aid, hdf, nat and rto
	" news canvas pandas windows customs goods works arms means glasses species series sales" +
	" corps temps pays mars") // French

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(words) {
		set[word] = true
	}
	return set
}
