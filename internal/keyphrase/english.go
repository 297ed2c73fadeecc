package keyphrase

import (
	"strings"

	"labelup/internal/words"
)

// What is known of English beyond its stop words. The lists hold words that any
// text on any subject may have, written down for this package; a word about a
// subject has no place in them. They are of words, not stems, because "modelling"
// and "learning" name things and "models" and "learns" may not.

// verbs bound a phrase in each of their forms.
const verbs = `
	accept accommodate accompany accomplish account achieve acquire act adapt add address adjust adopt affect
	agree aid aim allow alter analyse analyze answer appear apply appreciate approach argue arise arrive ask
	assess assist assume assure attempt attract avoid base become begin behave believe belong benefit bring build
	calculate call carry cause change characterise characterize choose cite claim clarify combine come compare
	complement complete comprise compute concern conclude conduct confirm connect consider consist constitute
	construct contain continue contribute convert cope correspond cover create deal decide decrease define deliver
	demonstrate denote depend derive describe deserve design detail detect determine develop devise differ
	disappear discover discuss display distinguish divide do draw ease elaborate eliminate emerge emphasise
	emphasize employ enable encounter encourage end enhance enjoy ensure enter establish estimate evaluate evolve
	examine exceed exhibit exist expect experience explain exploit explore express extend extract face facilitate
	fail fall feel fill find finish fit focus follow force form formulate found fulfil fulfill function gain generate get
	give go govern grow guarantee guide happen have help highlight hold hope identify ignore illustrate imagine
	impact implement imply impose improve include incorporate increase indicate induce influence inform inherit
	initiate insert insist inspire intend introduce investigate involve join justify keep know lack lead learn
	leave let lie like limit list live look lose maintain make manage match matter mean measure meet mention
	minimise minimize modify motivate move name need note notice observe obtain occur offer omit operate optimise
	optimize originate outline outperform overcome owe own perceive perform permit play point pose possess predict
	prefer prepare present preserve prevent proceed produce prohibit promise promote propose prove provide publish
	pursue put quantify raise range reach react read realise realize receive recognise recognize recommend reduce
	refer reflect regard reject relate rely remain remark remove render repeat replace report represent require
	resemble resolve respect respond restrict result retain return reveal review revise run satisfy save say see
	seek seem select send separate serve share show simplify solve specify spend stand start state stay stem store
	stress strive study succeed suffer suggest suit summarise summarize supply support suppose surround survey
	take talk target tell tend test thank think treat try turn undergo understand undertake update utilise utilize
	validate vary verify view violate visit want weigh wish wonder work write yield`

// things are forms of those verbs that do not bound a phrase, because they name
// things more often than they say what is done.
const things = `
	account accounting accounts act acts aid aided aids answer answers approach approaches assisted base bases
	benefit benefits build building builds call calls cause causes change changes computing connected cover
	design designs detail details display displays end ends estimates experience experiences face faces fit
	fitting focus focuses force forces form forms function functions gain gains guide guides help impact impacts
	lead leads learning limit limits list lists match matches matching mean measure measures meeting
	moving name names
	note notes operating play plays point points publishing rendering repeat repeated report reporting reports return
	review reviews run running sharing state states stress stresses supply support supports survey
	surveys target targets test testing tests turn turning understanding update updates view views visit visits work working
	works`

