package words

import "strings"

// abbreviations are words after which a dot does not end a sentence, by what the
// dot means. Those with dots inside, such as e.g., need no list.
var abbreviations = func() map[string]uint8 {
	m := map[string]uint8{}
	for _, word := range strings.Fields(`
		dr mr mrs prof capt lt sgt st jr sr vs approx dept cf viz
		hr fr frl dipl bzw ca evtl ggf inkl exkl zzgl bspw vgl sog usf
		mme mlle sra srta sres dott ssa avv geom dhr mevr drs bijv incl excl
		bl kl dvs tex osv ex ej`) {
		m[word] = title
	}
	for _, word := range strings.Fields(`
		no nr nos art abs fig figs vol p pp pg pag sec sect ch chap cap par tab abb kap ver rev rel ref app
		núm pág págs art jan feb mar apr jun jul aug sept sep oct okt nov dec dez fev abr ago set out janv févr juil déc`) {
		if _, ok := m[word]; !ok {
			m[word] = beforeNumber
		}
	}
	return m
}()

// abbreviationOf says what a dot after a word means.
func abbreviationOf(lower string) uint8 {
	if meaning, ok := abbreviations[lower]; ok {
		return meaning
	}
	if len(lower) <= 2 && lower[0] >= '0' && lower[0] <= '9' {
		return ordinal
	}
	if len(lower) == 1 {
		return initial
	}
	return ends
}
