package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// runs looks at what stands between two spaces.
func (m *Marker) runs() {
	before, value := 0, false // value: the run before is the name of a header
	for from := 0; from < len(m.list); {
		start, end := int(m.list[from].Start), int(m.list[from].End)
		for start > before && inRun(m.text[start-1]) {
			start--
		}
		for end < len(m.text) {
			if c := m.text[end]; c < utf8.RuneSelf {
				if !inRun(c) {
					break
				}
				end++
				continue
			}
			c, size := utf8.DecodeRuneInString(m.text[end:])
			if fold(c) == 0 || scriptOf(c) != spaced {
				break
			}
			end += size
		}
		to := from + 1
		for to < len(m.list) && int(m.list[to].Start) < end {
			to++
		}
		run := m.text[start:end]
		switch {
		case value:
			m.mark(from, to)
		case isOrdinary(run):
		case isOpaque(run):
			m.mark(from, to)
		default:
			for i := from; i < to; i++ {
				if m.isOpaqueWord(i) {
					m.mark(i, i+1)
				}
			}
		}
		value = !value && strings.HasSuffix(run, ":") && isHeader(run[:len(run)-1])
		before, from = end, to
	}
}

func inRun(c byte) bool { return c > ' ' && c < utf8.RuneSelf && c != 0x7f && c != '|' }

// isOrdinary says whether a run is small letters, perhaps with a capital before and
// punctuation after them, as nearly all are.
func isOrdinary(run string) bool {
	end := len(run)
	for end > 1 && strings.IndexByte(".,;:!?)", run[end-1]) >= 0 {
		end--
	}
	if !isLetter(run[0]) || end > 24 {
		return false
	}
	hex := true
	for i := 1; i < end; i++ {
		if run[i] < 'a' || run[i] > 'z' {
			return false
		}
		hex = hex && run[i] <= 'f'
	}
	return !hex || end < 8
}

// isOpaque says whether what stands between two spaces is no word of a language.
func isOpaque(run string) bool {
	if isMarkup(run) {
		return true
	}
	run = strings.TrimLeft(run, `([{"'*,;:!?`+"`")
	run = strings.TrimRight(run, `)]}"'*_.,;:!?`+"`")
	if len(run) < 2 {
		return false
	}
	pieces := piecesOf(run)
	return isPath(run) || isVersion(run) || isHeader(run) || isNumeric(run, &pieces) || isDotted(run) || isTicket(run) || isMachine(run) || pieces.encoded
}