// others bound a phrase as well: they praise, compare, count or refer.
const others = `
	acceptable accessed accessible according accurate actual addition additional adequate advantageous advent
	advice afterwards ahead ain akin al albeit alike alone alternative altogether amenable amid amongst amount
	amounts analogous apart apparent applicable appropriate april aren arisen arose article articles aside
	associated attractive august author authors available aware bad basic became beforehand began begun big
	bought brand brief broad brought built capable careful certain challenging cheap chose chosen classified
	classify clear close com comfortable common comparable compatible compelling complicated comprehensive
	concrete consecutive consequent considerable consistent contemporary contrary convenient conventional
	copyright copyrighted correct costly couldn couple creation crucial current decade december dedicated deep
	degree degrees desirable desired didn different difficult distinct diverse doesn doi don doubt downloaded
	drawn drew driven due earlier early easier easiest easy effective efficient effort efforts eight eighth
	eleven elsewhere emphasis enormous entire eq eqs equal essential et eventual everywhere evident example
	examples excellent exciting expensive experimental extensive extent extreme fallen familiar famous fast
	faster fastest favorable favourable feasible february fell felt fewer fifth fifty fig figs final findings
	fine five former forth four fourth frequent friday fruitful full future gave greater greatest grew grown
	hadn handy happy hard harder hasn haven held henceforth hereby herein higher highest hitherto html http
	https huge hundred hundreds ibid ideal identical immediate important impossible inadequate inappropriate
	incorrect indeed indispensable individual inexpensive inherent innovative insofar insufficient interested
	interesting intuitive isn january june kinds knew laid lain large larger largest late latest latter led left
	lent lesser lest likewise little longer longest lost lower lowest main major manner march massive meaningful
	meant mere met million millions modern modest monday nearby necessary necessity nevertheless newer newest
	nice nine non nonetheless notable noteworthy noticeable notwithstanding novel november nowadays nowhere
	number numbers numerous obvious occasional october old older oldest ongoing opposite optional original
	others outstanding overall paid paper papers part particular parts perfect plausible plenty plus poor
	popular possible potential powerful pp practical precise preliminary presence previous prior probable
	problematic processed prominent proper prospective proven pure quick quicker ran rare ready realistic
	reasonable recent regardless relative relevant reliable remarkable reserved respective rich right rigorous
	rise sat satisfactory saturday saw sense sensible sent september serious seven seventh severe sharp shorter
	shouldn shown significant similar simple simpler simplest simultaneous six sixth slight slow slower small
	smaller smallest smooth sometime somewhere sophisticated sorts sought sound special specific spent spoke
	spoken stood straightforward strict striking stronger strongest sub subjected subsequent substantial subtle
	successful sudden sufficient suitable sunday sup superior surprising systematic taught tedious ten tenth
	theoretical thereby therein thereof third thirty thorough thought thousand thousands thursday tight timely
	today tomorrow top total traditional trained tremendous true tuesday twelve twenty type types typical
	ultimate unable unclear underlying understood undertaken undesirable unexpected unique unknown unlike
	unlikely unnecessary upcoming useful useless usual vague valid valuable variety various vast versatile
	version versions viable vital vol wasn wednesday weren whatsoever whereby wherein whilst whole wide wider
	widespread won worse worst worth worthwhile wouldn written wrong wrote www year years yesterday young`

// weak nouns may be part of a phrase and say little on their own.
const weak = `
	ability abstract account accuracy acknowledgement acknowledgment act activity advance advantage algorithm
	analysis answer appendix applicability application approach area argument aspect assumption attention
	attribute basis behavior behaviour benefit book bound call capability case category cause challenge change
	chapter characteristic choice circumstance class collection column combination community comparison
	complexity component computation concept conclusion condition configuration connection consequence
	consideration constraint construction content context contrast contribution control correspondence cost
	country criteria criterion data date day definition department description design detail development
	difference difficulty dimension direction discussion display distinction document effect effectiveness
	efficiency element end entity environment equation error evaluation event evidence exception existence
	expectation experience experiment expert explanation expression extension face fact factor feature field
	figure focus formula formulation framework function functionality goal group growth guide guideline help
	history hypothesis idea impact implementation implication importance improvement industry information
	initiative input insight instance institute interest introduction investigation issue item journal key
	keyword knowledge laboratory language layer lead length level life limit limitation line list literature
	location magnitude majority management match measure measurement mechanism member method methodology minute
	mode model modification month name nature note notion object objective observation obstacle occurrence
	operation opinion opportunity option order output overview page pair paragraph parameter participant people
	percent percentage performance period person perspective phase phenomena phenomenon piece place plan play
	point population position possibility power practice precision presentation principle priority problem
	procedure proceedings process processing product program programme progress project proof property proposal
	purpose quality quantity question rate ratio reader reason recommendation reference region relation
	relationship report representation request requirement research researcher resource response review role
	rule sample scale scenario scheme science scope section sentence sequence series service set setting shape
	side situation size solution source space specification stage standard statement step strategy strength
	stress structure subject success suggestion summary support survey symbol system table task technique
	technology tendency term test text theorem theory thesis time title tool topic transition treatment trend
	trial understanding unit university usage user value variable variation view visit volume week word work
	world`

