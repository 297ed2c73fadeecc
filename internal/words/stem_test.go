//nolint:misspell // words of eight languages
package words

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// families are words that are forms of one word, a line for each.
var families = map[Language]string{
	English: `
		organization organizations organizational organize organized organisation organisations organised organising ORGANISER
		color colors colour colours
		behavior behaviors behaviour behavioural
		label labels labeled labelled labeling labelling
		center centre centers centres
		program programs programme programmes
		analyze analyse analyzed analysed analyzing analysing
		prioritize prioritise prioritized prioritising prioritization prioritisation
		analysis analyses
		child children
		index indexes indices
		policy policies
		category categories
		query queries queried
		meet meets meeting meetings
		deploy deploys deployed deploying deployment deployments
		develop developer developers developing development developments
		test tests tested testing
		box boxes
		run runs running
		agile agility
		enterprise enterprises
		exercise exercises exercising
		promise promised promises
		api apis
		kpi kpis
		naïve naive
		résumé resume résumés
		business businesses
		process processes processing
		strategy strategies
		database databases`,
	German: `
		Mitarbeiter Mitarbeitern Mitarbeiters Mitarbeiterin Mitarbeiterinnen Mitarbeitende
		Kunde Kunden Kundin Kundinnen
		Kollege Kolleginnen Kollegen
		entwickeln entwickelt Entwickler Entwicklern Entwicklung Entwicklungen Entwicklerinnen
		ändern geändert Änderung Änderungen Aenderung
		Regel Regeln
		Artikel Artikeln Artikels
		Haus Häuser Häusern Hauses
		Vertrag Verträge Verträgen Vertrags Vertrages Vertraege
		Buch Bücher Büchern Buecher
		Prozess Prozesse Prozessen Prozesses
		System Systeme Systemen Systems
		Problem Probleme Problemen
		Betriebssystem Betriebssysteme
		Schulung Schulungen
		Richtlinie Richtlinien
		Besprechung Besprechungen
		Aufgabe Aufgaben
		groß große größe größen groesse
		Übung Übungen Uebung
		Straße Straßen Strasse
		Maßnahme Maßnahmen Massnahme
		möglich Möglichkeit Möglichkeiten
		sicher sichere Sicherheit
		Strategie Strategien
		Qualität Qualitäten Qualitaet
		technisch technische technischen technischer
		Analyse Analysen
		Ergebnis Ergebnisse Ergebnissen
		Datei Dateien
		aktuell aktuelle aktuellen
		Quelle Quellen
		Café Cafes`,
	French: `
		réunion réunions reunion
		qualité qualités qualite
		sécurité securite securites
		utilisateur utilisateurs utilisatrice utiliser utilisation
		projet projets
		journal journaux
		travail travaux
		national nationale nationaux nationales
		procédure procédures procedure
		donnée données donnees
		équipe équipes equipe
		actif active actifs actives
		système systèmes systeme
		politique politiques
		organisation organisations organiser
		œuvre œuvres oeuvre
		formation formations
		achat achats
		heureux heureuse heureusement
		rapide rapides rapidement
		café cafés cafe
		français française françaises francais
		entreprise entreprises
		année années annees
		décision décisions decision
		développement développements développer
		responsable responsables
		réseau réseaux reseau
		nouveauté nouveautés
		client clients cliente
		document documents documenter
		amélioration améliorations amelioration`,
	Spanish: `
		reunión reuniones reunion
		organización organizaciones organizacion organizar
		proyecto proyectos
		tecnología tecnologías tecnologia tecnológico
		diseño diseños diseno diseñador
		año años
		seguridad
		ciudad ciudades
		actividad actividades
		español española espanol
		trabajo trabajos trabajar trabajador trabajadores trabajadora
		rápido rápida rápidamente rapido
		política políticas politica
		gestión gestiones gestion
		capacitación capacitaciones capacitacion
		usuario usuarios usuaria
		versión versiones version
		guía guías guia
		análisis analisis
		móvil móviles movil
		página páginas pagina
		decisión decisiones decision
		cliente clientes
		documento documentos documentación documentacion
		empresa empresas
		informe informes
		equipo equipos
		solución soluciones solucion
		vacación vacaciones
		pregunta preguntas preguntar
		reglamento reglamentos
		niño niños nino`,
	Portuguese: `
		reunião reuniões reuniao reunioes
		organização organizações organizacao organizacoes
		informação informações informacao
		ação ações acao acoes
		função funções funcao
		decisão decisões decisao
		versão versões versao versoes
		gestão gestao
		projeto projetos
		segurança seguranca
		usuário usuários usuario
		qualidade qualidades
		relatório relatórios relatorio relatorios
		experiência experiências experiencia
		responsável responsáveis responsavel responsaveis
		nacional nacionais
		manual manuais
		nível níveis nivel
		papel papéis
		mês meses
		equipe equipes
		item itens
		mensagem mensagens
		rápido rápida rapidamente
		página páginas pagina
		documento documentos documentação
		cliente clientes
		trabalho trabalhos trabalhar trabalhador
		política políticas politica
		empresa empresas
		férias ferias
		possível possíveis possivel`,
	Italian: `
		riunione riunioni
		organizzazione organizzazioni organizzare organizzativo
		progetto progetti
		qualità qualita
		attività attivita
		priorità priorita
		sicurezza sicurezze
		amico amici amiche
		responsabile responsabili responsabilità
		città citta
		sviluppo sviluppare sviluppatore sviluppatori
		azienda aziende aziendale aziendali
		politica politiche
		documento documenti documentazione
		veloce veloci velocemente
		cliente clienti
		utente utenti
		formazione formazioni
		decisione decisioni
		procedura procedure
		contratto contratti
		ufficio uffici
		prodotto prodotti
		caffè caffe
		servizio servizi
		versione versioni
		pagina pagine
		lavoro lavori lavorare
		ordine ordini
		nazionale nazionali
		analisi analisi
		soluzione soluzioni`,
	Dutch: `
		vergadering vergaderingen
		medewerker medewerkers
		huis huizen
		brief brieven
		bedrijf bedrijven
		prijs prijzen
		proces processen
		organisatie organisaties
		functie functies
		categorie categorieën categorieen
		mogelijk mogelijke mogelijkheid mogelijkheden
		veilig veilige veiligheid
		coördinatie coordinatie
		richtlijn richtlijnen
		boek boeken
		gebruiker gebruikers
		ontwikkeling ontwikkelingen ontwikkelen
		project projecten
		vraag vragen
		taak taken
		klant klanten
		man mannen
		stad steden
		lid leden
		document documenten
		beslissing beslissingen
		handleiding handleidingen
		afdeling afdelingen
		week weken
		systeem systemen
		advies adviezen
		pagina pagina's`,
	Danish: `
		møde møder mødet møderne
		vejledning vejledninger vejledningen
		medarbejder medarbejdere medarbejderne
		kunde kunder kunden kunderne`,
	Norwegian: `
		møte møter møtet møtene
		veiledning veiledninger veiledningen
		avtale avtaler avtalen
		kunde kunder kunden kundene`,
	Finnish: `
		verotus verotuksen verotusta verotuksessa verotukset verotusten
		kaupunki kaupungin kaupungissa kaupunkia kaupungit
		mahdollisuus mahdollisuuden mahdollisuutta mahdollisuuksia mahdollisuudet
		ihminen ihmisen ihmiset ihmisten ihmisiä
		sukunimet sukunimen sukunimestä sukunimiä
		runot runon runoa runoja runoista
		laulut laulun lauluja lauluista
		kirjasto kirjaston kirjastossa kirjastonhoitaja
		kirja kirjan kirjat kirjoja kirjoista`,
	Hungarian: `
		szerződés szerződést szerződésben szerződések
		oldal oldalak oldalon oldalt
		csapatok csapatban csapatot`,
	Turkish: `
		sözleşme sözleşmeler sözleşmede sözleşmenin
		yazılımlar YAZILIMLAR yazilimlar
		kitap kitaplar kitapta`,
	Russian: `
		договор договора договоры договором
		команда команды командой команде
		страница страницы страницу страниц
		сервер сервера серверы сервером`,
	Swedish: `
		möte möten mötet mötena
		projekt projektet projekten
		riktlinje riktlinjer riktlinjerna
		medarbetare medarbetaren medarbetarna
		säkerhet säkerheten
		organisation organisationen organisationer organisationerna
		rapport rapporter rapporten rapporterna
		hus huset husen
		kund kunder kunden kunderna
		beslut beslutet besluten
		viktig viktiga viktigt
		nyhet nyheter nyheterna
		utbildning utbildningar utbildningen
		fråga frågor frågan
		sida sidor sidan sidorna
		lön löner lönen
		café cafe
		process processer processen
		arbete arbeten arbetet
		avtal avtalet avtalen
		bok böcker böckerna
		vecka veckor veckan
		grupp grupper gruppen
		utveckling utvecklingen
		utvecklare utvecklaren
		kvalitet kvaliteten
		budget budgetar budgeten
		dokument dokumentet dokumenten
		verktyg verktyget verktygen
		plan planer planen
		regel regeln regler
		ansvar ansvaret`,
}

