package suggest

// What one request may cost. A usual one, of 200 neighbours of 1,000 words, takes
// between a tenth and a half of each. What is beyond is left out, the answer says
// so, and the best is kept: first comes the page, which has bounds of its own
// (pagetext.DefaultLimits), then the neighbours in the order in which they were
// given, then the names of labels.
const (
	// Words of the neighbours. Beyond them a neighbour has its labels and a
	// title.
	mostRead = 450_000

	// Different words of the neighbours, which are what costs: each is stemmed
	// and remembered. Beyond them words still count that were seen before.
	mostDifferent = 64_000

	// Pairs of words, of the page and the neighbours.
	mostPairs = 170_000

	// Labels of a neighbour. One with more is about everything.
	mostLabelsOfPage = 40

	// Labels that are judged: of more those on most pages.
	mostLabels = 12_000

	// Different words of labels and synonyms, beyond those of the texts. A name
	// with another word is not looked for on the page.
	mostDifferentInNames = 16_000

	// Words of the descriptions of a vocabulary, those of them that no text and no
	// name has, and the groups that are looked for. What is beyond is not read.
	mostInDescriptions          = 100_000
	mostDifferentInDescriptions = 16_000
	mostGroups                  = 500

	// Words of a name. One with more is not looked for either.
	mostWordsOfName = 40
)
