package words

import "strings"

// ownEnglish keeps apart what Porter's stemmer takes for one word. The first word
// of a line is the stem.
const ownEnglish = `
university universities
universe universes
organiz organization organizations organizational organize organizes organized organizing organizer organizers
organic organics organically
internal internals internally
international internationally internationalization
authority authorities authoritative
authoriz authorize authorizes authorized authorizing authorization authorizations
experiment experiments experimental experimentation experimenting experimented
important importance importantly
busy busier busiest
customer customers
department departments departmental
digital digitally
integrity
identical identically
emergency emergencies
container containers containerize containerized containerization
marketing
accounting accountant accountants accountancy
accountability accountable
parking
responsive responsiveness
responsibl responsible responsibly responsibility responsibilities
objective objectives
executive executives
initiative initiatives
production productions
productiv productive productivity
position positions positioning positioned
edition editions
publication publications
federation federations federated federate
conversation conversations conversational
conversion conversions
accessibl accessible accessibility accessibly
add adds added adding
paste pasted pasting
specification specifications
utility utilities
designate designated designates designating designation designations
informal informally
dependency dependencies
competenc competence competences competency competencies competent
transition transitions transitioned transitioning transitional
suite suites
optimism optimistic
engineer engineers engineering engineered
authentic authenticity
practical practically
restful
maine
child children
man men
woman women
index indices indexes
criterion criteria
analysis analyses
hypothesis hypotheses
crisis crises
matrix matrices
schema schemas schemata
sass
saas
ios
aws
`

// american spells a word as Americans do, so that organisation and organization,
// colour and color are one.
func american(word string) string {
	if len(word) < 5 {
		return word
	}
	if spelling, ok := britishSpellings[word]; ok {
		return spelling
	}
	for _, ending := range britishEndings {
		bare, ok := strings.CutSuffix(word, ending.british)
		if !ok {
			continue
		}
		if len(bare) < 4 || notBritish[bare] || strings.HasSuffix(bare, "w") { // raise, enterprise, likewise
			return word
		}
		return bare + ending.american
	}
	return word
}

// britishEndings are tried in this order.
var britishEndings = []struct{ british, american string }{
	{"isations", "izations"}, {"isational", "izational"}, {"isation", "ization"},
	{"ising", "izing"}, {"ised", "ized"}, {"ises", "izes"}, {"isers", "izers"}, {"iser", "izer"}, {"ise", "ize"},
}

// notBritish are the beginnings of words that all write with -ise.
var notBritish = func() map[string]bool {
	m := map[string]bool{}
	for word := range strings.FieldsSeq(`advert appra chast circumc comprom compr conc disgu enfranch disenfranch enterpr
		entrepr exerc expert franch improv merchand parad prec prem prom repr superv surpr telev treat sunr counterpr reappra mayonna malpract deno`) {
		m[word] = true
	}
	return m
}()

// britishSpellings are the words whose spelling differs otherwise, in the forms
// that occur.
var britishSpellings = func() map[string]string {
	m := map[string]string{}
	for _, pair := range []struct{ british, american, endings string }{
		{"behaviour", "behavior", "s al ally"}, {"colour", "color", "s ed ing ful"}, {"favour", "favor", "s ed ite ites"},
		{"flavour", "flavor", "s ed"}, {"harbour", "harbor", "s"}, {"honour", "honor", "s ed"}, {"humour", "humor", "s"},
		{"labour", "labor", "s"}, {"neighbour", "neighbor", "s hood hoods ing"}, {"endeavour", "endeavor", "s"},
		{"centre", "center", "s d"}, {"metre", "meter", "s"}, {"kilometre", "kilometer", "s"}, {"litre", "liter", "s"}, {"fibre", "fiber", "s"}, {"theatre", "theater", "s"},
		{"programme", "program", "s"}, {"catalogue", "catalog", "s d"}, {"dialogue", "dialog", "s"}, {"analogue", "analog", "s"},
		{"licence", "license", "s"}, {"defence", "defense", "s"}, {"offence", "offense", "s"}, {"practise", "practice", "s d"}, {"cheque", "check", "s"},
		{"analyse", "analyze", "d r rs"}, {"analysing", "analyzing", ""},
		{"labelled", "labeled", ""}, {"labelling", "labeling", ""}, {"modelled", "modeled", ""}, {"modelling", "modeling", ""}, {"modeller", "modeler", "s"},
		{"travelled", "traveled", ""}, {"travelling", "traveling", ""}, {"traveller", "traveler", "s"}, {"cancelled", "canceled", ""}, {"cancelling", "canceling", ""}, {"cancellation", "cancelation", "s"},
		{"signalling", "signaling", ""}, {"fulfil", "fulfill", "s"}, {"fulfilment", "fulfillment", ""}, {"enrolment", "enrollment", "s"},
		{"judgement", "judgment", "s"}, {"ageing", "aging", ""}, {"artefact", "artifact", "s"}, {"manoeuvre", "maneuver", "s"}, {"sceptical", "skeptical", ""},
		{"tyres", "tires", ""}, {"storey", "story", "s"}, {"jewellery", "jewelry", ""}, {"aluminium", "aluminum", ""}, {"paediatric", "pediatric", "s"},
	} {
		m[pair.british] = pair.american
		for ending := range strings.FieldsSeq(pair.endings) {
			m[pair.british+ending] = pair.american + ending
		}
	}
	return m
}()