// strangers are words that must not be taken for one, a line for each lot.
var strangers = map[Language]string{
	English: `
		university universe
		organization organ organic
		policy police
		news new
		general generate generic
		international internal intern internet
		author authority authorization
		experience experiment
		import important
		engine engineering
		business busy
		custom customer
		depart department
		digit digital
		integration integrity
		identity identical
		emerge emergency
		contain container
		market marketing
		account accounting accountability
		park parking
		response responsive responsibility
		object objective
		execute executive
		initial initiative
		product production productivity
		positive position
		edit edition
		public publication
		federal federation
		access accessibility
		specific specification
		past paste
		suit suite
		transit transition
		depend dependency
		io ios
		use user`,
	German:     "Regelwerk Regel\nDaten Datum\nZiel Zeile\nsich Sicherheit\nund Änderung",
	French:     "organe organisation\nporte portable\nposte position\ntravail traversée",
	Spanish:    "año ano\npolítica policía\npeso piso",
	Portuguese: "país papel\nação aço\nnível novo",
	Italian:    "azienda azione\npolitica polizia",
	Dutch:      "organisatie organisator\nweek weg\nstad staat",
	Finnish:    "kuva kuvio\nkuva kuppi\nlaki lakko",
	Russian:    "стол столица",
	Swedish:    "lön lon\nmål mal\nplan plats\nbudget bud",
}

