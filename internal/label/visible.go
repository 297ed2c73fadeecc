package label

import "unicode"

// isInvisible is true for what shows nothing by itself: controls, format
// characters, and all that Unicode says may be left out when there is no way to
// show it (Default_Ignorable_Code_Point), such as fillers and variation
// selectors. It is false for the few format characters that have a shape (signs
// written before numbers).
func isInvisible(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r)
}

const (
	nonJoiner     = '\u200c' // zero-width non-joiner
	joiner        = '\u200d' // zero-width joiner
	asEmoji       = '\ufe0f' // variation selector 16: the character before is to be shown as an emoji
	keycap        = '\u20e3' // encloses the digit before it
	blankBraille  = '\u2800' // a letter of braille without a dot: nothing to see, but it has a width
	firstSkinTone = '\U0001f3fb'
	lastSkinTone  = '\U0001f3ff'
)

// shapes reports whether the invisible character at i changes how its neighbours
// look, so that the name needs it: a joiner in a script whose letters join, a
// joiner that makes one emoji of two, and what shows a character as an emoji.
func shapes(text []rune, i int) bool {
	before, after := at(text, i-1), at(text, i+1)
	switch text[i] {
	case asEmoji:
		return isEmoji(before) && !isSkinTone(before) || before >= '0' && before <= '9' && after == keycap
	case joiner:
		if isEmoji(after) && isEmoji(unmodified(text, i-1)) {
			return true
		}
		// An old way to write the final letters of Malayalam, and half letters.
		return joins(letterBefore(text, i)) && (joins(after) || isVirama(before))
	case nonJoiner:
		return joins(letterBefore(text, i)) && joins(after)
	}
	return false
}

// at is the character at i, 0 outside the text.
func at(text []rune, i int) rune {
	if i < 0 || i >= len(text) {
		return 0
	}
	return text[i]
}

func isEmoji(r rune) bool { return unicode.Is(emoji, r) }

// isSkinTone is true for what gives the emoji before it a skin tone.
func isSkinTone(r rune) bool { return r >= firstSkinTone && r <= lastSkinTone }

// unmodified is the character at i, or the one before it if that one is only
// how it is to be shown.
func unmodified(text []rune, i int) rune {
	if r := at(text, i); r == asEmoji || isSkinTone(r) {
		return at(text, i-1)
	}
	return at(text, i)
}

// letterBefore is what stands before i, without the marks that are of no script.
func letterBefore(text []rune, i int) rune {
	for i--; i >= 0 && unicode.Is(unicode.Mn, text[i]) && unicode.Is(unicode.Inherited, text[i]) && !isInvisible(text[i]); i-- {
	}
	return at(text, i)
}

// joins reports whether r is of a script in which a joiner or a non-joiner
// changes the shape of letters.
func joins(r rune) bool {
	return unicode.In(r,
		unicode.Arabic, unicode.Syriac, unicode.Mandaic, unicode.Nko, unicode.Mongolian, unicode.Phags_Pa, unicode.Manichaean,
		unicode.Psalter_Pahlavi, unicode.Hanifi_Rohingya, unicode.Sogdian, unicode.Adlam, unicode.Chorasmian,
		unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu,
		unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Myanmar, unicode.Balinese, unicode.Javanese,
	) && !isInvisible(r)
}

// isVirama is true for the sign that takes a letter of India its vowel.
func isVirama(r rune) bool {
	switch r {
	case 0x094d, 0x09cd, 0x0a4d, 0x0acd, 0x0b4d, 0x0bcd, 0x0c4d, 0x0ccd, 0x0d4d, 0x0dca:
		return true
	}
	return false
}

// trimUnseen takes away what cannot be seen at either end: whitespace, blank
// braille, and invisible characters but those that shape what is before them.
func trimUnseen(text []rune) []rune {
	unseen := func(i int) bool {
		r := text[i]
		return isSpace(r) || r == blankBraille || isInvisible(r) && !shapes(text, i)
	}
	for len(text) > 0 && unseen(0) {
		text = text[1:]
	}
	for len(text) > 0 && unseen(len(text)-1) {
		text = text[:len(text)-1]
	}
	return text
}

