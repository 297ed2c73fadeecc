package words

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// letters of the flags, as shown writes them.
const letters = "SBCANJGV"

// shown writes words as folded/FLAGS, without the Break of the first.
func shown(r *Reader, words []Word) string {
	var b strings.Builder
	for i, w := range words {
		flags := ""
		for bit, c := range letters {
			if w.Flags&(1<<bit) != 0 && (i > 0 || Flags(1<<bit) != Break) {
				flags += string(c)
			}
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(r.Text(w.Folded))
		if flags != "" {
			b.WriteString("/" + flags)
		}
	}
	return b.String()
}

func TestReadSplitsAndFlags(t *testing.T) {
	for _, test := range []struct {
		name     string
		language Language
		text     string
		want     string // S stop, B break, C capital, A acronym, N number, J joined, G gram, V verb
	}{
		{"a text without words", English, " – … () 🙂 ", ""},
		{"a hyphen joins", English, "open-source tools", "open source/J tools"},
		{"an underscore joins", English, "open_source", "open source/J"},
		{"a slash joins", English, "CI/CD and/or client/server", "ci/A cd/CAJ and/S or/SJ client server/J"},
		{"a dot inside joins", English, "see cloud.gov, node.js", "see/S cloud gov/J node/B js/J"},
		{"an ampersand joins", English, "R&D, research & development", "r d/CJ research/B development"},
		{"a dot before a word is nothing", English, "use .NET there", "use/S net/CA there/S"},
		{"a possessive leaves an s that says nothing", English, "the user's guide, it’s users' needs", "the/S user s/SJ guide it/SB s/SJ users needs/S"},
		{"contractions leave nothing that says something", English, "we're they've I'd she'll I'm don't can’t isn't", "we/S re/SJ they/S ve/SJ i/SC d/SJ she/S ll/SJ i/SC m/SJ dont/S cant/S isnt/S"},
		{"an Irish name is its two parts", English, "O'Reilly and o'reilly", "o/S reilly/CJ and/S o/S reilly/J"},
		{"French elides", French, "L'école d’été jusqu'à l'Élysée qu'il", "l/S école/J d/S été/SJ jusqu/S à/SJ l/S élysée/CJ qu/S il/SJ"},
		{"Italian elides", Italian, "dell'anno un'altra c'è", "dell/S anno/J un/S altra/SJ c/S è/SJ"},
		{"Dutch plurals with an apostrophe are the word and an s", Dutch, "foto's", "foto s/SJ"},
		{"quotes break", English, `an "open data" policy 'in' use`, "an/S open/B data policy/B in/SB use/SB"},
		{"commas, colons, semicolons and brackets break", English, "one apple, pear: plum; (nut) [fig]", "one/S apple pear/B plum/B nut/B fig/B"},
		{"a dash between spaces breaks", English, "cats – dogs — birds - fish", "cats dogs/B birds/B fish/B"},
		{"a long dash breaks without spaces too, and so do two hyphens", English, "cats—dogs--fish", "cats dogs/B fish/B"},
		{"a range is joined", English, "2010–2015", "2010/N 2015/NJ"},
		{"a hyphen that hangs breaks nothing", German, "Vor- und Nachteile", "vor/S und/S nachteile/C"},
		{"a plural in brackets is a remnant", English, "label(s) are", "label s/SJ are/S"},
		{"German feminine endings are remnants", German, "Die Nutzer:innen, Kolleg*innen und Leser/-innen", "die/S nutzer/C innen/SJ kolleg/BC innen/SJ und/S leser/C innen/SJ"},
		{"a check-in is no feminine ending", German, "Check-in", "check in/SJ"},
		{"a sentence begins after a full stop", English, "Apples grow. Pears fall! Plums? Figs", "apples grow pears/B fall plums/B figs/B"},
		{"a capital inside a sentence is flagged", English, "In May the Senate met in Rome.", "in/S may/SC the/S senate/C met in/S rome/C"},
		{"a blank line ends a sentence, a line does not", English, "apples\nPears\n\nPlums", "apples pears/C plums/B"},
		{"an abbreviation is one word and breaks nothing", English, "the U.S. Digital Service, e.g. APIs", "the/S u.s/CA digital/C service/C e.g/SB apis/CA"},
		{"an abbreviation may end the sentence all the same", English, "made in the U.S. The end", "made/S in/S the/S u.s/CA the/SB end"},
		{"an abbreviation at the end of the text", English, "F.B.I.", "fbi/A"},
		{"an abbreviation without its last dot", English, "the U.S-based F.O.I.A, a.k.a. x", "the/S u.s/CA based/J foia/CA a.k.a/SB x"},
		{"initials and titles break nothing", English, "Ask Dr. Smith or J. Miller", "ask dr/C smith/C or/S j/C miller/C"},
		{"No. before a number breaks nothing", English, "See No. 5. She said no. Really", "see/S no/SC 5/N she/SB said/S no/S really/SB"},
		{"German abbreviations may have spaces", German, "Obst, z. B. Äpfel, d.h. u. a. Birnen", "obst z.b/SB äpfel/C d.h/SB u.a/S birnen/C"},
		{"German ordinals break nothing", German, "ab dem 3. Oktober 2019. Danach", "ab/S dem/S 3/N oktober/C 2019/N danach/SB"},
		{"a numbered list breaks after its numbers", German, "1. Birnen", "1/N birnen/B"},
		{"plan B. in English is not a German abbreviation", English, "plan b. c. trees", "plan b c trees"},
		{"numbers keep their dots and commas", English, "3.5 of 1,000 in 2019, v2.1, 10.0.0.1", "3.5/N of/S 1,000/N in/S 2019/N v2.1/B 10.0.0.1/BN"},
		{"what begins with a digit is a number", English, "the 18F team 24/7", "the/S 18f/N team 24/N 7/NJ"},
		{"percent and money break nothing", English, "50% growth of $3 Confluence® Cloud m²", "50/N growth of/S 3/N confluence/C cloud/C m"},
		{"acronyms", English, "an API, APIs, FOIA's EC2 iOS A Ab", "an/S api/CA apis/BCA foia/BCA s/SJ ec2/CA ios a/SC ab/C"},
		{"an acronym that looks like a stop word is none unless all is in capitals", English, "Our IT team in the US", "our/S it/CA team in/S the/S us/CA"},
		{"capitals alone do not make an acronym of a stop word", English, "DO NOT USE IT", "do/SA not/SCA use/SCA it/SCA"},
		{"AI is no French verb", French, "une AI pour l'OS", "une/S ai/CA pour/S l/S os/CAJ"},
		{"signs of programming languages", English, "C++, C# and F#; c++11, x+y, #design, a# b", "c++ c#/BC and/S f#/C c++/B 11/NJ x/B y/J design/B a/SB b/B"},
		{"camel case is one word", English, "GitHub and userResearch", "github and/S userresearch"},
		{"e-mail is email", English, "E-mail e_commerce e-x X-e-mail", "email ecommerce e x/J x/C e/J mail/J"},
		{"soft hyphens and joiners are not there", English, "exam\u00adple wo\u200drd zero\u200bwidth", "example word zero width"},
		{"full width is folded", English, "ＡＰＩ ２０１９ ﬁnd", "api/A 2019/N find"},
		{"decomposed accents are composed", French, "cafe\u0301", "café"},
		{"what is not UTF-8 breaks", English, "cat\xff dog", "cat dog/B"},
		{"a mark that stands alone is nothing", English, "cat \u0301 dog", "cat dog"},

		{"Chinese is pairs", CJK, "会议记录", "会议/G 议记/JG 记录/JG"},
		{"one ideograph is itself", CJK, "图。表", "图/G 表/BG"},
		{"what is grammar in Chinese is a stop word", CJK, "公司的产品，我们", "公司/G 司的/SJG 的产/SJG 产品/JG 我们/SBG"},
		{"a word with a character of grammar is none", CJK, "目的", "目的/G"},
		{"Hiragana and particles are stop words", CJK, "会議の記録を見た", "会議/G 議の/SJG の記/SJG 記録/JG 録を/SJG を見/SJG 見た/SJG"},
		{"joints of verbs are not", CJK, "振り返り", "振り/G り返/JG 返り/JG"},
		{"Katakana is one word", CJK, "データベース設計", "データベース 設計/JG"},
		{"a dot joins Katakana", CJK, "サーバー・ルーム", "サーバー ルーム/J"},
		{"half-width Katakana is folded", CJK, "ﾃﾞｰﾀﾍﾞｰｽ", "データベース"},
		{"Latin words among ideographs are words", CJK, "使用GitHub管理", "使用/SG github/CJ 管理/JG"},
		{"Korean ends before its particle, where a phrase ends", CJK, "스프린트 회고를 계획", "스프린트 회고 계획/B"},
		{"a Korean particle of two syllables", CJK, "데이터에서", "데이터"},
		{"a Korean particle behind a plural", CJK, "사용자들에게는", "사용자"},
		{"a Korean phrase goes on after of", CJK, "이미지의 상태", "이미지 상태"},
		{"a noun of two syllables has no particle", CJK, "평가 회의 제도", "평가 회의 제도"},
		{"a particle stands after a vowel or a consonant", CJK, "쿼리파이 개발자가 시스템이 서버로", "쿼리파이 개발자 시스템/B 서버/B"},
		{"nouns that end like a particle or a verb", CJK, "조직도 주간회의에서 위원회의 검색결과 연결과 매크로 로그인 접근권한을 파이프라인", "조직도 주간회의 위원회/B 검색결과 연결 매크로/B 로그인 접근권한 파이프라인/B"},
		{"a Korean noun that is a verb", CJK, "확인하세요 갱신합니다 관리된 설정하기에는 기술적인", "확인/V 갱신/BV 관리/BV 설정/BV 기술/BV"},
		{"a Korean noun with to be", CJK, "문서입니다 온라인이며 서버이다", "문서 온라인/B 서버/B"},
		{"a Korean verb is a stop word", CJK, "만듭니다 없는 느렸다 만들면서", "만듭니다/S 없는/SB 느렸다/S 만들면서/SB"},
		{"a Korean particle behind a foreign name", CJK, "API를 Jira에서", "api/A 를/SJ jira/C 에서/SJ"},
		{"Thai is threes, each from the begin of a cluster", Unknown, "การประชุม", "การป/G รประ/JG ประชุ/JG ระชุม/JG"},
		{"a Thai vowel is with the consonant behind it", Unknown, "เอกสาร", "เอกสา/G กสาร/JG"},
		{"Khmer stacks consonants", Unknown, "ខ្មែរកម្ពុជា", "ខ្មែរក/G រកម្ពុ/JG កម្ពុជា/JG"},
		{"a mark of Hindi begins no word", Unknown, "परियोजना ि योजना", "परियोजना योजना"},
		{"fewer than three are themselves", Unknown, "กา 5", "กา/G 5/N"},
		{"Hebrew is without its points", Unknown, "שָׁלוֹם צה״ל צה\"ל", "שלום צהל צהל"},
		{"Arabic is without its points, lengthening and hamza", Unknown, "مُحَمَّد مـــحمد، الأدلة", "محمد محمد الادلة/B"},
		{"an abbreviation of signs that lengthen is what is written", English, "ـ.ـ ـ.ـ.", "ـ.ـ ـ.ـ"},
		{"what touches a Korean word that ends a phrase is not joined to it", CJK, "확인합니다A 서버가/API", "확인/V a/SBC 서버 api/BCA"},
		{"Ukrainian has an apostrophe inside", Unknown, "п'ять об’єкт", "пять обєкт"},
		{"Turkish i with and without its dot", Unknown, "İstanbul ısparta ISPARTA", "istanbul isparta isparta/CA"},
		{"what Turkish fastens to a name behind an apostrophe says nothing, a name does", Turkish, "Jira'nın O'Reilly Jira'daki", "jira nin/SJ o/SC reilly/CJ jira/C daki/SJ"},
		{"Turkish i whose dot is a character of its own", Unknown, "I\u0307stanbul", "istanbul"},
		{"Greek has two small sigmas", Unknown, "Σίσυφος", "σίσυφοσ"},
		{"marks of direction are nothing", Unknown, "\u200fשלום\u200e עולם", "שלום עולם"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader()
			words := r.Read(test.text, test.language, nil)
			if diff := cmp.Diff(test.want, shown(r, words)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", test.text, diff)
			}
			check(t, r, test.text, words)
			if len(words) > 0 && words[0].Flags&(Break|Joined|Capital) != Break {
				t.Errorf("the first word has the flags %b", words[0].Flags)
			}
		})
	}
}

