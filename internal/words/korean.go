package words

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Korean writes a space after a noun and its particles, and after a verb and its
// endings. A word is what stands between two spaces (an eojeol) without what is
// fastened to its end, as far as the end tells without a dictionary.

// fastened says what was found at the end of a Korean word.
type fastened uint8

const (
	nothing   fastened = iota
	ofNoun             // 의, or the plural: a phrase may go on after it
	particle           // 은, 를, 에서, 입니다: the phrase ends here
	verbOf             // 합니다, 된: the noun before it became a verb
	onlyVerbs          // the whole word is a verb: 만듭니다, 없는
)

// before says what must stand before a particle.
type before uint8

const (
	anything         before = iota
	afterConsonant          // 은, 이, 을
	afterVowel              // 는, 가, 를
	afterVowelOrL           // 로
	afterOthersThanL        // a consonant but ㄹ: 으로
)

// josa is a particle.
type josa struct {
	text  string
	where before
	least int // how many syllables must be left before it, so that 회의 and 제도 stay whole
	sort  fastened
}

// particlesOfNouns are the particles, and the forms of 이다 (to be) that are
// written like them. The longest that fits counts.
var particlesOfNouns = func() map[string][]josa {
	m := map[string][]josa{} // by its last syllable
	add := func(where before, least int, sort fastened, texts string) {
		for text := range strings.FieldsSeq(texts) {
			_, size := utf8.DecodeLastRuneInString(text)
			last := text[len(text)-size:]
			m[last] = append(m[last], josa{text, where, least, sort})
		}
	}
	add(anything, 1, particle, `에서 에서는 에서도 에서만 에는 에도 에만 에게 에게서 에게는 에게도 까지 까지는 까지도 부터 부터는 에`)
	add(anything, 2, particle, `에서의 에의 까지의 부터의 에게의 처럼 보다 보다는 마다 조차 밖에 한테 께서 만 만의 만을 만이 만으로 뿐 뿐만 대로 만큼 하고 마저 이랑
		입니다 입니까 이에요 예요 이었다 이었습니다 였다 였습니다 이었던 였던 이었고 였고 인지 인데 이신 이십니다`)
	add(anything, 3, particle, `도`)
	add(anything, 2, ofNoun, `의 들`)
	add(afterConsonant, 1, particle, `을`)
	add(afterConsonant, 2, particle, `은 이 과 이나 이란 이라 이라는 이라고 이라도 이라면 이든 이든지 이며 이고 이다 이므로 이지만 이면 이어서 이자 이어야 과는 과도 과의`)
	add(afterOthersThanL, 1, particle, `으로 으로는 으로도 으로만 으로서 으로써 으로부터 으로의`)
	add(afterVowel, 1, particle, `를`)
	add(afterVowel, 2, particle, `는 가 와 란 라는 라고 라도 라면 와는 와도 와의 이다 이며 이고 이므로 이지만`)
	add(afterVowelOrL, 2, particle, `로 로는 로도 로만 로서 로써 로부터 로의`)
	return m
}()

// verbsOfNouns are the syllables that begin the forms of 하다, 되다 and 시키다, which
// make a verb of a noun.
const (
	verbsOfNouns = "하합한할해했되된될됩됐돼시롭로"
	// aloneAfterNouns are those of them that are a whole ending.
	aloneAfterNouns = "한할해된될돼"
	// inEndings are the syllables that the endings of verbs are made of.
	inEndings = "니다까세요십시오고며면서여야도는데던기지만게록려거나자마주줍습었였으므로음써키킵킨킬켜켰된될신실수"
)

// endingsOfVerbs end a word that is nothing but a verb.
var endingsOfVerbs = strings.Fields(`니다 니까 세요 십시오 시오 어요 아요 워요 려요 면서 도록 거나 려고 려면 으려면 으면 지만 어서 아서 어야 아야 여야 으며 으니 는데 은데 는지 을지 자마자 어도 아도 아라 어라 읍시다 봅시다
	드립니다 없이 있다 없다 같다 않다 하다 되다 지다`)

// wholeKorean are ends of nouns that look as if something was fastened to them,
// and the syllables before which they do: 검색결과 is a noun, 연결과 is not. Only
// words that were seen to go wrong belong here.
var wholeKorean = []struct{ end, unless string }{
	{"회의", "사원협학국교의총기대합호"}, {"문의", "전논주질방공본설"}, {"결과", "연해종완체동직병단집미판대"}, {"정의", "결설일과규수지안측한인조고배특"}, {"휴가", "제"}, {"추가", "상후"}, {"도로", "제속"},
	{"마이크로", ""}, {"매크로", ""}, {"고양이", ""}, {"어린이", ""}, {"목걸이", ""}, {"떡볶이", ""}, {"코로나", ""}, {"모바일", ""}, {"로그인", ""}, {"허가", ""}, {"경로", ""}, {"회로", ""}, {"통로", ""}, {"권한", ""}, {"제한", ""}, {"기한", ""}, {"상한", ""}, {"하한", ""}, {"북한", ""}, {"남한", ""}, {"역할", ""}, {"분할", ""}, {"관할", ""}, {"이해", ""}, {"피해", ""}, {"재해", ""}, {"방해", ""}, {"손해", ""}, {"침해", ""}, {"지도", ""}, {"제로", ""}, {"프로", ""}, {"불만", ""},
}

// isKoreanWhole says whether nothing is fastened to a word whatever it ends in.
func isKoreanWhole(word string) bool {
	for _, whole := range wholeKorean {
		if rest, ok := strings.CutSuffix(word, whole.end); ok {
			c, size := utf8.DecodeLastRuneInString(rest)
			return size == 0 || !strings.ContainsRune(whole.unless, c)
		}
	}
	return false
}