// isMarkup says whether a run has what only addresses and code have.
func isMarkup(run string) bool {
	plain := true
	for i := range len(run) {
		if lowerASCII[run[i]] == 0 && run[i] < utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return false
	}
	if scheme := strings.IndexByte(run, ':'); scheme > 0 && schemes[run[:scheme]] && scheme+1 < len(run) {
		return true
	}
	for _, sign := range [...]string{"@", "://", "www.", "()", "->", "=>", "::", `":`, "':", "${", "{{", "}}", "</", "/>"} {
		if strings.Contains(run, sign) {
			return true
		}
	}
	if at := strings.IndexByte(run, '='); at > 0 && isASCIIWord(run[at-1]) {
		return true
	}
	if at := strings.IndexAny(run, "~^"); at > 0 && isASCIIWord(run[at-1]) && (at+1 == len(run) || isNumeral(run[at+1]) || run[at+1] == '^') {
		return true // HEAD~3
	}
	if at := strings.IndexByte(run, '%'); at >= 0 && at+2 < len(run) && isHex(run[at+1:at+3]) && (at+3 < len(run) && run[at+3] == '%' || at > 0 && isLetter(run[at-1])) {
		return true // caf%C3%A9
	}
	if at := strings.IndexByte(run, '_'); at > 0 && at+1 < len(run) && isASCIIWord(run[at-1]) && (isASCIIWord(run[at+1]) || run[at+1] == '_') {
		return true
	}
	if at := strings.IndexByte(run, '\\'); at >= 0 && at+1 < len(run) && (at > 0 || isASCIIWord(run[1]) || run[1] == '\\') {
		return true
	}
	if at := strings.IndexByte(run, '('); at > 0 && at+1 < len(run) && isLetter(run[at-1]) && (isNumeral(run[at+1]) || strings.IndexByte("\"'-", run[at+1]) >= 0) {
		return true
	}
	if at := strings.IndexAny(run, "[{"); at > 0 && at+2 < len(run) && isASCIIWord(run[at-1]) && (isLetter(run[at+1]) && strings.ContainsAny(run[at+2:], "]}") || strings.HasSuffix(run, "]:")) {
		return true // a node of a diagram, a process in a log
	}
	first, next := run[0], byte(0)
	if len(run) > 1 {
		next = run[1]
	}
	switch first {
	case '$', '<':
		return isLetter(next)
	case ':': // :tada:
		return isSmiley(run)
	case '#', '.': // #main-nav, .btn-primary:hover
		at := strings.IndexAny(run, "-:")
		return next >= 'a' && next <= 'z' && at > 1 && at+1 < len(run) && isLetter(run[at+1]) && run[1:at] != "net" && isLower(run)
	case '%':
		return strings.IndexByte(run[1:], '%') > 0
	case '-':
		return next == '-' && len(run) > 3 && isLetter(run[2]) || isLetter(next) && (len(run) == 2 || !isLetter(run[2]))
	}
	return false
}

func isASCIIWord(c byte) bool { return lowerASCII[c] != 0 }
func isLetter(c byte) bool    { return lowerASCII[c] >= 'a' }
func isNumeral(c byte) bool   { return c >= '0' && c <= '9' }

// isPath says whether a run is a path or the part of an address after the host:
// it begins or ends with a slash, has two, or one beside what only paths have.
func isPath(run string) bool {
	slash := strings.IndexByte(run, '/')
	switch {
	case slash < 0:
		return false
	case slash == 0 || slash == len(run)-1, run[0] == '~' || run[0] == '.':
		return true
	case strings.IndexByte(run[slash+1:], '/') >= 0:
		return true
	}
	left, right := run[:slash], run[slash+1:]
	if left == "application" || media[left] && (extensions[right] || right == "plain") {
		return true // application/json
	}
	if dot := strings.IndexByte(left, '.'); dot > 0 && dot+2 < len(left) {
		return true
	}
	return directories[left] || isDotted(right)
}

// directories are names that begin a path without a slash before it.
var directories = setOf(`bin cmd dist etc home internal lib node_modules opt pkg src static test tests tmp usr vendor`)

// isSmiley says whether a run is the name of a smiley between colons, perhaps with
// punctuation after it.
func isSmiley(run string) bool {
	end := strings.LastIndexByte(run, ':')
	if end < 3 || end+2 < len(run) || !isLetter(run[1]) {
		return false
	}
	for i := 1; i < end; i++ {
		if c := run[i]; !isASCIIWord(c) && c != '-' && c != '+' && c != '_' {
			return false
		}
	}
	return true
}

// isVersion says whether a run is a version and what is made of it: v2.3.4-rc.1,
// 1.0-beta.
func isVersion(run string) bool {
	at, dots := 0, 0
	if run[0] == 'v' {
		at = 1
	}
	for ; at < len(run) && (isNumeral(run[at]) || run[at] == '.'); at++ {
		if run[at] == '.' {
			dots++
		}
	}
	if dots == 0 || at+1 >= len(run) || run[at] != '-' && run[at] != '+' {
		return false
	}
	end := at + 1
	for end < len(run) && isLetter(run[end]) {
		end++
	}
	return dots > 1 || previews[strings.ToLower(run[at+1:end])]
}

