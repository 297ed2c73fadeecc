//nolint:misspell // words of other languages
package words

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// sentences are what people write on pages, one a line.
var sentences = map[Language]string{
	English: `
The release train leaves every second Tuesday, so please merge your changes before Monday noon.
Anyone who joins the support rota should read this page and ask a colleague about open incidents.
We decided to move all customer records into the new database during the last week of March.
If the build fails on the main branch, the person on call will revert the commit.
Our travel policy covers train tickets, hotel rooms and meals, but not upgrades or minibar bills.
Before you request access to production, check whether a read-only account would be enough.
This document explains how invoices are approved and who has to sign them.
The team meets twice a week to look at what was learned from interviews with users.
Each vendor must answer the security questionnaire before a contract can be renewed.
What went well, what did not, and what shall we change in the next sprint?
Backups are stored in two regions and deleted after ninety days unless the law says otherwise.
It is not clear yet which of these options would cost less over five years.
There are three ways to report a fault, and the phone is usually the fastest.`,
	German: `
Bitte tragt eure Urlaubstage bis Ende des Monats in den Kalender ein, damit wir die Vertretung planen können.
Der neue Vertrag mit dem Lieferanten gilt ab April und muss vorher vom Einkauf geprüft werden.
Wer eine Rechnung freigeben darf, steht in der Tabelle am Ende dieser Seite.
Nach dem Ausfall am Freitag haben wir die Überwachung der Server deutlich verbessert.
Diese Anleitung beschreibt, wie man ein Gerät einrichtet und mit dem Netz der Firma verbindet.
Für die Schulung im Herbst suchen wir noch zwei Kolleginnen, die einen Vortrag halten möchten.
Wenn der Kunde nicht antwortet, wird die Anfrage nach vierzehn Tagen automatisch geschlossen.
Die Ergebnisse der Befragung zeigen, dass viele Abteilungen mehr Zeit für Dokumentation brauchen.
Alle Änderungen an der Schnittstelle müssen mindestens einen Monat vorher angekündigt werden.
Im nächsten Quartal wollen wir die alten Vorlagen löschen und durch bessere ersetzen.
Es gibt keinen Grund, vertrauliche Daten auf einem privaten Rechner zu speichern.
Das Protokoll der Sitzung wurde von allen Teilnehmern gelesen und ohne Einwände angenommen.`,
	French: `
Chaque équipe choisit une personne qui relit les articles avant leur publication sur le site.
Le nouveau contrat avec le fournisseur sera signé par la direction à la fin du mois.
Vous trouverez dans ce tableau la liste des congés et des remplacements prévus pour cet été.
Pour demander un accès, il faut remplir le formulaire et attendre la réponse du responsable.
Nous avons décidé de garder les sauvegardes pendant un an, puis de les supprimer.
Les résultats de l'enquête montrent que la plupart des services manquent de temps pour écrire.
Cette page explique comment installer le logiciel et le relier au réseau de l'entreprise.
Si la facture dépasse le budget, elle doit être approuvée par deux personnes.
La réunion de lundi est reportée parce que trois collègues sont en déplacement.
Il n'est pas possible de modifier une commande après son envoi au fournisseur.
Qui peut m'aider à traduire cette notice avant la visite de nos clients ?
Depuis la panne de vendredi, nous surveillons mieux les serveurs et nous prévenons plus vite.`,
	Spanish: `
Cada equipo elige a una persona que revisa los artículos antes de publicarlos en el sitio.
El nuevo contrato con el proveedor lo firmará la dirección a finales de mes.
En esta tabla se encuentra la lista de vacaciones y de sustituciones previstas para el verano.
Para pedir acceso hay que rellenar el formulario y esperar la respuesta del responsable.
Hemos decidido guardar las copias durante un año y después borrarlas.
Los resultados de la encuesta muestran que a la mayoría le falta tiempo para escribir.
Esta página explica cómo se instala el programa y cómo se conecta a la red de la empresa.
Si la factura supera el presupuesto, tienen que aprobarla dos personas.
La reunión del lunes se aplaza porque tres compañeros están de viaje.
No se puede cambiar un pedido cuando ya ha salido del almacén.
¿Quién me ayuda a traducir estas instrucciones antes de la visita de nuestros clientes?
Desde la avería del viernes vigilamos mejor los servidores y avisamos más pronto.`,
	Portuguese: `
Cada equipe escolhe uma pessoa que revisa os artigos antes de serem publicados no site.
O novo contrato com o fornecedor será assinado pela diretoria no fim do mês.
Nesta tabela você encontra a lista de férias e de substituições previstas para o verão.
Para pedir acesso é preciso preencher o formulário e esperar a resposta do responsável.
Decidimos guardar as cópias durante um ano e depois apagar tudo.
Os resultados da pesquisa mostram que falta tempo para escrever na maioria das áreas.
Esta página explica como instalar o programa e como ligar o computador à rede da empresa.
Se a fatura passar do orçamento, ela deve ser aprovada por duas pessoas.
A reunião de segunda foi adiada porque três colegas estão em viagem.
Não é possível mudar um pedido depois que ele saiu do depósito.
Quem pode me ajudar a traduzir estas instruções antes da visita dos nossos clientes?
Desde a falha de sexta, vigiamos melhor os servidores e avisamos mais cedo.`,
	Italian: `
Ogni gruppo sceglie una persona che rilegge gli articoli prima della pubblicazione sul sito.
Il nuovo contratto con il fornitore sarà firmato dalla direzione alla fine del mese.
In questa tabella si trova l'elenco delle ferie e delle sostituzioni previste per l'estate.
Per chiedere l'accesso bisogna compilare il modulo e aspettare la risposta del responsabile.
Abbiamo deciso di conservare le copie per un anno e poi di cancellarle.
I risultati del sondaggio mostrano che a molti uffici manca il tempo per scrivere.
Questa pagina spiega come si installa il programma e come lo si collega alla rete aziendale.
Se la fattura supera il preventivo, deve essere approvata da due persone.
La riunione di lunedì è rimandata perché tre colleghi sono in viaggio.
Non è possibile cambiare un ordine quando è già partito dal magazzino.
Chi mi può aiutare a tradurre queste istruzioni prima della visita dei nostri clienti?
Dopo il guasto di venerdì controlliamo meglio i server e avvisiamo più in fretta.`,
	Dutch: `
Elk team kiest iemand die de artikelen naleest voordat ze op de site komen.
Het nieuwe contract met de leverancier wordt aan het eind van de maand door de directie getekend.
In deze tabel staat wie er deze zomer met vakantie is en wie vervangt.
Wie toegang nodig heeft, vult het formulier in en wacht op antwoord van de beheerder.
We hebben besloten om de kopieën een jaar te bewaren en daarna te wissen.
Uit de enquête blijkt dat de meeste afdelingen te weinig tijd hebben om te schrijven.
Deze pagina legt uit hoe je het programma installeert en met het netwerk verbindt.
Als de rekening hoger is dan begroot, moeten twee mensen haar goedkeuren.
De vergadering van maandag gaat niet door omdat drie collega's op reis zijn.
Een bestelling kan niet meer worden gewijzigd als ze het magazijn heeft verlaten.
Kan iemand mij helpen om deze handleiding te vertalen voor het bezoek van onze klanten?
Sinds de storing van vrijdag letten we beter op de servers en waarschuwen we sneller.`,
	Swedish: `
Varje grupp väljer någon som läser artiklarna innan de läggs ut på webbplatsen.
Det nya avtalet med leverantören skrivs under av ledningen i slutet av månaden.
I den här tabellen står vilka som är lediga i sommar och vem som ersätter dem.
Den som behöver åtkomst fyller i formuläret och väntar på svar från den ansvariga.
Vi har bestämt att kopiorna ska sparas i ett år och sedan raderas.
Enkäten visar att de flesta avdelningar har för lite tid att skriva.
Sidan förklarar hur man installerar programmet och kopplar det till företagets nät.
Om fakturan är högre än budgeten måste två personer godkänna den.
Mötet på måndag skjuts upp eftersom tre kollegor är ute och reser.
En beställning kan inte ändras när den redan har lämnat lagret.
Kan någon hjälpa mig att översätta anvisningen före besöket av våra kunder?
Efter felet i fredags håller vi bättre ögonen på servrarna och varnar tidigare.`,
	Danish: `
Hver gruppe vælger en person, som læser artiklerne igennem, før de bliver lagt ud på siden.
Den nye kontrakt med leverandøren skal underskrives af ledelsen, når måneden er slut.
Vi har besluttet at gemme kopierne i et år og så slette dem.
Mødet på mandag er udsat, fordi tre kolleger ikke er hjemme.`,
	Norwegian: `
Hver gruppe velger noen som leser artiklene før de legges ut på nettstedet.
Møtet på mandag er utsatt fordi tre av oss er ute og reiser.
Den nye avtalen med leverandøren blir signert av ledelsen i slutten av måneden.`,
	Finnish: `
Jokainen ryhmä valitsee henkilön, joka lukee artikkelit ennen kuin ne julkaistaan sivustolla.
Uusi sopimus toimittajan kanssa allekirjoitetaan kuun lopussa, ja se on voimassa vuoden.
Maanantain kokous siirtyy, koska kolme meistä on matkalla.`,
	Hungarian: `
Minden csapat választ valakit, aki elolvassa a cikkeket, mielőtt megjelennek az oldalon.
Az új szerződést a szállítóval a vezetés írja alá a hónap végén.`,
	Turkish: `
Her ekip, yazıları sitede yayımlanmadan önce okuyacak bir kişi seçer.
Tedarikçi ile yapılan yeni sözleşme ay sonunda yönetim tarafından imzalanacak.
Fatura bütçeyi aşarsa iki kişinin onaylaması gerekir.`,
	Russian: `
Каждая команда выбирает человека, который читает статьи перед публикацией на сайте.`,
	Polish: `
Każdy zespół wybiera osobę, która czyta artykuły przed ich publikacją na stronie.
Nowa umowa z dostawcą zostanie podpisana przez zarząd pod koniec miesiąca.
Jeśli faktura przekracza budżet, muszą ją zatwierdzić dwie osoby.`,
	Czech: `
Každý tým si vybere člověka, který články přečte, než se objeví na stránce.
Nová smlouva s dodavatelem bude podepsána na konci měsíce.`,
	CJK: `
每个团队选一个人，在文章发布之前进行检查。
新合同将在月底由管理层签署，请提前准备好相关文件。
如果发票超过预算，必须由两个人批准。
這個頁面說明如何安裝程式並連接到公司的網路。
各チームは、記事を公開する前に確認する人を一人選びます。
月曜日の会議は、三人が出張中のため延期になりました。
このページでは、プログラムのインストール方法を説明します。
APIの設計についてはConfluenceのページを見てください。
각 팀은 글을 게시하기 전에 검토할 사람을 한 명 정합니다.
월요일 회의는 세 명이 출장 중이라서 연기되었습니다.
이 페이지는 프로그램을 설치하고 회사 네트워크에 연결하는 방법을 설명합니다.
송장이 예산을 넘으면 두 사람이 승인해야 합니다.`,
	Unknown: `
Fiecare echipă alege o persoană care citește articolele înainte de a fi publicate pe site.
Noul contract cu furnizorul va fi semnat de conducere la sfârșitul lunii.
Cada equip tria una persona que revisa els articles abans de publicar-los al lloc.
El nou contracte amb el proveïdor serà signat per la direcció a final de mes.
Setiap tim memilih satu orang yang membaca artikel sebelum diterbitkan di situs ini.
Mỗi nhóm chọn một người đọc lại các bài viết trước khi đăng lên trang.
Ons het besluit om die kopieë vir een jaar te hou en hulle daarna uit te vee.
Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore.
Новият договор с доставчика ще бъде подписан от ръководството и се пази в края на месеца.
Новий договір з постачальником буде підписано наприкінці місяця.
Κάθε ομάδα επιλέγει ένα άτομο που διαβάζει τα άρθρα πριν από τη δημοσίευση.
כל צוות בוחר אדם שקורא את המאמרים לפני שהם מתפרסמים באתר.
يختار كل فريق شخصا يقرأ المقالات قبل نشرها على الموقع.
ทุกทีมเลือกคนหนึ่งคนเพื่ออ่านบทความก่อนเผยแพร่บนเว็บไซต์
2019-05-01 12:30 10.0.0.1 200 512 404 7%`,
}

