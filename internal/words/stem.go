package words

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/turkish"
)

var stemmers = [languages]func(*snowballstem.Env) bool{
	English:    english.Stem,
	German:     german.Stem,
	French:     french.Stem,
	Spanish:    spanish.Stem,
	Portuguese: portuguese.Stem,
	Italian:    italian.Stem,
	Dutch:      dutch.Stem,
	Swedish:    swedish.Stem,
	Danish:     danish.Stem,
	Norwegian:  norwegian.Stem,
	Finnish:    finnish.Stem,
	Hungarian:  hungarian.Stem,
	Turkish:    turkish.Stem,
	Russian:    russian.Stem,
}

// maxStemmed is how long a word may be, in bytes, to be stemmed. What is longer
// is no word of these languages but an identifier or an attack.
const maxStemmed = 64

// stem returns the stem of a word that is normalised: what all forms of the word
// have in common, without accents. What is not letters only, such as 18f, u.s and
// c++, has no forms.
func (r *Reader) stem(word string, language Language) string {
	stemmer := stemmers[language]
	if stemmer == nil || len(word) > maxStemmed || strings.ContainsFunc(word, isNoLetter) {
		return withoutAccents(word, lettersOf[language])
	}
	if singular, ok := acronymPlurals[word]; ok {
		return singular
	}
	if own, ok := ownStems[language][word]; ok {
		return own
	}
	prepared := prepare(word, language)
	if own, ok := ownStems[language][prepared]; ok {
		return own
	}
	if language == English && isItsStem(prepared) {
		return prepared
	}
	r.env.SetCurrent(prepared)
	stemmer(r.env)
	stem := r.env.Current()
	if stem == "" {
		stem = word
	}
	switch language {
	case Dutch:
		stem = closed(stem)
	case Finnish:
		stem = finnishStem(stem)
	}
	return withoutAccents(stem, lettersOf[language])
}

// isItsStem reports whether an English word has an ending that no step of the
// stemmer takes, which is told faster than by trying them.
func isItsStem(word string) bool {
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return false
		}
	}
	ends := func(ending string) bool { return strings.HasSuffix(word, ending) }
	switch word[len(word)-1] {
	case 'a', 'b', 'f', 'h', 'j', 'k', 'o', 'p', 'q', 'u', 'v', 'w', 'x', 'z':
		return true
	case 'c':
		return !ends("ic")
	case 'd':
		return !ends("ed")
	case 'g':
		return !ends("ing")
	case 'l':
		return !ends("al") && !ends("ful") && !ends("ll")
	case 'm':
		return !ends("ism")
	case 'n':
		return !ends("ion")
	case 'r':
		return !ends("er") && !ends("or")
	case 't':
		return !ends("ant") && !ends("ent") && !ends("ist")
	}
	return false
}

func isNoLetter(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }

// lettersOf are the letters of a language that are letters of their own to its
// readers and not accented ones: lön is not lon.
var lettersOf = [languages]string{Swedish: "åäö", Danish: "æøå", Norwegian: "æøå", Finnish: "äö"}

// prepare rewrites what the stemmer of a language gets wrong: spellings that
// people mix, accents that people leave out, and endings it does not know.
func prepare(word string, language Language) string {
	switch language {
	case English:
		return american(withoutAccents(word, ""))
	case German:
		return umlauts(feminine(withoutAccents(word, "äöüß")))
	case Dutch:
		word = withoutAccents(word, "")
	case Swedish, Danish, Norwegian:
		word = withoutAccents(word, lettersOf[language])
	case Finnish:
		return finnishNoun(withoutAccents(word, lettersOf[Finnish]))
	case Turkish:
		return harmonised(word)
	}
	for _, ending := range endings[language] {
		bare, ok := strings.CutSuffix(word, ending.written)
		if !ok || len(bare) < 2 {
			continue
		}
		for except := range strings.FieldsSeq(ending.except) {
			if strings.HasSuffix(word, except) {
				return word
			}
		}
		return bare + ending.stemmed
	}
	return word
}

// harmonised writes a Turkish i as the dotless ı after a vowel that calls for it.
// A reader does not tell them apart, because only Turkish has two capitals for
// them, and the stemmer does.
func harmonised(word string) string {
	back := false
	return strings.Map(func(c rune) rune {
		switch c {
		case 'a', 'o', 'u', 'ı':
			back = true
		case 'e', 'ö', 'ü':
			back = false
		case 'i':
			if back {
				return 'ı'
			}
		}
		return c
	}, word)
}

// ending is how words end that the stemmer is to see with another ending, unless
// they end in one of the exceptions.
type ending struct{ written, stemmed, except string }