func TestSpansAreWhatIsWritten(t *testing.T) {
	text := "Über den U.S.-Markt: C++ & l’école, exam\u00adple\u200e!"
	r := NewReader()
	var got []string
	for _, w := range r.Read(text, German, nil) {
		got = append(got, text[w.Start:w.End])
	}
	if diff := cmp.Diff([]string{"Über", "den", "U.S.", "Markt", "C++", "l", "école", "exam\u00adple"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnyTwoFragmentsAreRead(t *testing.T) {
	t.Parallel()
	language := Unknown
	for _, one := range fragments {
		for _, other := range fragments {
			text := one + other + one
			r := NewReader()
			words := r.Read(text, language, nil)
			check(t, r, text, words)
			m := NewMarker(r)
			m.Mark(text, words)
			m.MarkRest(text, words)
			language = (language + 1) % languages
		}
	}
}

func TestTextsThatSayTheSameHaveTheSameIDs(t *testing.T) {
	for _, test := range []struct {
		name     string
		language Language
		texts    []string
	}{
		{"however words are joined", English, []string{"open-source", "open source", "open_source", "Open Source", "open/source", "open sources"}},
		{"a label and a page in the U.S.", English, []string{"u.s. digital service", "U.S. Digital Service", "U.S. digital services"}},
		{"with and without dots", English, []string{"FOIA", "F.O.I.A.", "foia"}},
		{"plural acronyms", English, []string{"API", "APIs", "api", "apis"}},
		{"plural acronyms in German", German, []string{"API", "APIs"}},
		{"accents", English, []string{"café résumé", "cafe resume", "CAFÉS RÉSUMÉS"}},
		{"accents in Spanish", Spanish, []string{"formación", "formacion", "FORMACIÓN", "formaciones"}},
		{"umlauts", German, []string{"Übung", "uebung", "ÜBUNGEN"}},
		{"sharp s", German, []string{"Straße", "STRASSE", "straßen", "Strassen"}},
		{"the same accent written in two ways", Swedish, []string{"mötet", "mo\u0308tet", "MÖTE"}},
		{"the two spellings of English", English, []string{"organisation of behaviour", "organizations of behavior"}},
		{"e-mail", German, []string{"E-Mail", "Email", "e-mails", "e_mail"}},
		{"Katakana of any width and length of vowel", CJK, []string{"サーバー", "サーバ", "ｻｰﾊﾞｰ"}},
		{"Korean composed and not", CJK, []string{"회의 각", "\u1112\u116c\u110b\u1174 \u1100\u1161\u11a8", "회의 가\u11a8"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := NewReader()
			want := ids(r.Read(test.texts[0], test.language, nil))
			if len(want) == 0 {
				t.Fatal("no words")
			}
			for _, text := range test.texts[1:] {
				if diff := cmp.Diff(want, ids(r.Read(text, test.language, nil))); diff != "" {
					t.Errorf("%q and %q (-want +got):\n%s", test.texts[0], text, diff)
				}
			}
		})
	}
}

// knows compares all that two readers know.
var knows = cmp.Options{
	cmp.AllowUnexported(Reader{}, entry{}),
	cmpopts.IgnoreFields(Reader{}, "env", "lower", "bounds", "room", "marked", "mark", "since"),
	cmpopts.EquateEmpty(),
}

func TestAReaderForgetsWhatItReadSinceTheMark(t *testing.T) {
	t.Parallel()
	for before := range languages {
		for since := range languages {
			r, never := NewReader(), NewReader()
			for _, r := range []*Reader{r, never} {
				r.Read(titles[before], before, nil)
			}
			r.Mark()
			for range 2 {
				r.Read(sentences[since], since, nil)
				r.Forget()
			}
			if diff := cmp.Diff(never, r, knows); diff != "" {
				t.Errorf("%s and then %s (-never read +forgotten):\n%s", name(before), name(since), diff)
			}
		}
	}
}

func TestTextsThatDifferHaveOtherIDs(t *testing.T) {
	for language, pairs := range map[Language][]string{
		English: {"news new", "us u.s.", "c c++", "c# c", "it I.T."},
		Swedish: {"lön lon", "mål mal", "får far"},
		Spanish: {"año ano"},
		CJK:     {"コピー コピ", "会议 议会"},
	} {
		for _, pair := range pairs {
			r := NewReader()
			if got := ids(r.Read(pair, language, nil)); len(got) != 2 || got[0] == got[1] {
				t.Errorf("%s: %q is %v", name(language), pair, got)
			}
		}
	}
}

func TestUpperCaseHasTheSameIDs(t *testing.T) {
	for language, text := range sentences {
		r := NewReader()
		text += " " + stopWordsOf[language]
		if language == Unknown {
			text += strings.Join(otherLanguages[:], " ")
		}
		for _, word := range r.Read(text, language, nil) {
			written := text[word.Start:word.End]
			for _, upper := range []string{strings.ToUpper(written), strings.ToTitle(written)} {
				if got := r.Read(upper, language, nil); word.Flags&Gram == 0 && (len(got) != 1 || got[0].ID != word.ID || got[0].Folded != word.Folded || (got[0].Flags^word.Flags)&Stop != 0 && word.Flags&Joined == 0 && !strings.ContainsRune("'’", after(text, word))) {
					t.Errorf("%s: %q and %q differ", name(language), written, upper)
				}
			}
		}
	}
}

func after(text string, w Word) rune {
	c, _ := utf8.DecodeRuneInString(text[w.End:])
	return c
}

func TestStopWordsSayNothingInTheirLanguage(t *testing.T) {
	for _, test := range []struct {
		language   Language
		stop, says string
	}{
		{English, "the how we also get make use new etc. e.g.", "work label page team newer user die"},
		{German, "der die und für fuer wie wir z.B. bzw. daß", "arbeit seite"},
		{French, "le la où ou même c'est aujourd'hui à", "page saison"},
		{Spanish, "el la más mas también tambien p.ej. que", "casa página"},
		{Portuguese, "o a não nao você voce da às", "casa página caso logo"},
		{Italian, "il la perché perche più dell' è", "casa pagina"},
		{Dutch, "de het een niet d.w.z. zijn", "huis pagina"},
		{Swedish, "och att är inte för t.ex. på", "hus sida"},
		{Unknown, "the of og ikke się ve și https www", "die und projekt"},
	} {
		r := NewReader()
		for _, w := range r.Read(test.stop, test.language, nil) {
			if w.Flags&Stop == 0 {
				t.Errorf("%s: %q says something", name(test.language), r.Text(w.Folded))
			}
		}
		for _, w := range r.Read(test.says, test.language, nil) {
			if w.Flags&Stop != 0 && test.language != Unknown {
				t.Errorf("%s: %q says nothing", name(test.language), r.Text(w.Folded))
			}
		}
		if n := len(strings.Fields(stopWordsOf[test.language])); test.language != Unknown && n < 120 {
			t.Errorf("%s has only %d stop words", name(test.language), n)
		}
	}
}

func TestReaderNumbersAndFinds(t *testing.T) {
	r := NewReader()
	if r.Find("test") != None || r.Len() != 0 {
		t.Error("a reader that read nothing knows something")
	}
	words := r.Read("Testing tests", English, []Word{{ID: 7}})
	if len(words) != 3 || words[0].ID != 7 {
		t.Fatalf("appended %v", words)
	}
	if words[1].ID != words[2].ID || words[1].Folded == words[2].Folded {
		t.Errorf("%v", words)
	}
	if r.Len() != 3 || r.Find("test") != words[1].ID || r.Find("testing") != words[1].Folded || r.Text(words[2].Folded) != "tests" {
		t.Errorf("numbered %d: test %d, testing %d", r.Len(), r.Find("test"), r.Find("testing"))
	}
	if german := r.Read("Tests", German, nil); german[0].ID != words[1].ID {
		t.Error("the same stem in another language has another ID")
	}
	if odd := r.Read("the", Language(200), nil); len(odd) != 1 || odd[0].Flags&Stop == 0 {
		t.Errorf("a language there is not: %v", odd)
	}
}

func TestReadingWhatIsKnownAllocatesNothing(t *testing.T) {
	text := "The user's API in the U.S. — “naïve” café, 3.5 e-mails, data設計データ and l'école."
	r := NewReader()
	words := r.Read(text, English, nil)
	if n := testing.AllocsPerRun(20, func() { words = r.Read(text, English, words[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestVeryLongWordsAreNotStemmed(t *testing.T) {
	for _, text := range []string{strings.Repeat("a", 1<<20), strings.Repeat("ings", 17), strings.Repeat("e\u0301", 1000), strings.Repeat("界", 1000), strings.Repeat("ー", 1000), strings.Repeat("U.", 1000)} {
		r := NewReader()
		for _, w := range r.Read(text, English, nil) {
			if w.Flags&(Gram|Acronym) == 0 && len(r.Text(w.Folded)) > maxStemmed && len(r.Text(w.ID)) < len(text)/3 {
				t.Errorf("%.20s… is %.20s…", text, r.Text(w.ID))
			}
		}
	}
}

func ids(words []Word) []ID {
	got := make([]ID, 0, len(words))
	for _, w := range words {
		got = append(got, w.ID)
	}
	return got
}

// check is what is true of any words of any text.
func check(t *testing.T, r *Reader, text string, words []Word) {
	t.Helper()
	last := Word{}
	for i, w := range words {
		switch {
		case w.Start >= w.End || int(w.End) > len(text):
			t.Fatalf("word %d is %d:%d of %d bytes", i, w.Start, w.End, len(text))
		case !utf8.RuneStart(text[w.Start]) && utf8.ValidString(text) || int(w.End) < len(text) && !utf8.RuneStart(text[w.End]) && utf8.ValidString(text):
			t.Errorf("word %d, %d:%d, cuts a character", i, w.Start, w.End)
		case i > 0 && (w.Start <= last.Start || w.End <= last.End || w.Start < last.End && w.Flags&last.Flags&Gram == 0):
			t.Errorf("word %d is %d:%d after %d:%d", i, w.Start, w.End, last.Start, last.End)
		case int(w.ID) >= r.Len() || int(w.Folded) >= r.Len():
			t.Errorf("word %d is %d, %d of %d", i, w.ID, w.Folded, r.Len())
		case r.Text(w.ID) == "" || r.Text(w.Folded) == "" || r.Find(r.Text(w.ID)) != w.ID || r.Find(r.Text(w.Folded)) != w.Folded:
			t.Errorf("word %d is %q, %q", i, r.Text(w.ID), r.Text(w.Folded))
		case w.Flags&Break != 0 && w.Flags&Joined != 0:
			t.Errorf("word %d is joined over a break", i)
		}
		last = w
	}
}

func FuzzRead(f *testing.F) {
	for language, text := range sentences {
		f.Add(text, uint8(language))
	}
	for _, text := range []string{"U.S. e.g. z. B. C++ c# .NET e-mail 1,000 don't l’école label(s) Nutzer:innen", "ﾃﾞｰﾀ・の振り返り 会\u3099 스프린트에서 การ צה\"ל п'ять مـــ \u0640 İıſς", "a\u00ad'\u200d.\xff\xe2\x80 -_/&+#\u0301\n\n.", "ueueaeoe ßeln system ais ões zzz ies etetet"} {
		for l := range languages {
			f.Add(text, uint8(l))
		}
	}
	f.Fuzz(func(t *testing.T, text string, language uint8) {
		l := Language(language)
		r := NewReader()
		words := r.Read(text, l, nil)
		check(t, r, text, words)
		known := r.Len()
		if again := r.Read(text, l, nil); !slices.Equal(words, again) {
			t.Errorf("first %v, then %v", words, again)
		}
		if r.Len() != known {
			t.Errorf("numbered %d words, then %d", known, r.Len())
		}
		other := NewReader()
		other.Mark()
		if read := other.Read(text, l, nil); !slices.Equal(words, read) {
			t.Errorf("%v, and by another reader %v", words, read)
		}
		marker, marked := NewMarker(r), slices.Clone(words)
		marker.Mark(text, marked)
		marker.MarkRest(text, marked)
		for i := range marked {
			marked[i].Flags &^= Opaque
		}
		if !slices.Equal(words, marked) {
			t.Errorf("marked %v became %v", words, marked)
		}
		other.Forget()
		if diff := cmp.Diff(NewReader(), other, knows); diff != "" {
			t.Errorf("not forgotten: %s", diff)
		}
	})
}

// fragments are what a text may be made of again and again: a character of each kind,
// what a Reader or a Marker looks behind or ahead of, and a word of each list that
// has a meaning.
var fragments = strings.Split(`a¦A¦é¦é¦é̖¦İ¦ß¦1¦1.¦3,¦x¦deadbeef¦0x1f¦dGhpcyB¦getUserById¦U.¦z. B. ¦e-¦n't ¦l'¦O'¦C++ ¦.NET ¦`+
	`.¦. ¦,¦, ¦:¦: ¦;¦-¦_¦'¦’¦"¦/¦|¦\¦@¦(¦)¦<¦>¦[¦]¦{¦}¦&¦#¦$¦=¦~¦+¦*¦!¦€¦©¦²¦😀¦`+"\xff¦\u00ad¦\u200d¦\u3000¦ ¦\n¦\n\n¦"+
	`(a@¦a@b.c ¦http://¦www.¦/a¦a/b ¦C:\¦.com ¦{code}¦{code:x}¦{noformat}¦{panel:a}¦&amp;¦&eacute;¦%41¦HEAD~3¦:tada: ¦Content-Type: ¦-v ¦()¦{{¦}}¦->¦`+
	`ABC-1 ¦ABC-2 ¦ISO-9¦COVID-19 ¦v2.1-rc.¦PT15M ¦2026-01-02 ¦10:30 ¦KW ¦48 ¦5 ¦May ¦Monday ¦USD ¦kg ¦IBAN ¦GB29 NWBK 6016 ¦SELECT ¦FROM ¦INSERT INTO ¦`+
	`sudo ¦apt install ¦| grep ¦@start¦@end¦graph LR ¦`+
	`By ¦By Jane Doe, ¦Written By, ¦Photos Von, ¦Made von Ann, ¦by ¦Author ¦Author: ¦Authors: Ann, ¦Owner¦Dr. ¦Welcome ¦to ¦Contact ¦Jane ¦Jane Doe ¦Robert ¦Robert O'¦Jean-¦Mc¦said ¦van ¦and ¦J. ¦Team ¦1:1 ¦`+
	`界¦様¦さん¦山本様¦の¦ー¦カ¦ﾃﾞ¦作者：¦担当：山本、¦山本、¦・¦年¦月曜¦씨¦회의¦에서¦확인합니다¦ᄒ¦ᅬ¦ก¦เ¦្¦ខ¦م¦ـ¦ש¦״¦п'¦σς¦ﬁ¦Ａ`, "¦")

// posts are the texts of a blog of some 400 posts, in English.
func posts(t testing.TB) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "18f-posts", "pages.jsonl"))
	if errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") != "true" {
		t.Skip("the posts are not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var post struct{ Markdown string }
		if err := json.Unmarshal(lines.Bytes(), &post); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, post.Markdown)
	}
	if len(texts) < 300 {
		t.Fatalf("read %d posts", len(texts))
	}
	return texts
}

func TestPostsOfABlogAreRead(t *testing.T) {
	r := NewReader()
	var words []Word
	count, stop, english := 0, 0, 0
	texts := posts(t)
	for _, text := range texts {
		words = r.Read(text, English, words[:0])
		check(t, r, text, words)
		count += len(words)
		for _, w := range words {
			if w.Flags&Stop != 0 {
				stop++
			}
		}
		if Detect(text) == English {
			english++
		}
	}
	if count < 200_000 || stop*10 < count*3 || stop*10 > count*6 {
		t.Errorf("%d words, %d of them stop words", count, stop)
	}
	if english*100 < len(texts)*98 {
		t.Errorf("%d of %d posts are in English", english, len(texts))
	}
}

// BenchmarkRead reads what a request brings.
func BenchmarkRead(b *testing.B) {
	german := []string{strings.Repeat(all(German)+" ", 20)}
	japanese := []string{strings.Repeat("新しい要件定義書のレビューを来週の会議で行いますので、データベースの設計を確認してください。", 100)}
	for _, benchmark := range []struct {
		name     string
		texts    []string
		language Language
		known    bool // each word was read before
	}{
		{"English that is known", posts(b), English, true},
		{"English from nothing", posts(b), English, false},
		{"German that is known", german, German, true},
		{"Japanese that is known", japanese, CJK, true},
	} {
		b.Run(benchmark.name, func(b *testing.B) {
			r := NewReader()
			var words []Word
			count := 0
			read := func() {
				for _, text := range benchmark.texts {
					words = r.Read(text, benchmark.language, words[:0])
					count += len(words)
				}
			}
			read()
			count = 0
			b.ReportAllocs()
			for b.Loop() {
				if !benchmark.known {
					r = NewReader()
				}
				read()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(count), "ns/word")
		})
	}
}

func BenchmarkDetect(b *testing.B) {
	text := strings.Join(posts(b)[:20], "\n")
	b.ReportAllocs()
	for b.Loop() {
		Detect(text)
	}
}

func ExampleReader_Read() {
	r := NewReader()
	text := "The U.S. Digital Service's open-source APIs"
	for _, w := range r.Read(text, English, nil) {
		if w.Flags&Stop == 0 {
			fmt.Println(text[w.Start:w.End], r.Text(w.ID))
		}
	}
	// Output:
	// U.S. u.s
	// Digital digital
	// Service servic
	// open open
	// source sourc
	// APIs api
}

func TestAReaderLearnsNoMoreWordsThanItMay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, known, text string
		limit             int
		want              []string
		breaks            []bool // before each of these
		missed            int
	}{
		{"known words are still read", "green tea", "tea, green; tea green", 0, []string{"tea", "green", "tea", "green"}, []bool{true, true, true, false}, 0},
		{"no phrase reaches over one that is passed over", "green tea", "green leaf tea", 0, []string{"green", "tea"}, []bool{true, true}, 1},
		{"the first ones are learned", "", "one two three two four", 2, []string{"one", "two", "two"}, []bool{true, false, true}, 2},
		{"the first word may be unknown", "tea", "leaf tea", 0, []string{"tea"}, []bool{true}, 1},
		{"all may be", "", "leaf tea 調査票 テスト", 0, nil, nil, 5},
		{"pairs of characters", "調査票", "調査表 査票", 0, []string{"調査", "査票"}, []bool{true, false}, 1},
		{"within a run", "調査票査", "調査本票査", 0, []string{"調査", "票査"}, []bool{true, true}, 2},
		{"a Korean word with a particle is another one", "회의", "회의에서 회의", 0, []string{"회의"}, []bool{true}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := NewReader()
			r.Read(test.known, Unknown, nil)
			r.Limit(test.limit)
			var got []string
			var breaks []bool
			for _, w := range r.Read(test.text, Unknown, nil) {
				got = append(got, r.Text(w.Folded))
				breaks = append(breaks, w.Flags&Break != 0)
			}
			if !slices.Equal(got, test.want) || !slices.Equal(breaks, test.breaks) || r.Missed() != test.missed {
				t.Errorf("read %q with breaks %v, %d passed over, want %q with %v, %d", got, breaks, r.Missed(), test.want, test.breaks, test.missed)
			}
		})
	}
}