// titles are too short to be told every time.
var titles = map[Language]string{
	English: `
How we work together
Onboarding for new developers
Release notes, March 2019
Incident review: payment outage
Who to ask about invoices
Design system guidelines`,
	German: `
Wie wir zusammen arbeiten
Leitfaden für neue Entwickler
Protokoll der Sitzung vom Montag
Einführung in die Datenbank
Urlaub und Krankheit
Richtlinien zur Freigabe`,
	French: `
Comment nous travaillons ensemble
Guide pour les nouveaux collègues
Compte rendu de la réunion
Politique de sécurité
Congés et absences
Installation du poste de travail`,
	Spanish: `
Cómo trabajamos en equipo
Guía para nuevos compañeros
Acta de la reunión del lunes
Política de seguridad
Vacaciones y ausencias
Instalación del programa`,
	Portuguese: `
Como trabalhamos em equipe
Guia para novos colegas
Ata da reunião de segunda
Política de segurança
Férias e ausências
Instalação do programa`,
	Italian: `
Come lavoriamo insieme
Guida per i nuovi colleghi
Verbale della riunione di lunedì
Politica di sicurezza
Ferie e assenze
Installazione del programma`,
	Dutch: `
Hoe wij samen werken
Handleiding voor nieuwe collega's
Notulen van het overleg op maandag
Beleid voor veiligheid
Verlof en ziekte
Installatie van het programma`,
	Swedish: `
Så arbetar vi tillsammans
Guide för nya kollegor
Protokoll från mötet på måndag
Riktlinjer för säkerhet
Semester och sjukdom
Installation av programmet`,
	Danish: `
Sådan arbejder vi sammen
Vejledning til nye medarbejdere
Referat af mødet på mandag`,
	Norwegian: `
Slik jobber vi sammen
Veiledning for nye ansatte
Hva gjør vi når serveren er nede`,
	Finnish: `
Miten teemme yhteistyötä
Ohjeet uusille työntekijöille
Ohjelmiston asentaminen ja päivittäminen`,
	Hungarian: `
Hogyan dolgozunk együtt
Útmutató az új kollégáknak
Mi történik a számlákkal`,
	Turkish: `
Birlikte nasıl çalışıyoruz
Yeni çalışanlar için kılavuz
Güvenlik politikası ve kuralları`,
	Russian: `
Как мы работаем вместе
Руководство для новых сотрудников
Политика безопасности`,
	Polish: `
Jak razem pracujemy
Przewodnik dla nowych pracowników
Urlopy i nieobecności`,
	Czech: `
Jak spolu pracujeme
Příručka pro nové kolegy
Pravidla pro bezpečnost`,
	CJK: `
会议记录
发布流程
議事録テンプレート
新人研修の手順
스프린트 회고
보안 정책 안내`,
}