// endings are accents that people leave out where the ending tells which was
// meant, and forms that the stemmers do not know. The first that fits counts.
var endings = [languages][]ending{
	French: {
		{"alite", "alité", ""}, {"ilite", "ilité", ""}, {"ivite", "ivité", ""}, {"urite", "urité", ""},
		{"alites", "alités", ""}, {"ilites", "ilités", ""}, {"ivites", "ivités", ""}, {"urites", "urités", ""},
		{"ees", "ées", ""}, {"ee", "ée", ""},
	},
	Spanish: {
		{"cion", "ción", ""}, {"sion", "sión", ""}, {"nion", "nión", ""}, {"stion", "stión", ""},
		{"logia", "logía", ""}, {"logias", "logías", ""}, {"grafia", "grafía", ""}, {"grafias", "grafías", ""},
		{"dades", "dad", ""},
	},
	Portuguese: {
		{"ções", "ção", ""}, {"coes", "ção", ""}, {"cao", "ção", ""}, {"ões", "ão", ""}, {"oes", "ão", ""}, {"ao", "ão", ""},
		{"encia", "ência", ""}, {"encias", "ências", ""}, {"ancia", "ância", ""}, {"ancias", "âncias", ""},
		{"aveis", "ável", ""}, {"iveis", "ível", ""}, {"veis", "vel", ""}, {"avel", "ável", ""}, {"ivel", "ível", ""}, {"ais", "al", "demais"}, {"éis", "el", ""}, {"óis", "ol", ""},
		{"ens", "em", ""}, {"orio", "ório", ""}, {"orios", "órios", ""},
	},
	Italian: {{"alita", "alità", ""}, {"ilita", "ilità", ""}, {"ivita", "ività", ""}, {"urita", "urità", ""}, {"orita", "orità", ""}},
	Dutch: {
		{"ieen", "ie", ""}, {"ties", "tie", ""}, {"ries", "rie", ""}, {"gies", "gie", ""}, {"nies", "nie", ""}, {"phies", "phie", ""}, {"fies", "fie", ""}, {"ncies", "ncie", ""}, {"ssies", "ssie", ""}, {"dies", "die", ""},
	},
	Swedish: { // the definite forms in -et, -ena and -an
		{"et", "", "het itet paket raket staket planet magnet budget ticket internet intranet alfabet universitet kabinet tapet poet diet mycket konkret diskret sekret asset"},
		{"ena", "en", ""}, {"an", "a", "plan organ man roman japan innan"},
	},
}

// closed writes the end of a Dutch stem as the word is written without an ending:
// huis for huiz of huizen, man for mann of mannen.
func closed(stem string) string {
	if len(stem) < 4 {
		return stem
	}
	last, before := stem[len(stem)-1], stem[len(stem)-2]
	switch {
	case last == 'z':
		return stem[:len(stem)-1] + "s"
	case last == 'v':
		return stem[:len(stem)-1] + "f"
	case last == before && strings.IndexByte("bfglmnprs", last) >= 0:
		return stem[:len(stem)-1]
	}
	return stem
}

// feminine undoes endings that the German stemmer does not know: Regeln is a form
// of Regel, Mitarbeiterinnen of Mitarbeiter, Systeme of System.
func feminine(word string) string {
	switch {
	case len(word) > 5 && strings.HasSuffix(word, "eln"):
		return word[:len(word)-1]
	case len(word) > 8 && strings.HasSuffix(word, "erin"):
		return strings.TrimSuffix(word, "in")
	case len(word) > 9 && strings.HasSuffix(word, "innen"):
		return strings.TrimSuffix(word, "innen")
	case strings.HasSuffix(word, "system"), strings.HasSuffix(word, "problem"):
		return word + "e"
	}
	return word
}

// umlauts writes ä, ö and ü where a German word has ae, oe and ue for them, which
// people do in names and labels. Aktuell becomes aktüll on the way, which hurts
// nobody, because it always does.
func umlauts(word string) string {
	if !strings.Contains(word, "ae") && !strings.Contains(word, "oe") && !strings.Contains(word, "ue") {
		return word
	}
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if i+1 < len(word) && word[i+1] == 'e' {
			umlaut := ""
			switch word[i] {
			case 'a':
				umlaut = "ä"
			case 'o':
				umlaut = "ö"
			case 'u':
				// not in Frauen, neue, Quelle
				if i == 0 || !strings.ContainsRune("aeiouqy", rune(word[i-1])) {
					umlaut = "ü"
				}
			}
			if umlaut != "" {
				b.WriteString(umlaut)
				i++
				continue
			}
		}
		b.WriteByte(word[i])
	}
	return b.String()
}

// acronymPlurals are plurals that most stemmers do not take for such, because in
// their languages no word loses an s there.
var acronymPlurals = map[string]string{
	"apis": "api", "kpis": "kpi", "guis": "gui", "clis": "cli", "uris": "uri", "cpus": "cpu", "gpus": "gpu", "skus": "sku", "pocs": "poc", "okrs": "okr",
}

// ownStems are words that a stemmer takes for forms of another word and that
// people use as labels with a meaning of their own, and words whose forms it takes
// for several: each line is a stem and the words that have it. Only words that
// were seen to go wrong belong here.
var ownStems = func() (m [languages]map[string]string) {
	for language, text := range map[Language]string{English: ownEnglish, German: ownGerman, French: ownFrench, Spanish: ownSpanish, Portuguese: ownPortuguese, Italian: ownItalian, Dutch: ownDutch, Swedish: ownSwedish} {
		m[language] = map[string]string{}
		for line := range strings.Lines(text) {
			if words := strings.Fields(line); len(words) > 0 {
				for _, word := range words {
					m[language][word] = words[0]
				}
			}
		}
	}
	return m
}()

const ownGerman = `
sicher sichere sicheren sicherer sicheres sicherem sicherheit sicherheiten
kund kunde kunden kundin kundinnen
kolleg kollege kollegen kollegin kolleginnen
entwickl entwickeln entwickelt entwickelte entwickelten entwickelnd entwickelnde
änder ändern ändert änderte geändert geänderte geänderten änderung änderungen
`

//nolint:misspell // it is French
const ownFrench = `
francais français française françaises francaise francaises
travail travaux
actif actifs active actives
document documents documenter documenté documentée
donnee données donnée donnees
`

const ownSpanish = `
año años
rapid rápido rápida rápidos rápidas rapido rapida rapidos rapidas
`

const ownPortuguese = `
rapid rápido rápida rápidos rápidas rapido rapida rapidos rapidas
`

const ownItalian = `
aziend azienda aziende aziendale aziendali
`

const ownDutch = `
stad steden
lid leden
schip schepen
precies precieze
`

const ownSwedish = `
bok böcker boken böckerna
regel regeln regler reglerna
`