// isHeader says whether a run is the name of a header of HTTP: X-Request-Id.
func isHeader(run string) bool {
	if strings.IndexByte(run, '-') < 0 {
		return false
	}
	lower := strings.ToLower(run)
	return headers[lower] || strings.HasPrefix(lower, "x-") && strings.Count(lower, "-") > 1 && isLower(lower) && len(lower) > 6 && !strings.HasPrefix(lower, "x-ray") && isLetter(lower[3])
}

// isDuration says whether a word is a duration as ISO 8601 writes it: PT15M, P30D.
func isDuration(word string) bool {
	if len(word) < 3 || word[0] != 'P' || !isNumeral(word[1]) && word[1] != 'T' {
		return false
	}
	digits, units := false, 0
	for i := 1; i < len(word); i++ {
		switch c := word[i]; {
		case isNumeral(c):
			digits = true
		case c == 'T' && !digits:
		case strings.IndexByte("YMWDHS", c) >= 0 && digits:
			digits = false
			units++
		default:
			return false
		}
	}
	return !digits && units > 0
}

// isDotted says whether a run is a host, a name of a file or of a package.
func isDotted(run string) bool {
	dots, letters := 0, 0 // letters: pieces that have two or more
	start := 0
	for i := 0; i <= len(run); i++ {
		if i < len(run) && run[i] != '.' {
			continue
		}
		piece := run[start:i]
		if piece == "" && i > 0 {
			return false
		}
		if len(piece) > 1 && !isNumeral(piece[0]) {
			letters++
		}
		if i < len(run) {
			dots++
		}
		start = i + 1
	}
	last := strings.LastIndexByte(run, '.')
	if dots == 0 || last < 0 || last+1 == len(run) || letters == 0 {
		return false
	}
	if dots >= 2 && (letters >= 2 || len(run)-last > 2 && !isNumeral(run[last+1])) {
		return true
	}
	ending, name := run[last+1:], run[:last]
	lower := strings.ToLower(ending)
	switch {
	case name == "":
		return hidden[lower]
	case lower == "js" || lower == "ts":
		return !isUpper(name) && !libraries[name]
	case extensions[lower]:
		return ending == lower || ending == strings.ToUpper(ending) && isLower(name) || lower != "net"
	case hosts[lower]:
		return ending == lower
	case places[lower]:
		return ending == lower && isLower(name)
	}
	return false
}

func isLower(text string) bool { return !strings.ContainsFunc(text, isUpperRune) }

// isTicket says whether a run is the number of a ticket, ABC-123, and not of a
// standard, ISO-9001, or of something known by it, COVID-19.
func isTicket(run string) bool {
	key, number, ok := strings.Cut(run, "-")
	if ok && !standards[key] && key != "" && key[0] >= 'A' && key[0] <= 'Z' && (isNumbers(number) || isNumberedLot(number)) {
		return true // RE-2024-0815, AB-1234-XY
	}
	if !ok || len(number) < 3 || len(key) < 2 || standards[key] {
		return ok && key == "CVE"
	}
	for i := range len(key) {
		if c := key[i]; c != '_' && (c < 'A' || c > 'Z') && (i == 0 || !isNumeral(c)) {
			return false
		}
	}
	return isDigits(number)
}

// isMachine says whether a run is named as machines are: with a number that begins
// with 0 at the end of a word of three letters or more, web01, or of three pieces,
// srv-db-01.
func isMachine(run string) bool {
	name := strings.TrimRight(run, "0123456789")
	number := run[len(name):]
	if len(number) < 2 || number[0] != '0' || name == "" {
		return false
	}
	const fewest = 3
	letters := len(name) - strings.LastIndexFunc(name, func(c rune) bool { return !unicode.IsLetter(c) }) - 1
	return letters >= fewest || strings.HasSuffix(name, "-") && isLetter(name[0]) && strings.Count(run, "-") >= fewest-1
}

// isNumbers says whether a text is two numbers or more with hyphens between them,
// of five digits or more.
func isNumbers(text string) bool {
	hyphens, digits := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '-':
			hyphens++
		case isNumeral(c):
			digits++
		default:
			return false
		}
	}
	return hyphens > 0 && digits >= 5
}

