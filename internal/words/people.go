package words

import (
	"slices"
	"sort"
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
		m.holder(0, len(m.list))
	}
	m.role = len(m.list) > 0 && len(m.list) <= 2 && m.means(len(m.list)-1)&isRole != 0
	for i := range m.list {
		w := m.list[i]
		means := m.means(i)
		if !isUpper(m.text[w.Start:]) {
			m.known[w.Folded] |= seenSmall
		}
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
		case means&isRole != 0 && strings.HasPrefix(strings.TrimSpace(m.gap(i+1)), ":"):
			if end := m.nameEnd(i + 1); end > i+1 {
				m.namesFrom(i+1, end)
			}
		case means&isFirst != 0 && w.Flags&Opaque == 0 && m.isNamePart(i):
			m.firstName(i)
		case means&isCue != 0:
			m.cue(i+1, personal[m.lower(i)])
		case w.Flags&Number != 0 && strings.HasPrefix(m.text[w.Start:], "1:1 ") && i+2 < len(m.list):
			m.cue(i+2, true)
		case means&isSaying != 0:
			from := i
			for from > 0 && i-from < 3 && m.isNamePart(from-1) && (from == i || m.gap(from) == " " || m.gap(from) == "-") {
				from--
			}
			if i-from >= 2 && m.gap(i) == " " {
				m.perhaps(from, i)
			}
		case i > 0 && i+1 < len(m.list) && m.isInitial(i) && m.isNamePart(i-1) && m.isNamePart(i+1) && m.gap(i) == " ":
			m.name(i-1, i+2)
		}
		if m.list[i].Flags&Opaque != 0 && i > 1 && (strings.HasSuffix(m.gap(i), "<") || strings.HasSuffix(m.gap(i), "(") && m.beginsMail(i)) {
			from := i
			for from > 0 && i-from < 3 && m.isNamePart(from-1) && (from == i || m.gap(from) == " ") {
				from--
			}
			for from < i && m.means(from)&(isRole|isCue) != 0 {
				from++ // Contact Jane Doe
			}
			if i-from >= 2 && !m.hasThing(from, i) {
				m.name(from, i)
			}
		}
	}
}

// firstName marks a known first name and the name after it. Where the title has
// it and does not say that it is a person's, the page may be about this person.
func (m *Marker) firstName(i int) {
	if gap := m.gap(i); i > 0 && saints[m.lower(i-1)] && (gap == " " || gap == ". ") {
		return // San Francisco Bay
	}
	end := i + 1
	for end < len(m.list) && end-i < longestName && m.gap(end) == "-" && m.isNamePart(end) {
		end++ // Jean-Luc
	}
	family := end
	for family < len(m.list) && family-end < 2 && particles[m.lower(family)] && m.gap(family) == " " {
		family++
	}
	if family >= len(m.list) || m.gap(family) != " " || !m.isNamePart(family) || m.means(family)&isThing != 0 {
		return
	}
	end = family + 1
	for end < len(m.list) && end-i < longestName && m.isNamePart(end) && m.means(end)&isThing == 0 &&
		(m.gap(end) == "-" || m.gap(end) == "'" || m.gap(end) == "’" || m.gap(end) == " " && m.means(i)&isFirst != 0 && twoNames[m.lower(i)]) {
		end++
	}
	if end < len(m.list) && bodies[m.lower(end)] && m.gap(end) == " " {
		return
	}
	if !m.begun || m.titled[m.list[i].Folded] && m.titled[m.list[family].Folded] {
		return
	}
	m.mark(i, end)
	for ; i < end; i++ {
		if m.list[i].Flags&Stop == 0 && m.list[i].End-m.list[i].Start > 1 {
			m.maybe = append(m.maybe, m.list[i].Folded)
		}
	}
}

// cue reads the name after a word that greets or introduces somebody: Welcome
// John Doe. Where only people are greeted so, any name will do: Farewell to
// Thandiwe Mkhize.
func (m *Marker) cue(i int, anybody bool) {
	if i < len(m.list) && linkers[m.lower(i)] && m.gap(i) == " " {
		i++
	}
	if i >= len(m.list) || m.gap(i) != " " {
		return
	}
	end := min(m.nameEnd(i), i+3)
	if end == i {
		return
	}
	if !m.begun {
		for j := i; j < end; j++ {
			m.greeted[m.list[j].Folded] = true
		}
	}
	switch {
	case m.means(i)&isFirst != 0:
		m.name(i, end)
	case end >= i+2 && anybody:
		m.perhaps(i, end)
	}
}