func TestSentencesAreInTheirLanguage(t *testing.T) {
	unknown := map[Language]int{}
	t.Log("\n" + confusion(t, sentences, func(_ string, want, got Language) bool {
		if got == Unknown && want != Unknown {
			unknown[want]++
			return unknown[want] == 1 // one sentence alone may be too little to tell Portuguese from Spanish
		}
		return want == got
	}))
}

func TestTitlesAreInTheirLanguageOrUnknown(t *testing.T) {
	told, all := 0, 0
	table := confusion(t, titles, func(_ string, want, got Language) bool {
		all++
		if want == got {
			told++
		}
		return want == got || got == Unknown || want == Norwegian && got == Danish
	})
	t.Log("\n" + table)
	if told*5 < all*3 {
		t.Errorf("told %d of %d titles", told, all)
	}
}

// confusion detects each line and says how often each language was taken for which.
func confusion(t *testing.T, texts map[Language]string, fine func(text string, want, got Language) bool) string {
	t.Helper()
	var counts [languages][languages]int
	for want, text := range texts {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			got := Detect(line)
			counts[want][got]++
			if !fine(line, want, got) {
				t.Errorf("%q is %q, want %q", line, name(got), name(want))
			}
		}
	}
	var b strings.Builder
	for want, row := range counts {
		fmt.Fprintf(&b, "%-4s", name(Language(want)))
		for got, count := range row {
			if count > 0 {
				fmt.Fprintf(&b, " %s:%d", name(Language(got)), count)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func name(l Language) string {
	return [languages]string{"?", "en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "hu", "tr", "ru", "pl", "cs", "cjk"}[l]
}

func all(l Language) string { return strings.Join(strings.Fields(sentences[l]), " ") }

func TestDetectOnPages(t *testing.T) {
	code := `func (s *Server) Serve(l net.Listener) error { for { conn, err := l.Accept(); if err != nil { return err } go s.handle(conn) } }
int main(void) { int i, a = 0, e = 1; for (i = 0; i < 10; i++) { a += e; printf("%d\n", a); } return 0; }
SELECT u.id, u.name FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.total > 100 GROUP BY u.id;
kubectl get pods -n prod -o json | jq '.items[].metadata.name' && docker compose up -d --build
`
	half := func(a, b string) string { return a[:sampled(a, 1000)] + "\n" + b[:sampled(b, 1000)] }
	for _, test := range []struct {
		name, text string
		want       Language
	}{
		{"no text is in no language", "", Unknown},
		{"numbers are in no language", "2019 10 24.7 %", Unknown},
		{"names of products are in no language", "Jira Confluence Bitbucket Trello Statuspage Opsgenie", Unknown},
		{"code alone is in no language", strings.Repeat(code, 3), Unknown},
		{"code with two German sentences is German", code + all(German)[:300], German},
		{"a German page that quotes English terms is German", all(German) + " Definition of Done, Time to Market, Continuous Integration and Delivery, State of the Art", German},
		{"a page of two languages to equal parts is unknown", half(all(English), all(German)), Unknown},
		{"a page of Spanish and Portuguese to equal parts is unknown", half(all(Spanish), all(Portuguese)), Unknown},
		{"a page that begins with a line of English is what the rest is", "This page is a translation. " + all(French), French},
		{"Japanese with many English names is CJK", "このServiceはAWSのLambdaとDynamoDBを使い、GitHub ActionsでDeployします。", CJK},
		{"English with one Chinese name is English", "The name of our office in Shanghai is 上海 and it is on the fourth floor of the building.", English},
		{"upper case is the same language", strings.ToUpper(all(Swedish)), Swedish},
		{"decomposed accents are the same language", "Wir mu\u0308ssen die A\u0308nderungen fu\u0308r die na\u0308chste Woche noch pru\u0308fen und dann freigeben.", German},
		{"French without accents is French", "Les equipes ont decide de garder les sauvegardes pendant un an pour la securite des donnees.", French},
		{"Spanish without accents is Spanish", "La reunion del lunes se aplaza porque tres personas estan de viaje y no hay otra fecha.", Spanish},
		{"what is not UTF-8 does no harm", "\xff\xfe the \x80 and \xc3 this is it", English},
		{"only the begin counts", strings.Repeat(all(Dutch)+" ", 5) + strings.Repeat(" the and of which should", 2000), Dutch},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Detect(test.text); got != test.want {
				t.Errorf("%q, want %q", name(got), name(test.want))
			}
		})
	}
}

func TestDetectorAddsUpPieces(t *testing.T) {
	var d Detector
	if d.Language() != Unknown {
		t.Error("a detector that saw nothing knows a language")
	}
	for line := range strings.Lines(sentences[Italian]) {
		d.Add(line)
	}
	if got := d.Language(); got != Italian {
		t.Errorf("%q", name(got))
	}
	for range 100 {
		d.Add(all(German))
	}
	if d.seen > maxSample {
		t.Errorf("looked at %d bytes", d.seen)
	}
}

func FuzzDetect(f *testing.F) {
	for _, text := range sentences {
		f.Add(text)
	}
	f.Add("\xff\u0301\u00ad'")
	f.Fuzz(func(t *testing.T, text string) {
		l := Detect(text)
		if l >= languages || l != Detect(text) {
			t.Errorf("%d", l)
		}
		if n := sampled(text, 10); n > 10 || n < len(text) && utf8.ValidString(text) && !utf8.ValidString(text[:n]) {
			t.Errorf("cut at %d", n)
		}
	})
}