func TestFormsOfOneWordHaveOneStem(t *testing.T) {
	for language, text := range families {
		words := 0
		for line := range strings.Lines(text) {
			r := NewReader()
			var first Word
			for _, form := range strings.Fields(line) {
				read := r.Read(form, language, nil)
				words++
				if first == (Word{}) {
					first = read[0]
				}
				if read[0].ID != first.ID {
					t.Errorf("%s: %s is %q, %s is %q", name(language), strings.Fields(line)[0], r.Text(first.ID), form, r.Text(read[0].ID))
				}
			}
		}
		if words < 10 || words < 60 && language < Danish {
			t.Errorf("%s: only %d words", name(language), words)
		}
	}
}

func TestWordsThatDifferHaveStemsThatDiffer(t *testing.T) {
	for language, text := range strangers {
		for line := range strings.Lines(text) {
			r := NewReader()
			seen := map[ID]string{}
			for _, word := range strings.Fields(line) {
				read := r.Read(word, language, nil)
				if other, ok := seen[read[0].ID]; ok {
					t.Errorf("%s: %s and %s are both %q", name(language), word, other, r.Text(read[0].ID))
				}
				seen[read[0].ID] = word
			}
		}
	}
}

// The stems that the authors of Snowball publish for these words, as far as this
// package does not differ on purpose. They show that the generated code does what
// the algorithms say.
func TestStemsAreSnowballs(t *testing.T) {
	for language, text := range map[Language]string{
		English:    "consign consigned:consign consisted:consist consistency:consist consistent:consist consolation:consol consoling:consol conspicuous:conspicu conspiracy:conspiraci constable:constabl knavish:knavish knead:knead kneel:kneel knightly:knight knocker:knocker knots:knot generate:generat generously:generous skies:sky dying:die lying:lie tying:tie idly:idl gently:gentl singly:singl ugly:ugli early:earli only:onli inning:inning succeed:succeed proceed:proceed exceed:exceed",
		German:     "aufeinander:aufeinand aufeinanderfolge:aufeinanderfolg aufenthalt:aufenthalt auferstanden:auferstand auferstehung:aufersteh kategorie:kategori kategorien:kategori kategorisch:kategor kater:kat katers:kat kätzchen:katzch kauen:kau kaufen:kauf kaufmann:kaufmann jäger:jag häuser:haus freundlichkeit:freundlich größte:grosst",
		French:     "continu:continu continua:continu continuait:continu continuelle:continuel continuellement:continuel continuer:continu continuité:continu contraires:contrair contraste:contrast majestueusement:majestu majeur:majeur malades:malad maladie:malad maladroit:maladroit",
		Spanish:    "chicas:chic chico:chic chicos:chic chihuahua:chihuahu chispas:chisp torneo:torne tornillos:tornill toros:tor torre:torr torpe:torp tórtolas:tortol",
		Italian:    "abbandonata:abbandon abbandonate:abbandon abbandonati:abbandon abbandono:abband abbastanza:abbast abbracciare:abbracc pronto:pront pronuncia:pronunc propaganda:propagand proporre:proporr propria:propr",
		Dutch:      "lichaam:licham lichamelijk:licham lichamelijke:licham lichte:licht lichten:licht opgang:opgang opgelost:opgelost opgericht:opgericht",
		Swedish:    "jakt:jakt jaktbössa:jaktböss jakten:jakt jalusi:jalusi jamade:jam januari:januari klo:klo klok:klok kloka:klok klokare:klok klokast:klok klosterkyrka:klosterkyrk",
		Portuguese: "boa:boa boas:boas boataria:boat boate:boat bobo:bob bocas:boc bocejar:bocej quiosque:quiosqu quis:quis quisesse:quis quota:quot quotas:quot",
	} {
		r := NewReader()
		for pair := range strings.FieldsSeq(text) {
			word, want, ok := strings.Cut(pair, ":")
			if !ok {
				want = word
			}
			if got := r.stem(word, language); got != want {
				t.Errorf("%s: %s is %q, want %q", name(language), word, got, want)
			}
		}
	}
}