// notAdverbs are words in -ly that are no adverbs.
const notAdverbs = `
	ally anomaly assembly butterfly bully family firefly italy jelly lily monopoly reassembly reply subfamily
	supply`

// adjectiveEndings are those that seldom end a noun.
var adjectiveEndings = []string{
	"able", "ant", "ary", "ed", "ent", "ful", "ial", "ible", "ical", "ional", "istic", "ive", "less", "ous", "ular", "ural",
}

// class is what part a word can have in a phrase.
type class uint8

const (
	strong   class = iota // names something
	faint                 // names something, and says little on its own
	bounding              // no phrase reaches over it
)

var english = func() map[string]class {
	classes := map[string]class{}
	for word := range strings.FieldsSeq(others) {
		classes[word] = bounding
	}
	for verb := range strings.FieldsSeq(verbs) {
		for _, form := range forms(verb) {
			classes[form] = bounding
		}
	}
	for word := range strings.FieldsSeq(things) {
		delete(classes, word)
	}
	for word := range strings.FieldsSeq(weak) {
		for _, form := range []string{word, withS(word)} {
			if classes[form] != bounding {
				classes[form] = faint
			}
		}
	}
	for word := range strings.FieldsSeq(notAdverbs) {
		classes[word] = strong
	}
	return classes
}()

// classOf is the class of an English word that is no stop word.
func classOf(word string) class {
	if c, ok := english[word]; ok {
		return c
	}
	if len(word) > 4 && strings.HasSuffix(word, "ly") {
		return bounding
	}
	return strong
}

// SaysLittle says whether a word in lower case names nothing by itself: in
// English a verb, an adverb, an adjective or the like that could stand in any text.
func SaysLittle(word string, language words.Language) bool {
	return language == words.English && classOf(word) == bounding
}

// isAdjective says whether an English word is probably an adjective, by its
// ending.
func isAdjective(word string) bool {
	if strings.HasSuffix(word, "ment") {
		return false
	}
	for _, ending := range adjectiveEndings {
		if len(word) > len(ending)+1 && strings.HasSuffix(word, ending) {
			return true
		}
	}
	return false
}

// forms are the regular forms of a verb.
func forms(verb string) []string {
	last := len(verb) - 1
	switch {
	case verb[last] == 'e':
		return []string{verb, withS(verb), verb + "d", verb[:last] + "ing"}
	case verb[last] == 'y' && !isVowel(verb[last-1]):
		return []string{verb, withS(verb), verb[:last] + "ied", verb + "ing"}
	case isVowel(verb[last-1]) && !strings.ContainsRune("aeiouwxy", rune(verb[last])):
		double := verb + verb[last:] // planned, and also planed: neither form of a wrong guess is a word
		return []string{verb, withS(verb), verb + "ed", verb + "ing", double + "ed", double + "ing"}
	}
	return []string{verb, withS(verb), verb + "ed", verb + "ing"}
}

// withS is the plural of a noun, or the third person of a verb.
func withS(word string) string {
	last := len(word) - 1
	switch {
	case word[last] == 'y' && !isVowel(word[last-1]):
		return word[:last] + "ies"
	case word[last] == 's', word[last] == 'x', strings.HasSuffix(word, "sh"), strings.HasSuffix(word, "ch"):
		return word + "es"
	}
	return word + "s"
}

func isVowel(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