// perhaps notes what is a name if the page has its words with capitals only.
func (m *Marker) perhaps(from, to int) {
	if m.hasThing(from, to) || len(m.pairs) >= mostNames {
		return
	}
	var pair []ID
	for i := from; i < to; i++ {
		if m.titled[m.list[i].Folded] {
			return
		}
		pair = append(pair, m.list[i].Folded)
	}
	m.pairs = append(m.pairs, pair)
}

// mostNames is how many names of a kind are kept of a page.
const mostNames = 64

// settle decides what was noted, once the whole page was seen.
func (m *Marker) settle() {
	for _, id := range m.maybe {
		if m.known[id]&seenSmall == 0 {
			m.names[id] = true
		}
	}
	for _, pair := range m.pairs {
		small := false
		for _, id := range pair {
			small = small || m.known[id]&seenSmall != 0
		}
		for _, id := range pair {
			if !small {
				m.names[id] = true
			}
		}
	}
	m.maybe, m.pairs = nil, nil
}

// hasThing says whether one of some words is no part of a name: Service Desk.
func (m *Marker) hasThing(from, to int) bool {
	for i := from; i < to; i++ {
		if m.means(i)&isThing != 0 || bodies[m.lower(i)] {
			return true
		}
	}
	return false
}

// longestMail is how many bytes an address of mail has at most.
const longestMail = 320

// beginsMail says whether an address of mail begins with a word.
func (m *Marker) beginsMail(i int) bool {
	rest := m.text[m.list[i].Start:]
	at := strings.IndexByte(rest[:min(len(rest), longestMail)], '@')
	return at > 0 && !strings.ContainsAny(rest[:at], " )>")
}

// longestSpan is how many characters such a name has at most in Chinese, Japanese
// and Korean.
const longestSpan = 5

// spansOfNames marks names in Chinese, Japanese and Korean after a role with a
// colon, and before an honorific of Japanese.
func (m *Marker) spansOfNames() {
	if isASCII(m.text) || len(m.list) == 0 {
		return
	}
	for at, c := range m.text {
		switch c {
		case ':', '：':
			before := strings.TrimRight(m.text[max(0, at-longestRole):at], " ")
			for i := range before {
				if rolesEast[before[i:]] {
					m.markSpan(at-len(before)+i, at)
					m.spansFrom(at + utf8.RuneLen(c))
					break
				}
			}
		case 'さ', '様':
			if c == 'さ' && !strings.HasPrefix(m.text[at:], "さん") {
				continue
			}
			start, count := at, 0
			for start > 0 && count <= longestSpan { // one more tells that it is no name
				before, size := utf8.DecodeLastRuneInString(m.text[:start])
				if scriptOf(before) != han || isHiragana(before) {
					break
				}
				start -= size
				count++
			}
			last, _ := utf8.DecodeLastRuneInString(m.text[:at])
			next, _ := utf8.DecodeRuneInString(m.text[at+utf8.RuneLen(c):])
			if count >= 2 && count <= longestSpan && !strings.ContainsRune("者客皆員屋医仕同多模様異娘婦達神", last) && (c == 'さ' || scriptOf(next) != han || isHiragana(next)) {
				m.span(start, at)
			}
		}
	}
}

// spansFrom marks the names that are listed from here on.
func (m *Marker) spansFrom(at int) {
	for at < len(m.text) {
		at += len(m.text[at:]) - len(strings.TrimLeft(m.text[at:], " 　"))
		end, count := at, 0
		for _, c := range m.text[at:] {
			if s := scriptOf(c); s == spaced || s == clusters || isHiragana(c) || count > longestSpan {
				break
			}
			end += utf8.RuneLen(c)
			count++
		}
		if count < 2 || count > longestSpan {
			return
		}
		m.span(at, end)
		c, size := utf8.DecodeRuneInString(m.text[end:])
		if !strings.ContainsRune("、，,・/;；", c) {
			return
		}
		at = end + size
	}
}

// span marks a name, and keeps it for MarkRest. The title may be about what is
// called so.
func (m *Marker) span(from, to int) {
	if strings.Contains(m.title, m.text[from:to]) {
		return
	}
	m.markSpan(from, to)
	if name := m.text[from:to]; len(m.spans) < mostNames && !slices.Contains(m.spans, name) {
		m.spans = append(m.spans, strings.Clone(name))
	}
}

func (m *Marker) markSpan(from, to int) {
	first := sort.Search(len(m.list), func(i int) bool { return int(m.list[i].End) > from })
	for i := first; i < len(m.list) && int(m.list[i].Start) < to; i++ {
		m.mark(i, i+1)
	}
}