// emoji are the characters beyond ASCII with the property Emoji: what can be a
// part of an emoji sequence. Package unicode has no table of them. Unicode only
// ever adds to it; this is that of version 17, which the browser may be ahead or
// behind of.
//
// Source: emoji-data.txt of the Unicode Character Database.
var emoji = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0xa9, 0xa9, 1}, {0xae, 0xae, 1}, {0x203c, 0x203c, 1}, {0x2049, 0x2049, 1}, {0x2122, 0x2122, 1}, {0x2139, 0x2139, 1},
		{0x2194, 0x2199, 1}, {0x21a9, 0x21aa, 1}, {0x231a, 0x231b, 1}, {0x2328, 0x2328, 1}, {0x23cf, 0x23cf, 1}, {0x23e9, 0x23f3, 1},
		{0x23f8, 0x23fa, 1}, {0x24c2, 0x24c2, 1}, {0x25aa, 0x25ab, 1}, {0x25b6, 0x25b6, 1}, {0x25c0, 0x25c0, 1}, {0x25fb, 0x25fe, 1},
		{0x2600, 0x2604, 1}, {0x260e, 0x260e, 1}, {0x2611, 0x2611, 1}, {0x2614, 0x2615, 1}, {0x2618, 0x2618, 1}, {0x261d, 0x261d, 1},
		{0x2620, 0x2620, 1}, {0x2622, 0x2623, 1}, {0x2626, 0x2626, 1}, {0x262a, 0x262a, 1}, {0x262e, 0x262f, 1}, {0x2638, 0x263a, 1},
		{0x2640, 0x2640, 1}, {0x2642, 0x2642, 1}, {0x2648, 0x2653, 1}, {0x265f, 0x2660, 1}, {0x2663, 0x2663, 1}, {0x2665, 0x2666, 1},
		{0x2668, 0x2668, 1}, {0x267b, 0x267b, 1}, {0x267e, 0x267f, 1}, {0x2692, 0x2697, 1}, {0x2699, 0x2699, 1}, {0x269b, 0x269c, 1},
		{0x26a0, 0x26a1, 1}, {0x26a7, 0x26a7, 1}, {0x26aa, 0x26ab, 1}, {0x26b0, 0x26b1, 1}, {0x26bd, 0x26be, 1}, {0x26c4, 0x26c5, 1},
		{0x26c8, 0x26c8, 1}, {0x26ce, 0x26cf, 1}, {0x26d1, 0x26d1, 1}, {0x26d3, 0x26d4, 1}, {0x26e9, 0x26ea, 1}, {0x26f0, 0x26f5, 1},
		{0x26f7, 0x26fa, 1}, {0x26fd, 0x26fd, 1}, {0x2702, 0x2702, 1}, {0x2705, 0x2705, 1}, {0x2708, 0x270d, 1}, {0x270f, 0x270f, 1},
		{0x2712, 0x2712, 1}, {0x2714, 0x2714, 1}, {0x2716, 0x2716, 1}, {0x271d, 0x271d, 1}, {0x2721, 0x2721, 1}, {0x2728, 0x2728, 1},
		{0x2733, 0x2734, 1}, {0x2744, 0x2744, 1}, {0x2747, 0x2747, 1}, {0x274c, 0x274c, 1}, {0x274e, 0x274e, 1}, {0x2753, 0x2755, 1},
		{0x2757, 0x2757, 1}, {0x2763, 0x2764, 1}, {0x2795, 0x2797, 1}, {0x27a1, 0x27a1, 1}, {0x27b0, 0x27b0, 1}, {0x27bf, 0x27bf, 1},
		{0x2934, 0x2935, 1}, {0x2b05, 0x2b07, 1}, {0x2b1b, 0x2b1c, 1}, {0x2b50, 0x2b50, 1}, {0x2b55, 0x2b55, 1}, {0x3030, 0x3030, 1},
		{0x303d, 0x303d, 1}, {0x3297, 0x3297, 1}, {0x3299, 0x3299, 1},
	},
	R32: []unicode.Range32{
		{0x1f004, 0x1f004, 1}, {0x1f0cf, 0x1f0cf, 1}, {0x1f170, 0x1f171, 1}, {0x1f17e, 0x1f17f, 1}, {0x1f18e, 0x1f18e, 1}, {0x1f191, 0x1f19a, 1},
		{0x1f1e6, 0x1f1ff, 1}, {0x1f201, 0x1f202, 1}, {0x1f21a, 0x1f21a, 1}, {0x1f22f, 0x1f22f, 1}, {0x1f232, 0x1f23a, 1}, {0x1f250, 0x1f251, 1},
		{0x1f300, 0x1f321, 1}, {0x1f324, 0x1f393, 1}, {0x1f396, 0x1f397, 1}, {0x1f399, 0x1f39b, 1}, {0x1f39e, 0x1f3f0, 1}, {0x1f3f3, 0x1f3f5, 1},
		{0x1f3f7, 0x1f4fd, 1}, {0x1f4ff, 0x1f53d, 1}, {0x1f549, 0x1f54e, 1}, {0x1f550, 0x1f567, 1}, {0x1f56f, 0x1f570, 1}, {0x1f573, 0x1f57a, 1},
		{0x1f587, 0x1f587, 1}, {0x1f58a, 0x1f58d, 1}, {0x1f590, 0x1f590, 1}, {0x1f595, 0x1f596, 1}, {0x1f5a4, 0x1f5a5, 1}, {0x1f5a8, 0x1f5a8, 1},
		{0x1f5b1, 0x1f5b2, 1}, {0x1f5bc, 0x1f5bc, 1}, {0x1f5c2, 0x1f5c4, 1}, {0x1f5d1, 0x1f5d3, 1}, {0x1f5dc, 0x1f5de, 1}, {0x1f5e1, 0x1f5e1, 1},
		{0x1f5e3, 0x1f5e3, 1}, {0x1f5e8, 0x1f5e8, 1}, {0x1f5ef, 0x1f5ef, 1}, {0x1f5f3, 0x1f5f3, 1}, {0x1f5fa, 0x1f64f, 1}, {0x1f680, 0x1f6c5, 1},
		{0x1f6cb, 0x1f6d2, 1}, {0x1f6d5, 0x1f6d8, 1}, {0x1f6dc, 0x1f6e5, 1}, {0x1f6e9, 0x1f6e9, 1}, {0x1f6eb, 0x1f6ec, 1}, {0x1f6f0, 0x1f6f0, 1},
		{0x1f6f3, 0x1f6fc, 1}, {0x1f7e0, 0x1f7eb, 1}, {0x1f7f0, 0x1f7f0, 1}, {0x1f90c, 0x1f93a, 1}, {0x1f93c, 0x1f945, 1}, {0x1f947, 0x1f9ff, 1},
		{0x1fa70, 0x1fa7c, 1}, {0x1fa80, 0x1fa8a, 1}, {0x1fa8e, 0x1fac6, 1}, {0x1fac8, 0x1fac8, 1}, {0x1facd, 0x1fadc, 1}, {0x1fadf, 0x1faea, 1},
		{0x1faef, 0x1faf8, 1},
	},
	LatinOffset: 2,
}
