package twin

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"labelup/internal/words"
)

// Form is a name made ready to be compared.
type Form struct {
	// Key is the name without what spellings commonly differ in: case, width,
	// accents, separators, a leading "the".
	Key string
	// others are the keys that the name has, too: of its singular, with ue for ü,
	// its initials.
	others []string
	words  []string // initials that are a word or a name, which says something else as likely
	parts  []string // the words, in the singular
}

// Bounds of what is looked at. No name in use comes near them.
const (
	mostParts = 16
	mostKeys  = 16
)

// FormOf makes a name ready to be compared.
func FormOf(name string) Form {
	plain := words.Plain(name)
	parts := partsOf(plain)
	f := Form{Key: strings.Join(parts, "")}
	if f.Key == "" { // nothing but signs
		f.Key = name
		return f
	}
	f.parts = make([]string, len(parts))
	plural := false
	for i, t := range parts {
		f.parts[i] = t
		if s := singulars(t); len(s) > 0 {
			f.parts[i], plural = s[0], true
		}
	}
	if plural {
		f.add(forms(parts)...)
	}
	if strings.ContainsAny(name, umlauts) {
		f.add(strings.Join(partsOf(words.Plain(writtenOut(name))), ""))
	}
	if len(parts) == 1 {
		f.add(numbered(f.Key))
	}
	if len(parts) == 1 || endsInJS(plain) {
		f.add(withoutJS(f.Key))
	}
	for _, letters := range initials(plain) {
		switch {
		case !IsWord(letters):
			f.add(letters, letters+"s")
		case len(letters) < longestOrdinary:
			f.words = append(f.words, letters, letters+"s")
		default:
			f.words = append(f.words, letters)
		}
	}
	return f
}

func (f *Form) add(keys ...string) {
	for _, key := range keys {
		if key != "" && key != f.Key && !slices.Contains(f.others, key) {
			f.others = append(f.others, key)
		}
	}
}

// keys are all keys of the name, Key first. Two names are the same if Key of the
// one is among those of the other.
func (f *Form) keys() []string { return append([]string{f.Key}, f.others...) }

// Others are the keys beside Key. The caller does not change them.
func (f *Form) Others() []string { return f.others }

const umlauts = "äöüÄÖÜ"

// writtenOut is a name as it is typed where there are no umlauts.
func writtenOut(name string) string {
	for i, umlaut := range []string{"ä", "ö", "ü", "Ä", "Ö", "Ü"} {
		name = strings.ReplaceAll(name, umlaut, []string{"ae", "oe", "ue"}[i%3])
	}
	return name
}

// partsOf are the words of a plain name. A dot or an apostrophe between letters
// separates nothing; between two digits every separator is a dot: 5-0-8 is 5.0.8
// and not 508.
func partsOf(plain string) []string {
	if rest, ok := strings.CutPrefix(plain, ".net"); ok && !startsWord(rest) {
		plain = "dotnet" + rest
	}
	var parts []string
	var part strings.Builder
	end := func() {
		if part.Len() > 0 {
			parts = append(parts, commonly(american(shortened(part.String()))))
			part.Reset()
		}
	}
	before, gap, silent := rune(0), false, false
	for _, c := range plain {
		switch {
		case isSilent(c):
			silent = true
			continue
		case separates(c):
			gap = true
			continue
		}
		switch {
		case (gap || silent) && unicode.IsDigit(before) && unicode.IsDigit(c):
			part.WriteByte('.')
		case gap:
			end()
		}
		part.WriteRune(c)
		before, gap, silent = c, false, false
	}
	end()
	if len(parts) > mostParts {
		parts = append(parts[:mostParts-1], strings.Join(parts[mostParts-1:], ""))
	}
	if len(parts) > 1 && parts[0] == "the" {
		parts = parts[1:]
	}
	for i := len(parts) - 2; i > 0; i-- { // not of 1-and-2, which is not 12
		if last, _ := utf8.DecodeLastRuneInString(parts[i-1]); ands[parts[i]] && !unicode.IsDigit(last) {
			parts = slices.Delete(parts, i, i+1)
		}
	}
	return parts
}

func isSilent(c rune) bool { return c == '.' || c == '\'' || c == '’' || c == '@' }

