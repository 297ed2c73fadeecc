package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName is how many words a person's name has at most.
const longestName = 4

// people marks the names of people where the text says that they are: after
// "by", "Author:", "Dr." or an @, before a mail address, with an initial inside.
func (m *Marker) people() {
	if m.role && len(m.list) > 0 && m.nameEnd(0) == len(m.list) {
		m.name(0, len(m.list))
	}
	m.role = len(m.list) > 0 && len(m.list) <= 2 && m.means(len(m.list)-1)&isRole != 0
	for i := range m.list {
		w := m.list[i]
		means := m.means(i)
		if means == 0 && w.Flags&Opaque == 0 && w.End-w.Start > 1 {
			continue
		}
		switch {
		case w.Start > 0 && m.text[w.Start-1] == '@' && m.list[i].Flags&Opaque != 0:
			if isUpper(m.text[w.Start:]) && w.End+1 < uint32(len(m.text)) && m.text[w.End] == ' ' { //nolint:gosec // a text has not 4 GB
				m.name(i, min(m.nameEnd(i+1), i+3))
			}
		case means&isBy != 0:
			begins := w.Flags&Break != 0
			made := i > 0 && m.means(i-1)&isMade != 0
			end := m.nameEnd(i + 1)
			if end > i+1 && (made || begins && end > i+2 && m.closes(end)) {
				m.namesFrom(i+1, end)
			}
		case means&isHonorific != 0 && isUpper(m.text[w.Start:]):
			if gap := m.gap(i + 1); gap == ". " || gap == " " {
				m.name(i+1, m.nameEnd(i+1))
			}
		case means&isRole != 0:
			if gap := m.gap(i + 1); strings.HasPrefix(strings.TrimSpace(gap), ":") {
				if end := m.nameEnd(i + 1); end > i+1 {
					m.namesFrom(i+1, end)
				}
			}
		case i > 0 && i+1 < len(m.list) && m.isInitial(i) && m.isNamePart(i-1) && m.isNamePart(i+1) && m.gap(i) == " ":
			m.name(i-1, i+2)
		}
		if m.list[i].Flags&Opaque != 0 && i > 1 && strings.HasSuffix(m.gap(i), "<") {
			from := i
			for from > 0 && i-from < 3 && m.isNamePart(from-1) && (from == i || m.gap(from) == " ") {
				from--
			}
			if i-from >= 2 {
				m.name(from, i)
			}
		}
	}
}

// gap is what stands before a word.
func (m *Marker) gap(i int) string {
	if i <= 0 || i >= len(m.list) || m.list[i].Start < m.list[i-1].End {
		return ""
	}
	return m.text[m.list[i-1].End:m.list[i].Start]
}

// isInitial says whether a word is one capital letter with a dot.
func (m *Marker) isInitial(i int) bool {
	word := m.written(i)
	c, size := utf8.DecodeRuneInString(word)
	return size == len(word) && isUpperRune(c) && int(m.list[i].End) < len(m.text) && m.text[m.list[i].End] == '.'
}

// isNamePart says whether a word is written as a name is: a capital and then
// small letters only, or an initial.
func (m *Marker) isNamePart(i int) bool {
	if i < 0 || i >= len(m.list) || m.list[i].Flags&(Gram|Number|Acronym) != 0 {
		return false
	}
	word := m.written(i)
	if !isUpper(word) {
		return false
	}
	_, size := utf8.DecodeRuneInString(word)
	if size == len(word) {
		return m.isInitial(i)
	}
	return m.list[i].Flags&Stop == 0 && !strings.ContainsFunc(word[size:], unicode.IsUpper)
}

// nameEnd is where a name that begins at a word ends.
func (m *Marker) nameEnd(from int) int {
	end := from
	for end < len(m.list) && end-from < longestName {
		if end > from {
			if gap := m.gap(end); gap != " " && gap != "-" && gap != ". " && gap != "'" && gap != "’" {
				break
			} else if gap == ". " && !m.isInitial(end-1) {
				break
			}
		}
		if particles[m.lower(end)] && end > from && m.isNamePart(end+1) {
			end++
			continue
		}
		if !m.isNamePart(end) || bodies[m.lower(end)] {
			break
		}
		end++
	}
	if end < len(m.list) && bodies[m.lower(end)] {
		return from // a team is no person
	}
	return end
}

// closes says whether nothing goes on after a byline.
func (m *Marker) closes(end int) bool {
	return end == len(m.list) || m.list[end].Flags&(Break|Number) != 0 || m.lower(end) == "and" || m.lower(end) == "on"
}

// namesFrom marks a name and those listed after it.
func (m *Marker) namesFrom(from, end int) {
	for end > from {
		m.name(from, end)
		gap := strings.TrimSpace(m.gap(end))
		next := end
		if next < len(m.list) && ands[m.lower(next)] {
			next++
			gap = ","
		}
		if gap != "," && gap != ";" && gap != "&" && gap != "/" {
			return
		}
		from, end = next, m.nameEnd(next)
	}
}

func (m *Marker) name(from, to int) {
	for i := from; i < to && i < len(m.list); i++ {
		m.list[i].Flags |= Opaque
		if m.list[i].Flags&Stop == 0 && m.list[i].End-m.list[i].Start > 1 {
			m.names[m.list[i].Folded] = true
		}
	}
}

//nolint:misspell // words of several languages
var (
	by   = set(`by von par por door av od автор`)
	made = set(`written posted created authored published edited reviewed approved updated modified prepared submitted
		reported presented maintained owned assigned drafted compiled photo photos story words interview signed led
		geschrieben erstellt verfasst veröffentlicht geprüft freigegeben bearbeitet aktualisiert
		écrit rédigé publié créé approuvé mis escrito publicado creado criado revisado aprobado aprovado scritto pubblicato
		geschreven gemaakt skriven skrivet skapad`)
	honorifics = set(`mr mrs ms dr prof professor sir herr frau hr fr mme mlle monsieur madame sr sra srta señor señora sig signora dott dhr mevr`)
	roles      = set(`author authors owner owners contact contacts reviewer reviewers editor editors assignee reporter attendees
		participants presenter presenters speaker speakers approver approvers cc writer writers facilitator interviewer present absent apologies
		kontakt anwesend abwesend entschuldigt présents presents absents excusés contacto contatto contato ausentes presenti aanwezig närvarande
		autor autorin autoren verfasser verfasserin teilnehmer teilnehmende ansprechpartner ansprechpartnerin verantwortlich verantwortlicher bearbeiter
		auteur auteurs autrice responsable responsables autores autora responsável participantes asistentes autore autori partecipanti responsabile
		deelnemers contactpersoon författare deltagare ansvarig forfatter kirjoittaja autorzy автор авторы`)
	bodies    = set(`team teams group department division office squad committee inc ltd llc gmbh ag corp corporation company university institute council ministry`)
	particles = set(`van von der den de la le da di del dos du zu af bin al el`)
	ands      = set(`and und et y e en och og und`)
)