func isDigits(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < '0' || c > '9' })
}

// isNumberedLot says whether a text is a number of four digits or more, a hyphen, and a
// few capital letters or digits.
func isNumberedLot(text string) bool {
	number, lot, ok := strings.Cut(text, "-")
	return ok && len(number) >= 4 && isDigits(number) && lot != "" && len(lot) <= 4 &&
		!strings.ContainsFunc(lot, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') })
}

// isNumeric says whether a run is a date, a time, a number with what it counts,
// or an address made of numbers: 2026-11-28T10:00, 10:30, 00:1A:2B:3C, 192.168.0.1:80.
func isNumeric(run string, p *pieces) bool {
	switch {
	case p.colons >= 2:
		return true
	case p.colons == 1 && p.digitsAfterColon:
		return true
	case isNumeral(run[0]) || (run[0] == '+' || run[0] == '-') && isNumeral(run[1]):
		return p.numbers >= 2 || isWeek(run)
	case run[0] == '#':
		return isColour(run[1:])
	case run[0] == '$' || strings.HasPrefix(run, "£") || strings.HasPrefix(run, "€"):
		return p.numbers > 0
	}
	return false
}

// isWeek says whether a run is a year and a part of it: 2026-W48, 2026/Q4.
func isWeek(run string) bool {
	return len(run) > 6 && len(run) <= 8 && (run[4] == '-' || run[4] == '/') && isLetter(run[5]) && isNumeral(run[6]) && isNumeral(run[len(run)-1])
}

func isColour(digits string) bool {
	switch len(digits) {
	case 3, 4, 6, 8:
	default:
		return false
	}
	return isHex(digits)
}

// isBareColour says whether six characters are a colour without its sign: capitals
// and two digits or more.
func isBareColour(word string) bool {
	digits := 0
	for i := range len(word) {
		if isNumeral(word[i]) {
			digits++
		}
	}
	return digits >= 2 && digits < 6 && isHex(word) && word == strings.ToUpper(word)
}

func isHex(text string) bool {
	for i := range len(text) {
		if c := text[i] | 0x20; !isNumeral(text[i]) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// pieces is what is known of the parts of a run between its signs.
type pieces struct {
	numbers          int // that begin with a digit
	colons           int // between two others
	digitsAfterColon bool
	encoded          bool // one of them is
	hex              int  // of two to four hexadecimal digits
}

func piecesOf(run string) (p pieces) {
	groups := 0
	for start := 0; start < len(run); {
		if !isASCIIWord(run[start]) && run[start] < utf8.RuneSelf {
			start++
			continue
		}
		end := start
		for end < len(run) && (isASCIIWord(run[end]) || run[end] >= utf8.RuneSelf) {
			end++
		}
		piece := run[start:end]
		groups++
		if isNumeral(piece[0]) {
			p.numbers++
		}
		if start > 1 && run[start-1] == ':' {
			p.colons++
			p.digitsAfterColon = isNumeral(piece[0])
		}
		if len(piece) >= 2 && len(piece) <= 4 && isHex(piece) && strings.ContainsAny(piece, "0123456789") {
			p.hex++
		}
		p.encoded = p.encoded || isEncoded(piece)
		start = end
	}
	p.encoded = p.encoded || groups >= 4 && p.hex >= groups-1 || groups >= 3 && p.hex == groups && strings.IndexByte(run, '/') < 0
	if strings.HasSuffix(run, "=") && len(run) > 3 {
		p.encoded = true
	}
	return p
}

// longest is how many letters a word of a language has at most.
const longest = 40

// isEncoded says whether letters and digits that touch are a hash, a key or
// encoded data: hexadecimal, or changing between digits, small and capital
// letters as no word does.
func isEncoded(piece string) bool {
	if len(piece) < 4 {
		return false
	}
	if utf8.RuneCountInString(piece) > longest {
		return true
	}
	const digit, small, capital = 1, 2, 3
	changes, digits, groups, smalls, capitals := 0, 0, 0, 0, 0
	before := 0
	for i := range len(piece) {
		kind := small
		switch c := piece[i]; {
		case isNumeral(c):
			kind = digit
			digits++
			if before != digit {
				groups++
			}
		case c >= 'A' && c <= 'Z':
			kind = capital
			capitals++
		case c >= utf8.RuneSelf:
			return false // nothing is encoded in other letters
		default:
			smalls++
		}
		if before != 0 && kind != before && (before != capital || kind != small) {
			changes++
		}
		before = kind
	}
	letters := smalls + capitals
	switch {
	case letters == 0:
		return len(piece) >= 20
	case strings.HasPrefix(piece, "0x") && isHex(piece[2:]):
		return true
	case isHex(piece) && (digits > 0 && len(piece) >= 7 || digits == 0 && len(piece) >= 8 || groups >= 2 && len(piece) >= 4 && isNumeral(piece[0])):
		return true
	case groups >= 2 && (isNumeral(piece[0]) || len(piece) >= 6):
		return true
	case digits >= 5:
		return true
	case len(piece) >= 10 && changes >= 4:
		return true
	case digits > 0 && smalls == 0 && len(piece) >= 12:
		return true
	case len(piece) >= 16 && smalls > 0 && capitals > 2 && changes >= 3:
		return true
	}
	return len(piece) >= 20 && vowels(piece)*6 < letters
}

func vowels(piece string) (n int) {
	for i := range len(piece) {
		if strings.IndexByte("aeiouyAEIOUY", piece[i]) >= 0 {
			n++
		}
	}
	return n
}

// isOpaqueWord says whether a word by itself is an identifier, the name of a
// character, or a number with what it counts.
func (m *Marker) isOpaqueWord(i int) bool {
	w := m.list[i]
	word := m.text[w.Start:w.End]
	if w.Flags&Gram != 0 {
		return false
	}
	before, after := byte(' '), byte(' ')
	if w.Start > 0 {
		before = m.text[w.Start-1]
	}
	if int(w.End) < len(m.text) {
		after = m.text[w.End]
	}
	switch {
	case after == ';' && strings.HasSuffix(m.text[:w.Start], "&amp;"): // &amp;nbsp;
		return true
	case isDuration(word), m.isExtension(i):
		return true
	case before == '&' && after == ';' && len(word) > 1, before == '#' && after == ';' && w.Start > 1 && m.text[w.Start-2] == '&':
		return true
	case before == '#' && isColour(word), len(word) == 6 && isBareColour(word):
		return true
	case before == '.' && (w.Start == 1 || m.text[w.Start-2] == ' ') && isLetter(word[0]) && word[0] >= 'a' && word != "net":
		return true // a class of CSS
	case strings.Count(word, ".") >= 2 && strings.ContainsAny(word, "0123456789"):
		return true // a version of three numbers is one release
	case w.Flags&Number != 0:
		at := strings.IndexFunc(word, unicode.IsLetter)
		return at > 0 && (before == '$' || isUnitOf(word[:at], word[at:]))
	}
	return isIdentifier(word)
}

// isUnitOf says whether what touches a number is its unit. One letter is one if it is
// small, or stands for thousands: 5S, 3M, 4K and 401k are names.
func isUnitOf(number, unit string) bool {
	if len(unit) == 1 && unit[0] < 'a' {
		return len(number) > 1 && strings.Contains("KM", unit)
	}
	return units[strings.ToLower(unit)] && number+unit != "401k"
}

// isExtension says whether a word is what follows the number of a telephone or the
// short name of a week: x123, KW48.
func (m *Marker) isExtension(i int) bool {
	word := m.written(i)
	digits := len(word) - len(strings.TrimRight(word, "0123456789"))
	switch strings.ToLower(word[:len(word)-digits]) {
	case "x":
		return digits >= 3 && m.isNumber(i-1) && len(m.written(i-1)) >= 3
	case "kw", "cw", "wk":
		return digits == 1 || digits == 2
	}
	return false
}

// isIdentifier says whether a word is written as only programs write: getUserById,
// NullPointerException, OrderController, XMLHttpRequest, kMaxSize, IUserService.
func isIdentifier(word string) bool {
	if len(word) < 6 {
		return false
	}
	humps, inside := 0, false // small letters and then a capital and a small one
	for i := 1; i+1 < len(word); i++ {
		if isLetter(word[i]) && word[i] < 'a' && word[i-1] >= 'a' && isLetter(word[i+1]) {
			humps++
			inside = inside || word[i+1] >= 'a'
		}
	}
	switch {
	case humps == 0:
		return false
	case word[0] >= 'a' && word[1] >= 'a' && inside && !brands[word]:
		return true
	case slices.ContainsFunc(classes, func(ending string) bool { return strings.HasSuffix(word, ending) && len(word) > len(ending) }):
		return true
	case humps >= 2 && word[1] < 'a' && (word[0] == 'k' || word[0] == 'm' || word[0] == 'g'):
		return true
	case word[0] == 'I' && isLetter(word[1]) && word[1] < 'a' && word[2] >= 'a':
		return true
	case isLetter(word[0]) && isLetter(word[1]) && isLetter(word[2]) && isLetter(word[3]) && word[:4] == strings.ToUpper(word[:4]):
		return true
	}
	return humps >= 3
}

// mostGroups is how many groups an account number is written in at most.
const mostGroups = 10

// sequences marks what several words tell together: days and times, amounts,
// account numbers.
func (m *Marker) sequences() {
	for i := range m.list {
		w := &m.list[i]
		means := m.means(i)
		if means == 0 && w.Flags&(Gram|Acronym|Number) == 0 || w.Flags&Stop != 0 && means&mayBeDay == 0 {
			continue
		}
		switch {
		case w.Flags&Gram != 0:
			word := m.written(i)
			_, size := utf8.DecodeRuneInString(word)
			switch {
			case means&isDay != 0,
				isCounter(word) && (m.isNumber(i-1) || m.isNumber(i+1)),
				strings.Contains("年月日号년월일", word[:size]) && m.isNumber(i-1) && m.list[i-1].End == w.Start, // 28日恢复
				means&isClock != 0 && m.isNumber(i+1):
				w.Flags |= Opaque
			}
		case means&isDay != 0:
			w.Flags |= Opaque
		case means&mayBeDay != 0:
			if m.isNumber(i-1) || m.isNumber(i+1) || m.isNumber(i-2) && m.list[i-1].Flags&Stop != 0 || m.joinsDay(i) || m.joinsDay(i+1) {
				w.Flags |= Opaque
			}
		case means&isClock != 0 && m.isNumber(i+1):
			w.Flags |= Opaque
		case w.Flags&(Number|Joined) == Number|Joined && i > 0 && m.list[i-1].Flags&Acronym != 0 && w.Flags&Opaque == 0 && w.End-w.Start < 4 && m.gap(i) == "-":
			m.ticket(i)
		case means&isUnit != 0:
			if m.isNumber(i-1) || means&isBefore != 0 && m.isNumber(i+1) {
				w.Flags |= Opaque
			}
		case w.Flags&Acronym != 0 && levels[m.written(i)]:
			if i > 0 && m.list[i-1].Flags&(Opaque|Number) != 0 {
				w.Flags |= Opaque
			}
		case means&isAccount != 0:
			// What follows is the number, in groups.
			for j := i + 1; j < min(len(m.list), i+mostGroups) && m.isCode(j); j++ {
				m.mark(j, j+1)
				if size := len(m.written(j)); size == 8 || size == 11 { // DEUTDEFF
					w.Flags |= Opaque
				}
			}
		case m.beginsAccount(i):
			for j := i; j < min(len(m.list), i+mostGroups) && (j == i || m.isCode(j)); j++ {
				m.mark(j, j+1)
			}
		}
	}
}

// joinsDay says whether a word is joined with the one before, and both are or may be
// days.
func (m *Marker) joinsDay(i int) bool {
	const day = isDay | mayBeDay
	gap := m.gap(i)
	return (gap == "-" || gap == "–") && m.means(i)&day != 0 && m.means(i-1)&day != 0
}

func (m *Marker) isNumber(i int) bool {
	return i >= 0 && i < len(m.list) && m.list[i].Flags&Number != 0
}

// isCode says whether a word is digits and capitals.
func (m *Marker) isCode(i int) bool {
	for _, c := range m.written(i) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// beginsAccount says whether an IBAN begins here: a country, two digits, and then
// groups of four.
func (m *Marker) beginsAccount(i int) bool {
	word := m.written(i)
	if len(word) != 4 || !m.isCode(i) || isNumeral(word[0]) || isNumeral(word[1]) || !isNumeral(word[2]) || !isNumeral(word[3]) || i+2 >= len(m.list) {
		return false
	}
	return len(m.written(i+1)) == 4 && m.isCode(i+1) && len(m.written(i+2)) == 4 && m.isCode(i+2)
}

// isCounter says whether characters are what Chinese, Japanese and Korean write
// after the numbers of a date or a time.
func isCounter(word string) bool {
	for _, c := range word {
		if !strings.ContainsRune("年月日時时分秒号년월일시분초", c) {
			return false
		}
	}
	return true
}

// diagrams marks the source of diagrams that begin with @start and end with @end.
func (m *Marker) diagrams() {
	start := strings.Index(m.text, "@start")
	if start < 0 {
		return
	}
	end := len(m.text)
	if last := strings.LastIndex(m.text, "@end"); last > start {
		end = last
	}
	for i := range m.list {
		if w := m.list[i]; int(w.Start) > start && int(w.Start) < end {
			m.mark(i, i+1)
		}
	}
}

// code marks what stands in braces and holds what only code has, and statements of
// SQL.
func (m *Marker) code() {
	at := 0 // in list
	mark := func(from, to int) {
		for ; at < len(m.list) && int(m.list[at].Start) < to; at++ {
			if int(m.list[at].Start) >= from {
				m.mark(at, at+1)
			}
		}
	}
	next := map[string]int{} // where a closing comes next, -1 nowhere: looked for once
	closes := func(closing string, from int) int {
		at, ok := next[closing]
		if !ok || at >= 0 && at < from {
			if at = strings.Index(m.text[from:], closing); at >= 0 {
				at += from
			}
			next[closing] = at
		}
		if at < 0 || at+len(closing) > from+longestCode {
			return -1
		}
		return at + len(closing)
	}
	for from := 0; ; {
		open := strings.IndexByte(m.text[from:], '{')
		if open < 0 {
			break
		}
		open += from
		end := strings.IndexByte(m.text[open:], '}')
		if end < 0 {
			break
		}
		from = open + end + 1
		name, _, _ := strings.Cut(m.text[open+1:open+end], ":")
		if name == "code" || name == "noformat" {
			if after := closes("{"+name+"}", from); after > 0 {
				from = after
				mark(open, from)
				continue
			}
		}
		if macros[name] || strings.ContainsAny(m.text[open:open+end], ":;=") {
			mark(open, open+end)
		}
	}
	for i := 0; i < len(m.list); i++ {
		if m.list[i].Flags&Acronym == 0 {
			continue
		}
		follows, ok := statements[m.written(i)]
		if !ok {
			continue
		}
		for j := i + 1; j < min(len(m.list), i+mostOfStatement); j++ {
			if m.written(j) != follows {
				continue
			}
			end := min(len(m.list), j+mostOfStatement)
			if semicolon := strings.IndexByte(m.text[m.list[j].Start:m.list[end-1].End], ';'); semicolon >= 0 {
				for end > j && int(m.list[end-1].Start) > int(m.list[j].Start)+semicolon {
					end--
				}
			}
			m.mark(i, end)
			i = end - 1
			break
		}
	}
}

// longestCode is how many bytes of code stand between two braces with "code" at most.
const longestCode = 1 << 12

// longestCommand is how many words a command in a sentence has at most.
const longestCommand = 8

// commands marks commands of a shell that stand in a sentence: sudo reboot,
// systemctl restart nginx, what follows a pipe.
func (m *Marker) commands() {
	for i := 0; i+1 < len(m.list); i++ {
		word := m.written(i)
		if word[0] < 'a' || len(word) > 9 {
			continue
		}
		does, ok := tools[word]
		switch {
		case !ok:
			continue
		case does == "|":
			if !strings.HasSuffix(m.gap(i), "| ") {
				continue
			}
		case m.gap(i+1) != " " && word != "apt":
			continue
		case does != "" && !slices.ContainsFunc(m.list[i+1:min(len(m.list), i+3)], func(w Word) bool { return slices.Contains(strings.Fields(does), m.text[w.Start:w.End]) }):
			continue
		}
		end := i + 1
		for end < min(len(m.list), i+longestCommand) && m.list[end].Flags&Stop == 0 && !strings.ContainsAny(m.gap(end), ",;:()\n") && !strings.HasPrefix(m.gap(end), ". ") {
			end++
		}
		m.mark(i, end)
		i = end - 1
	}
}

// tools are commands and the words one of which follows in a command: any if there
// are none. Those with a pipe are commands only after one.
var tools = map[string]string{
	"sudo": "", "systemctl": "start stop restart reload status enable disable daemon", "journalctl": "u f xe",
	"kubectl": "get apply delete describe logs exec rollout scale create edit drain cordon",
	"apt":     "install update upgrade remove get", "yum": "install update", "dnf": "install update", "brew": "install", "apk": "add",
	"pip": "install", "npm": "install run ci", "yarn": "add install", "chmod": "", "chown": "",
	"grep": "|", "awk": "|", "sed": "|", "xargs": "|", "jq": "|", "tee": "|", "uniq": "|",
}

// statements are the words that begin a statement of SQL and what follows in it.
var statements = map[string]string{
	"SELECT": "FROM", "INSERT": "INTO", "UPDATE": "SET", "DELETE": "FROM", "CREATE": "TABLE", "ALTER": "TABLE", "DROP": "TABLE",
}

const mostOfStatement = 20 // words before and after what follows

// letters marks words of which a letter is written by its name, caf&eacute;, how a
// wiki shows an image, and the first line of a diagram.
func (m *Marker) letters() {
	for i := range m.list {
		w := m.list[i]
		if i > 0 && w.Flags&Acronym != 0 && directions[m.written(i)] && (m.lower(i-1) == "graph" || m.lower(i-1) == "flowchart") {
			m.mark(i-1, i+1)
		}
		if i > 0 && m.gap(i) == "|" && strings.HasPrefix(m.text[w.End:], "!") && m.list[i-1].Flags&Opaque != 0 {
			m.mark(i, i+1) // !image.png|thumbnail!
		}
		if w.Start == 0 || m.text[w.Start-1] != '&' || int(w.End) >= len(m.text) || m.text[w.End] != ';' || !isLetterName(m.written(i)) {
			continue
		}
		if i > 0 && m.list[i-1].End == w.Start-1 {
			m.mark(i-1, i)
		}
		if i+1 < len(m.list) && m.list[i+1].Start == w.End+1 {
			m.mark(i+1, i+2)
		}
	}
}

func isLetterName(name string) bool {
	for _, ending := range [...]string{"acute", "grave", "circ", "uml", "tilde", "cedil", "lig", "ring", "slash", "caron"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

var directions = setOf(`LR TD TB RL BT`)