// separates says whether a character only stands between words. The signs of c++
// and c# are parts of a name.
func separates(c rune) bool {
	return c != '#' && c != '*' && c != '%' && (unicode.IsSpace(c) || unicode.IsPunct(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == '|' || c == '~' || c == '=')
}

// ands are what people write for &, which is dropped with the separators.
var ands = setOf("and und et y")

// shortened is a word of katakana without the long vowel that many leave out at
// its end, サーバー and サーバ, and with its small vowels large.
func shortened(part string) string {
	if !strings.ContainsFunc(part, isKatakana) {
		return part
	}
	in := []rune(part)
	out := make([]rune, 0, len(in))
	run := 0
	for i, c := range in {
		if !isKatakana(c) {
			run = 0
		} else if run++; c == 'ー' && run > 3 && (i+1 == len(in) || !isKatakana(in[i+1])) {
			continue
		} else if c >= 'ァ' && c <= 'ォ' && (c-'ァ')%2 == 0 {
			c++
		}
		out = append(out, c)
	}
	return string(out)
}

func isKatakana(c rune) bool { return c >= 'ァ' && c <= 'ヺ' || c == 'ー' }

// forms are the keys of a name with any of its words in the singular.
func forms(parts []string) []string {
	keys := []string{""}
	for _, t := range parts {
		choices := append([]string{t}, singulars(t)...)
		if len(keys)*len(choices) > mostKeys {
			choices = choices[:1]
		}
		longer := make([]string, 0, len(keys)*len(choices))
		for _, choice := range choices {
			for _, key := range keys {
				longer = append(longer, key+choice)
			}
		}
		keys = longer
	}
	return keys
}

// american spells what differs between British and American English.
func american(part string) string {
	stem, plural := strings.CutSuffix(part, "s")
	for _, e := range britishEndings {
		if rest, ok := strings.CutSuffix(stem, e.british); ok && utf8.RuneCountInString(rest) > 2 {
			if stem = rest + e.american; plural {
				stem += "s"
			}
			return stem
		}
	}
	return part
}

var britishEndings = []struct{ british, american string }{
	{"isation", "ization"}, {"our", "or"}, {"tre", "ter"}, {"logue", "log"}, {"lling", "ling"}, {"lled", "led"},
}

// commonly is a word as most write it who mean the same, in the plural, too; a
// number at its end has no leading zeros.
func commonly(part string) string {
	if at := strings.IndexFunc(part, isDigit); at >= 0 && strings.TrimLeftFunc(part[at:], isDigit) == "" {
		for ; at+1 < len(part) && part[at] == '0'; part = part[:at] + part[at+1:] {
		}
		return part
	}
	if alias := aliases[part]; alias != "" {
		return alias
	}
	if stem, plural := strings.CutSuffix(part, "s"); plural && aliases[stem] != "" {
		return aliases[stem] + "s"
	}
	return part
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

// aliases are names of one thing that no other rule brings together.
var aliases = map[string]string{
	"analyse": "analyze", "c#": "csharp", "c++": "cpp", "defence": "defense", "licence": "license",
	"metre": "meter", "offence": "offense", "postgresql": "postgres",
	"a11y": "accessibility", "i18n": "internationalization", "k8s": "kubernetes", "l10n": "localization",
}

func startsWord(text string) bool {
	c, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(c) || unicode.IsDigit(c)
}

// numbered is a long word by its first letter, how many follow, and its last: i18n.
func numbered(word string) string {
	n := utf8.RuneCountInString(word)
	if n < shortestNumbered || strings.ContainsFunc(word, func(c rune) bool { return !isAlphabetic(c) }) {
		return ""
	}
	_, first := utf8.DecodeRuneInString(word)
	_, last := utf8.DecodeLastRuneInString(word)
	return word[:first] + strconv.Itoa(n-2) + word[len(word)-last:]
}

const shortestNumbered = 10 // kubernetes, k8s

// endsInJS says whether js is a word of its own at the end of a plain name, as people
// write node-js where a label takes no dot: not of html/js and html-and-js, which are
// about two things.
func endsInJS(plain string) bool {
	at := len(plain) - len("-js")
	if at < 0 || plain[at+1:] != "js" || strings.IndexByte(joints, plain[at]) < 0 {
		return false
	}
	return !ands[plain[strings.LastIndexAny(plain[:at], joints)+1:at]]
}

const joints = "-_ "

// withoutJS is the name of a library of JavaScript as people say it: node for
// node.js. Angular and AngularJS are two. Of what is left with three letters or
// fewer as much is something else: pdf and pdf.js.
func withoutJS(word string) string {
	if rest, ok := strings.CutSuffix(word, "js"); ok && utf8.RuneCountInString(rest) > 3 && rest != "angular" {
		return rest
	}
	return ""
}

// initials are the first letters of a name of three words or more: of all, for an
// abbreviation in English takes the little words along (iot) as often as not
// (gsa), of those that mean something, and with a 2 for "to" (e2e). The letters of
// u.s. count one by one.
func initials(plain string) []string {
	var all, some, digits strings.Builder
	count, meaning := 0, 0
	for i, word := range strings.FieldsFunc(plain, separatesWords) {
		if little[word] || i == 0 && word == "the" {
			continue
		}
		parts := strings.Split(strings.TrimRight(word, "."), ".")
		if slices.ContainsFunc(parts, func(p string) bool { return utf8.RuneCountInString(p) != 1 }) {
			parts = parts[:1]
		}
		for _, part := range parts {
			c, _ := utf8.DecodeRuneInString(part)
			if !isAlphabetic(c) {
				return nil
			}
			if word == "to" && count > 0 {
				digits.WriteByte('2')
			} else {
				digits.WriteRune(c)
			}
			all.WriteRune(c)
			if count++; !littleEnglish[word] {
				some.WriteRune(c)
				meaning++
			}
		}
	}
	switch {
	case count < leastInitials || utf8.RuneCountInString(plain) == count:
		return nil
	case meaning < leastInitials:
		return slices.Compact([]string{all.String(), digits.String()})
	}
	return slices.Compact([]string{all.String(), digits.String(), some.String()})
}

func separatesWords(c rune) bool {
	return !isSilent(c) && separates(c)
}

const leastInitials = 3

// littleEnglish are the words that abbreviations of English names pass over or
// take along, little those that other languages always pass over.
var (
	littleEnglish = setOf("a an and at by for in of on or the to with")
	little        = setOf("au aux d de des du en et l la le les pour" +
		" das dem den der die fur im und von zu" +
		" al da del di do dos e el i los para y")
)

// IsWord reports whether initials, in small letters, are an ordinary noun as well, as labels
// are, or what everybody calls something else by: with these the name is only perhaps meant.
func IsWord(letters string) bool {
	return len(letters) > 1 && strings.Contains(ordinary[letters[1:]], letters[:1])
}

// longestOrdinary is how many letters they have at most. A longer one, in the plural, would be
// taken for a misspelling.
const longestOrdinary = shortestWithOne - 1

// ordinary has such nouns and abbreviations by all but the first letter, with which first ones.
var ordinary = firstsByRest("at:bcefhmr ap:cgmst ar:bcjw as:gn ay:dpw aw:l ax:t ag:bt et:jnpsv en:pt ed:br ea:pst eb:w ew:n it:bfhk in:bpw ia:v op:chpt" +
	" ot:hlp ow:nr og:dl od:p on:st ox:b ub:hpt ug:b un:frs us:b ut:co up:c ct:a ge:a ir:a pp:a rm:ac rt:a nd:e il:o ll:a eam:t" +
	" lan:p est:bt ask:t ost:chp ata:d age:p ode:cmn ist:l ink:l ool:t ews:n ork:w" +
	" cp:gt df:p dm:m dn:c la:s li:c ls:t ml:x ms:cds ns:d os:i pi:ak pn:v ql:s rl:u rp:e sh:s sl:s so:s ss:c sv:c tl:e tml:h tp:f ws:a")

func firstsByRest(table string) map[string]string {
	firsts := map[string]string{}
	for _, entry := range strings.Fields(table) {
		rest, first, _ := strings.Cut(entry, ":")
		firsts[rest] = first
	}
	return firsts
}

// isAlphabetic says whether a letter is one of an alphabet or of kana, of which
// one more or less may be a slip. Of Chinese characters and Korean syllables
// each means something.
func isAlphabetic(c rune) bool {
	switch {
	case c >= 0x3400 && c <= 0x9fff, c >= 0xac00 && c <= 0xd7a3, c >= 0xf900 && c <= 0xfaff, c >= 0x20000:
		return false
	}
	return unicode.IsLetter(c)
}