// What is said to be its own stem without asking the stemmer, the stemmer says too.
func TestAnEnglishWordThatIsItsOwnStemIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	random, env, own := rand.New(rand.NewPCG(1, 2)), snowballstem.NewEnv(""), 0
	parts := strings.Fields("a e i o u y b c d f g h j k l m n p q r s t v w x z th ing ed ist ogist ent ant ement ful less al ic ism ion er or ly ness ll eed ss")
	for range 200_000 {
		word := ""
		for range 1 + random.IntN(6) {
			word += parts[random.IntN(len(parts))]
		}
		if !isItsStem(word) {
			continue
		}
		own++
		env.SetCurrent(word)
		if english.Stem(env); env.Current() != word {
			t.Errorf("%s has the stem %s", word, env.Current())
		}
	}
	if own < 50_000 {
		t.Errorf("%d words only are their own stems", own)
	}
}

func TestWordsOfAnUnknownLanguageAreOnlyFolded(t *testing.T) {
	r := NewReader()
	for word, want := range map[string]string{"zażółć": "zazolc", "smørrebrød": "smorrebrod", "Straßen": "strassen", "ёлка": "елка", "йод": "йод", "Ἀθήνα": "αθηνα", "testing": "testing", "café": "cafe"} {
		if got := r.Read(word, Unknown, nil); r.Text(got[0].ID) != want {
			t.Errorf("%s is %q, want %q", word, r.Text(got[0].ID), want)
		}
	}
}

func FuzzStem(f *testing.F) {
	for _, text := range families {
		for form := range strings.FieldsSeq(text) {
			f.Add(form)
		}
	}
	f.Add("yyYuUiIy\u0301ßßenen's")
	f.Fuzz(func(t *testing.T, word string) {
		r := NewReader()
		for l := range languages {
			if got := r.stem(word, l); got == "" && word != "" || got != r.stem(word, l) {
				t.Errorf("%q in %q is %q", word, name(l), got)
			}
		}
	})
}
