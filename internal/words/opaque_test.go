package words_test

import (
	"strings"
	"testing"

	"labelup/internal/words"
)

// opaqueIn are the words of a text that are marked, as written.
func opaqueIn(texts ...string) string {
	reader := words.NewReader()
	marker := words.NewMarker(reader)
	var lists [][]words.Word
	for _, text := range texts {
		list := reader.Read(text, words.English, nil)
		marker.Mark(text, list)
		lists = append(lists, list)
	}
	var marked []string
	for i, text := range texts {
		marker.MarkRest(text, lists[i])
		for _, w := range lists[i] {
			if w.Flags&words.Opaque != 0 {
				marked = append(marked, text[w.Start:w.End])
			}
		}
	}
	return strings.Join(marked, " ")
}

func TestWhatIsNoWordOfTheLanguageIsMarked(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"words", "The quick brown fox, and a well-known state-of-the-art e-mail", ""},
		{"names of things", "GitHub iPhone macOS JavaScript Node.js ASP.NET cloud.gov CI/CD TCP/IP R&D COVID-19 B2B IL-6 v2 v2.1 K8s H1N1 2FA 18F ISO-27001 #devops", ""},
		{"a long word of German", "Donaudampfschifffahrtsgesellschaft", ""},
		{"an address of the web", "see https://example.com/a?b=c now", "https example com a b c"},
		{"a host", "on db01.prod.example.net and example.com", "db01 prod example net example com"},
		{"an address of mail", "ask jane.doe@example.com please", "jane doe example com"},
		{"paths", `in /var/log or C:\Temp\x or src/main`, "var log C Temp x src main"},
		{"a name of a file", "open budget_2026.xlsx and README.md", "budget 2026 xlsx README md"},
		{"a UUID", "id {3F2504E0-4F89-11D3-9A0C-0305E82C3301} there", "3F2504E0 4F89 11D3 9A0C 0305E82C3301"},
		{"hashes", "at e83c516 and deadbeef", "e83c516 deadbeef"},
		{"encoded data", "the dGhpcyBpcyBhIHRlc3Q= here", "dGhpcyBpcyBhIHRlc3Q"},
		{"identifiers", "call getUserById or user_id or MAX_SIZE", "getUserById user id MAX SIZE"},
		{"the name of a character", "a&nbsp;b", "nbsp"},
		{"a ticket", "see ABC-1234 there", "ABC 1234"},
		{"a date", "on Nov 28th or 2026-11-28T10:00:00Z", "Nov 28th 2026 11 28T10 00 00Z"},
		{"a month only beside a number", "it may rain on Mars, on May 5", "May"},
		{"amounts", "for 20 USD and 500GB", "USD 500GB"},
		{"an account", "to GB29 NWBK 6016 1331 9268 19 now", "GB29 NWBK 6016 1331 9268 19"},
		{"an address of a network card", "with 00:1A:2B:3C:4D:5E here", "00 1A 2B 3C 4D 5E"},
		{"a diagram", "so @startuml a -> b @enduml it is", "startuml a b enduml"},
		{"a byline, and the name elsewhere", "By Jane Fitzgerald, and Jane said so", "Jane Fitzgerald Jane"},
		{"who wrote it", "written by Jane on the way", "Jane"},
		{"several authors", "Authors: Mei Lin, Ana Souza and Lars Berg", "Mei Lin Ana Souza Lars Berg"},
		{"a team is no person", "Owner: Platform Team", ""},
		{"by and something else", "By default it is done by Friday", "Friday"},
		{"a title before a name", "Dr. Ngata came", "Ngata"},
		{"names of things that look like others", "Welcome to Visual Studio Code, X-Ray: npm packages, Confluence Cloud's IL-6 and IL-10, GPT-3 and GPT-4", ""},
		{"three groups of hexadecimal digits", "box a1b2-c3d4-e5f6 here", "a1b2 c3d4 e5f6"},
		{"a commit before another", "at HEAD~3 now", "HEAD 3"},
		{"what is not released yet", "try v2.3.4-rc.1 or 1.0-beta", "v2.3.4 rc 1 1.0 beta"},
		{"durations", "for PT15M and P30D but not P2P", "PT15M P30D"},
		{"weeks", "in KW 48 and CW49, on a week", "KW CW49"},
		{"identifiers that begin with capitals", "an XMLHttpRequest of kMaxSize on IUserService", "XMLHttpRequest kMaxSize IUserService"},
		{"what CSS selects", "on #main-nav and .btn-primary:hover there", "main nav btn primary hover"},
		{"a smiley by its name", "so :tada: it is", "tada"},
		{"a header and its value", "with Content-Type: text/html sent", "Content Type text html"},
		{"half of a name", "by Mc, on Mc and by Mca said", ""},
		{"a command", "do sudo reboot, or systemctl stop web", "sudo reboot systemctl stop web"},
		{"two tickets with one key", "HAM-1 came before HAM-2", "HAM 1 HAM 2"},
		{"encoded letters", "a caf%C3%A9 &amp;nbsp; there", "caf C3 A9 amp nbsp"},
		{"a name before an address of mail", "Ottilie Brandauer (o@example.org) came", "Ottilie Brandauer o example org"},
		{"who spoke", "It is so. Ottilie Brandauer said so, and Brandauer knows", "Ottilie Brandauer Brandauer"},
		{"names in Japanese", "出席者：山本、佐々木", "出席 席者 山本 佐々 々木"},
		{"an initial in a name", "of John Q. Public", "John Q Public"},
		{"a date with an ending", "sovittiin 5. marraskuuta ja syyskuussa", "marraskuuta syyskuussa"},
		{"an address without a host", "at mailto:jane there", "mailto jane"},
		{"a variable of a shell", "with $HOME set", "HOME"},
		{"a variable of Windows", "under %APPDATA% there", "APPDATA"},
		{"flags of a command", "with --dry-run or -v there", "dry run v"},
		{"a media type", "as application/json or text/plain there", "application json text plain"},
		{"a host and a path", "at cloud.example/a there", "cloud example a"},
		{"a path without a slash before it", "in a/b/c there", "a b c"},
		{"a hidden file", "a .gitignore and .net there", "gitignore"},
		{"a host of a country", "at example.de and Draw.io there", "example de"},
		{"a ticket of two numbers", "of RE-2024-0815 there", "RE 2024 0815"},
		{"a number between letters", "of AB-1234-XY there, not RSA-2048-OAEP, AES-256-GCM or UTF-16-LE", "AB 1234 XY"},
		{"names of files for machines", "in prod.tfvars or invite.ics or dump.dat there", "prod tfvars invite ics dump dat"},
		{"a time", "at 10:30 there", "10 30"},
		{"money", "for $20 or €1,50 there", "20 1,50"},
		{"a hexadecimal number", "at 0xBEEF there", "0xBEEF"},
		{"a number and letters", "of AB12345C9 there", "AB12345C9"},
		{"a call", "run(5) or run('a') there", "run 5 run a"},
		{"a node of a diagram", "A[Start] there", "A Start"},
		{"a colour", "in (#ff00aa) or FF00AA there", "ff00aa FF00AA"},
		{"a class of CSS", "so .note there", "note"},
		{"an exception", "a NullPointerException or ParseError there", "NullPointerException ParseError"},
		{"a level in a log", "2026 ERROR there, an ERROR here", "ERROR"},
		{"an account of a bank", "BIC DEUTDEFF there", "BIC DEUTDEFF"},
		{"a macro", "{code}let a be{code} and {panel:title=x} there", "code let a be code panel title x"},
		{"a statement of SQL", "SELECT name FROM people; there", "SELECT name FROM people"},
		{"a command after a pipe", "cat x | grep error there", "grep error"},
		{"letters by their names", "the caf&eacute;s there", "caf eacute s"},
		{"the first line of a diagram", "graph LR there", "graph LR"},
		{"an image in a wiki", "!image.png|thumbnail! there", "image png thumbnail"},
		{"a mention", "thanks @Jane Fitzgerald for it", "Jane Fitzgerald"},
		{"a talk of two people", "1:1 Thandiwe Mkhize", "1 1 Thandiwe Mkhize"},
		{"whom to ask", "Contact Ottilie Brandauer (o@example.org)", "Ottilie Brandauer o example org"},
		{"who is welcome", "Welcome to Jane Fitzgerald", "Jane Fitzgerald"},
		{"an honorific of Japanese", "山本様に送る", "山本 本様"},
		{"an honorific after more than a name", "東京支社営業部様に送る", ""},
		{"an address of mail further on in brackets", "Ottilie Brandauer (write to o@example.org)", "o example org"},
		{"macros with code that ends", "{code:a}b{code} c {noformat}d{noformat} e {code}f {noformat:x}", "code a b code noformat d noformat code noformat x"},
		{"an honorific of Japanese that is none", "お客様に送る", ""},
		{"a family name of Scotland", "By Fiona McGregor", "Fiona McGregor"},
		{"machines by their names", "on srv-db-01, web01 and rg-prod-weu-001, for phase-2 of IL-6 and sprint 01", "srv db 01 web01 rg prod weu 001"},
		{"classes by how their names end", "a PaymentService and OrderController of ServiceNow and GitHub", "PaymentService OrderController"},
		{"what is known by its number", "ICD-9 and ICD-10, HPV-16 and HPV-18, COX-1 and COX-2", ""},
		{"days that are joined", "Mo-Fr, na quarta-feira e na feira", "Mo Fr quarta feira"},
		{"hours in German, and a zone of time", "8 Std. and 10 AEST", "Std AEST"},
		{"days in Hungarian", "hétfő, januárban", "hétfő januárban"},
		{"days that are other words, and a day", "Тестовая среда, Pazar araştırması, aralık, среда 15", "среда"},
		{"a capital letter behind a number is no unit but of thousands", "the 5S of 3M on 4K for a 401k, 10K of 20s", "10K 20s"},
		{"a particle in a name", "Dr. Ana van Berg came", "Ana van Berg"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := opaqueIn(test.text); got != test.want {
				t.Errorf("marked is %q, want %q", got, test.want)
			}
		})
	}
	t.Run("a first name and another", func(t *testing.T) {
		t.Parallel()
		if got := opaqueIn("Plan", "the plan of Robert O'Malley, of Jean-Luc Moreau and of Grace Hopper"); got != "Robert O Malley Jean Luc Moreau" {
			t.Errorf("marked is %q", got)
		}
	})
	for _, test := range []struct {
		name, title, text, want string
	}{
		{"a unit that has a role is a person there only", "Plan", "Owner: Payments. The Payments are due.", "Payments"},
		{"a unit that has a role, and the title is about it", "Einkauf", "Verantwortlich: Einkauf. Der Einkauf bestellt.", ""},
		{"a first name by itself is a person everywhere", "Plan", "Owner: Jane. What Jane does.", "Jane Jane"},
		{"a unit in Japanese is nobody within another word", "会議", "担当：営業。営業会議は毎週です。", "担当 営業"},
		{"a name in Japanese is one everywhere", "会議", "担当：山本。山本が言う。", "担当 山本 山本 本が"},
		{"a unit in Japanese that the title is about", "営業", "担当：営業。営業は毎週です。", "担当"},
		{"a city that is called as a saint", "Travel", "Our guests fly to the San Francisco Bay Area. They see St. Louis Plant and San Diego Zoo.", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := opaqueIn(test.title, test.text); got != test.want {
				t.Errorf("marked is %q, want %q", got, test.want)
			}
		})
	}
	t.Run("a page about a person", func(t *testing.T) {
		t.Parallel()
		if got := opaqueIn("Robert O'Malley", "Robert O'Malley said so"); got != "" {
			t.Errorf("marked is %q", got)
		}
	})
	t.Run("a name that the title greets", func(t *testing.T) {
		t.Parallel()
		if got := opaqueIn("Goodbye Thandiwe Mkhize", "a cake for Thandiwe"); got != "Thandiwe Mkhize Thandiwe" {
			t.Errorf("marked is %q", got)
		}
	})
	t.Run("a name after a cell that says whose", func(t *testing.T) {
		t.Parallel()
		if got := opaqueIn("Owner", "Jane Fitzgerald", "It is of Fitzgerald"); got != "Jane Fitzgerald Fitzgerald" {
			t.Errorf("marked is %q", got)
		}
	})
}