// longestRole is how many bytes before a colon can be a role.
const longestRole = 24

// noteTitle keeps the words that the title has with a capital: the page may be
// about who or what is called so.
func (m *Marker) noteTitle() {
	m.title = m.text
	for i := range m.list {
		if id := m.list[i].Folded; isUpper(m.text[m.list[i].Start:]) && !m.greeted[id] {
			m.titled[id] = true
		}
	}
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
		return m.isInitial(i) || strings.HasPrefix(m.text[m.list[i].End:], "'") || strings.HasPrefix(m.text[m.list[i].End:], "’") // O'Connor
	}
	if strings.HasPrefix(word, "Mc") && len(word) > 4 {
		size = 3 // McGregor
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
		if !m.isNamePart(end) || m.hasThing(end, end+1) {
			break
		}
		end++
	}
	if end < len(m.list) && (end == from || m.gap(end) == " ") && m.hasThing(end, end+1) {
		return from // a team is no person
	}
	return end
}

// closes says whether nothing goes on after a byline.
func (m *Marker) closes(end int) bool {
	return end == len(m.list) || m.list[end].Flags&(Break|Number) != 0 || m.lower(end) == "and" || m.lower(end) == "on"
}

// namesFrom marks a name and those listed after it. A list is read once, however
// many of its names look as if another began there.
func (m *Marker) namesFrom(from, end int) {
	if m.listed == nil {
		m.listed = map[int]bool{}
	}
	for end > from && !m.listed[from] {
		m.listed[from] = true
		m.holder(from, end)
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

// holder marks who has a role. One word that is no first name may be a unit, Owner:
// Payments: it is marked there only, and not if the title has it.
func (m *Marker) holder(from, to int) {
	switch {
	case to != from+1 || m.means(from)&isFirst != 0:
		m.name(from, to)
	case !m.titled[m.list[from].Folded]:
		m.mark(from, to)
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
	by   = setOf(`by von par por door av od автор`)
	made = setOf(`written posted created authored published edited reviewed approved updated modified prepared submitted
		reported presented maintained owned assigned drafted compiled photo photos story words interview notes signed led
		geschrieben erstellt verfasst veröffentlicht geprüft freigegeben bearbeitet aktualisiert
		écrit rédigé publié créé approuvé mis escrito publicado creado criado revisado aprobado aprovado scritto pubblicato
		geschreven gemaakt skriven skrivet skapad`)
	honorifics = setOf(`mr mrs ms dr prof professor sir herr frau hr fr mme mlle monsieur madame sr sra srta señor señora sig signora dott dhr mevr`)
	roles      = setOf(`author authors owner owners contact contacts reviewer reviewers editor editors assignee reporter attendees
		participants presenter presenters speaker speakers approver approvers cc writer writers facilitator interviewer present absent apologies
		kontakt anwesend abwesend entschuldigt présents presents absents excusés contacto contatto contato ausentes presenti aanwezig närvarande
		autor autorin autoren verfasser verfasserin teilnehmer teilnehmende ansprechpartner ansprechpartnerin verantwortlich verantwortlicher bearbeiter
		auteur auteurs autrice responsable responsables autores autora responsável participantes asistentes autore autori partecipanti responsabile
		deelnemers contactpersoon författare deltagare ansvarig forfatter kirjoittaja autorzy автор авторы
		candidate lead manager mentor buddy moderator chair scribe participant attendee stakeholders
		kandidat leitung moderation protokollant teilnehmerin teilnehmerinnen teilnehmender participante contactos
		участники участник присутствовали ответственный ответственные докладчик исполнитель контакт
		osallistujat läsnä uczestnicy obecni katılımcılar yazar sorumlu účastníci`)
	bodies = setOf(`team teams group department division office squad committee inc ltd llc gmbh ag corp corporation company university institute council ministry`)
	// rolesEast are roles in Chinese, Japanese and Korean.
	rolesEast = setOf(`参加者 出席者 担当 担当者 作成者 司会 著者 承認者 連絡先 議長 書記 参会人员 参与者 负责人 作者 联系人 主持人 報告者 报告人 參加者 負責人
		참석자 작성자 담당자 발표자 승인자 연락처`)
	// cues stand before the name of a person, alone or with a linker.
	cues = setOf(`welcome goodbye farewell onboarding offboarding interview introducing meet thanks kudos congratulations congrats contact ask ping
		willkommen danke einarbeitung vorstellungsgespräch abschied bienvenue merci entretien bienvenida gracias entrevista grazie obrigado`)
	// personal are those that greet nothing but people.
	personal = setOf(`goodbye farewell interview abschied vorstellungsgespräch entretien entrevista`)
	linkers  = setOf(`to with of for an von mit bei à a avec de con com`)
	sayings  = setOf(`said says wrote asked asks thinks told joined agreed explained replied sagte sagt schrieb fragte fragt meint dit écrit demande dijo dice disse`)
	// things are words with a capital that are no part of a name.
	things = setOf(`cloud service services studio code web server software system systems api app apps platform center centre desk support help sales security
		network networks data engine suite office project projects program guide template templates checklist notes note plan process policy meeting meetings
		agenda questions question feedback review report week month year session sessions training new hire hires employee employees starter starters
		manager management human resources customer customers product products engineering design marketing finance legal board community hat
		labs lab foundation microsystems technologies solutions groups street river valley university award prize method theorem law test scale
		apache google microsoft amazon azure power adobe oracle docker github gitlab atlassian jira confluence trello slack zoom deutsche salesforce cisco intel
		linux windows android kafka spark hadoop kubernetes elastic grafana prometheus visual active open red
		kit tools tool hub form list roadmap release line channel store`)
	// twoNames are first words of names of three words in Vietnamese.
	twoNames = setOf(`nguyễn trần lê phạm hoàng phan vũ đặng bùi đỗ`)
	// firstNames are common first names that are no other words, places or products.
	firstNames = setOf(`aaron adam adrian agnieszka ahmed aisha alan albert alejandro alessandro alexander alexandra alfred ali alice alicia amanda amelia amir
		amy ana anastasia andrea andreas andrei andrew andré andy angela anika anita anja anna anne annika antoine anton antonio arjun arthur astrid barbara beatrice
		ben benjamin bernard bernd björn boris brian bruno camille carla carlos carmen carol caroline catherine cecilia charles christian christina christine
		christoph christopher claire clara claudia colin craig cristina daniel daniela danielle dave david deborah deepak denis dennis diana diego dieter dirk
		dmitri dmitry dominik donald donna dorothy douglas edward elena elisabeth elizabeth ella emily emma eric erik erika esther eva evelyn fatima felix fernando
		francesca francesco francisco françois frank franziska frederic friedrich gabriel gabriela gary george gerald gerhard giovanni giulia giuseppe gonzalo
		greg gregory günter günther hannah hans harald harry hassan heather heidi heike heinrich helen helena helga henry hiroshi holger hugo ian ibrahim igor
		ingrid irina isaac isabel isabella ivan jacob james jan jane janet jason javier jean jeff jennifer jens jeremy jessica jim joan joanna joe johan johanna
		john jonas jonathan jorge josé josef joseph joshua joão juan juha jürgen jörg judith karen karin karl karsten kate katharina katherine kathrin kazuki
		keiko keith kelly kenji kenneth kevin kim klaus kristin kristina krzysztof lars laura lauren laurent leila lena leonard leticia linda lisa louis louise
		lucas lucia luis luisa lukas magdalena malik manfred manuel marco marcel marcin marcus margaret maria marie mario marta martin martina mary maría mateo matt
		matthew matthias maurice mei melanie melissa michael michaela michał michel michelle miguel mikael mike mikhail mohamed mohammed monica monika nadia nancy
		natalia natalie natasha nathan nicholas nicola nicolas nicole nikhil nikolai nina nora olaf oleg olga oliver olivia omar oscar pablo pamela patricia
		patrick paul paula paulo pavel pedro per peter petra philip philipp philippe pierre piotr priya rachel rafael rahul rajesh ralf ramesh raymond rebecca
		renate ricardo richard robert roberto roger roland ronald rosa ruth ryan sabine samantha samuel sandra sanjay sara sarah satoshi scott sebastian sergei
		sergey sergio sharon silvia simon simone sofie sophia sophie stefan stefanie stephan stephanie stephen steve steven stuart sunita susan susanne sven svetlana
		takashi tamara tanja tatiana teresa theresa thierry thomas thorsten tim timothy tobias tom tomasz tony ulrich ursula uwe vanessa vera veronica vicente
		victor vijay vikram vincent vladimir walter werner wolfgang yasmin yuki yuri yusuf yvonne zoe
		иван анна мария алексей александр андрей дмитрий сергей елена ольга наталья татьяна павел михаил николай юрий владимир екатерина ирина
		nguyễn trần phạm hoàng đặng bùi`)
	particles = setOf(`van von der den de la le da di del dos du zu af bin al el`)
	saints    = setOf(`san santa santo são sao saint sainte st`)
	ands      = setOf(`and und et y e en och og`)
)