// unfasten says how many bytes of a Korean word, which is composed, are the noun,
// and what is fastened to it.
func unfasten(word string) (int, fastened) {
	if isKoreanWhole(word) {
		return len(word), nothing
	}
	if size := verbOfNoun(word); size > 0 {
		return size, verbOf
	}
	if isVerb(word) {
		return len(word), onlyVerbs
	}
	size, sort := cutParticle(word)
	if sort == particle && !isKoreanWhole(word[:size]) {
		// 설정하기에는, 사용자들에게
		if inner := verbOfNoun(word[:size]); inner > 0 {
			return inner, verbOf
		}
		if inner, is := cutParticle(word[:size]); is == ofNoun {
			size = inner
		}
	}
	return size, sort
}

// cutParticle takes a particle off a word.
func cutParticle(word string) (int, fastened) {
	_, size := utf8.DecodeLastRuneInString(word)
	best, sort := len(word), nothing
	for _, josa := range particlesOfNouns[word[len(word)-size:]] {
		rest, ok := strings.CutSuffix(word, josa.text)
		if ok && len(rest) < best && len(rest) >= josa.least*len("은") && josa.where.fits(rest) {
			best, sort = len(rest), josa.sort
		}
	}
	return best, sort
}

// fits says whether a particle may stand after this.
func (b before) fits(rest string) bool {
	final := finalOf(rest)
	switch b {
	case afterConsonant:
		return final > 0
	case afterVowel:
		return final == 0
	case afterVowelOrL:
		return final == 0 || final == finalL
	case afterOthersThanL:
		return final > 0 && final != finalL
	default:
		return true
	}
}

// The final consonants of a syllable, by their place in Unicode's arithmetic.
const (
	finalN  = 4
	finalL  = 8
	finalSS = 20
)

// finalOf is the final consonant of the last syllable: 0 for none, less for what
// is no syllable.
func finalOf(word string) int {
	c, _ := utf8.DecodeLastRuneInString(word)
	if c < 0xac00 || c > 0xd7a3 {
		return -1
	}
	return int(c-0xac00) % 28
}

// verbOfNoun returns where the form of 하다 or 되다 begins that makes a verb of a
// noun of two syllables or more, and 0 if there is none.
func verbOfNoun(word string) int {
	syllable := 0
	for at, c := range word {
		if syllable++; syllable <= 2 || !strings.ContainsRune(verbsOfNouns, c) {
			continue
		}
		rest := word[at+utf8.RuneLen(c):]
		switch {
		case rest == "" && strings.ContainsRune(aloneAfterNouns, c):
			return at
		case rest == "":
		case c == '시' && !strings.HasPrefix(rest, "키") && !strings.HasPrefix(rest, "킵") && !strings.HasPrefix(rest, "킨") && !strings.HasPrefix(rest, "킬"):
		case c == '롭' && rest != "게" || c == '로' && rest != "운":
		case strings.IndexFunc(rest, func(c rune) bool { return !strings.ContainsRune(inEndings, c) }) < 0:
			return at
		}
	}
	for _, ending := range []string{"적인", "적으로"} { // 기술적인
		if rest, ok := strings.CutSuffix(word, ending); ok && len(rest) >= 2*len("적") {
			return len(rest)
		}
	}
	return 0
}

// isVerb says whether the whole word is a verb.
func isVerb(word string) bool {
	if _, sort := cutParticle(word); sort == particle && !strings.HasSuffix(word, "는") {
		for _, copula := range []string{"입니다", "입니까", "이다", "이며", "이지만", "이면", "이었습니다", "였습니다", "이어서", "이어야", "인데", "이십니다"} {
			if strings.HasSuffix(word, copula) {
				return false
			}
		}
	}
	for _, ending := range endingsOfVerbs {
		if strings.HasSuffix(word, ending) {
			return true
		}
	}
	_, last := utf8.DecodeLastRuneInString(word)
	stem, end := word[:len(word)-last], word[len(word)-last:]
	final := finalOf(stem)
	switch end {
	case "는": // after a consonant it is no particle
		return final > 0
	case "다":
		return final == finalSS || final == finalN && len(word) > 2*len("다")
	case "고", "던", "을", "지", "네":
		return final == finalSS
	}
	return false
}

// readKorean appends the word that text[start:end] is, whose syllables begin at
// r.bounds. It says whether a phrase ends with it.
func (r *Reader) readKorean(text string, start, end int, language Language, known map[string]entry, words []Word) ([]Word, bool) {
	run := text[start:end]
	e, ok := known[run]
	if !ok {
		if !r.mayLearn() {
			return words, false
		}
		run = strings.Clone(run)
		e = r.learnKorean(run, language)
		r.remember(language, known, run, e)
	}
	w := Word{ID: e.stem, Folded: e.folded, Start: uint32(start), End: uint32(r.bounds[len(r.bounds)-1-int(e.cut)])} //nolint:gosec // a text has not 4 GB
	if e.stop {
		w.Flags |= Stop
	}
	if e.fastened == verbOf {
		w.Flags |= Verb
	}
	return append(words, w), e.fastened >= particle
}

// learnKorean numbers a Korean word that is new.
func (r *Reader) learnKorean(run string, language Language) entry {
	text := norm.NFC.String(run)
	e := entry{stop: stopKorean[text]}
	size := len(text)
	if !e.stop && len(text) <= maxStemmed {
		size, e.fastened = unfasten(text)
		e.stop = e.fastened == onlyVerbs || stopKorean[text[:size]]
	}
	e.cut = uint8(utf8.RuneCountInString(text[size:])) //nolint:gosec // of at most 21 syllables
	e.folded = r.number(normalise(text[:size], language))
	e.stem = e.folded
	return e
}
