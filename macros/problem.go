package macros

import (
	"html"
	"strconv"
	"strings"

	"labelup/internal/fault"
)

// Problem is what an iframe shows in place of its page, to somebody who has
// asked for none of it: what happened, and what helps.
type Problem struct {
	Language  Language
	Kind      fault.Kind
	Wait      int    // seconds to wait before it may work; 0 if waiting is not what helps
	RequestID string // to give support; "" to show none
}

// problemWords are what such a page says in a language. There is no word for
// trying again: what a reload may mend says so, and what only an administrator
// can mend names one.
type problemWords struct {
	Unproved  string // also for a site that has uninstalled or erased the app: all of them get one answer
	Blocked   string
	WaitOne   string
	WaitOther string // {count} seconds
	Failed    string
	Reference string // {id}
	Late      string // in a page whose script does not come; one line, for the frame has its first height then
}

var problemIn = map[Language]problemWords{
	English: {
		Unproved:  "Label UP could not verify that this page comes from your site. Reload the page. If this message stays, ask a site admin to update Label UP.",
		Blocked:   "Label UP is switched off for this site. A site admin can ask its vendor why.",
		WaitOne:   "Label UP can’t be shown right now. Wait {count} second, then reload the page.",
		WaitOther: "Label UP can’t be shown right now. Wait {count} seconds, then reload the page.",
		Failed:    "Something went wrong in Label UP. Reload the page. If this message stays, give support the reference.",
		Reference: "Reference for support: {id}",
		Late:      "Label UP is not loading. Reload the page.",
	},
	German: {
		Unproved:  "Label UP konnte nicht prüfen, ob diese Seite von Ihrer Website kommt. Laden Sie die Seite neu. Bleibt diese Meldung, bitten Sie die Administration, Label UP zu aktualisieren.",
		Blocked:   "Label UP ist für diese Website abgeschaltet. Die Administration kann beim Anbieter nach dem Grund fragen.",
		WaitOne:   "Label UP kann gerade nicht angezeigt werden. Warten Sie {count} Sekunde, und laden Sie dann die Seite neu.",
		WaitOther: "Label UP kann gerade nicht angezeigt werden. Warten Sie {count} Sekunden, und laden Sie dann die Seite neu.",
		Failed:    "In Label UP ist etwas schiefgegangen. Laden Sie die Seite neu. Bleibt diese Meldung, nennen Sie dem Support die Referenz.",
		Reference: "Referenz für den Support: {id}",
		Late:      "Label UP lädt nicht. Laden Sie die Seite neu.",
	},
	French: {
		Unproved:  "Label UP n’a pas pu vérifier que cette page vient de votre site. Rechargez la page. Si ce message persiste, demandez à un administrateur du site de mettre à jour Label UP.",
		Blocked:   "Label UP est désactivé pour ce site. Un administrateur peut en demander la raison à l’éditeur.",
		WaitOne:   "Label UP ne peut pas s’afficher pour le moment. Patientez {count} seconde, puis rechargez la page.",
		WaitOther: "Label UP ne peut pas s’afficher pour le moment. Patientez {count} secondes, puis rechargez la page.",
		Failed:    "Un problème est survenu dans Label UP. Rechargez la page. Si ce message persiste, transmettez la référence à l’assistance.",
		Reference: "Référence pour l’assistance : {id}",
		Late:      "Label UP ne se charge pas. Rechargez la page.",
	},
	Spanish: {
		Unproved:  "Label UP no ha podido comprobar que esta página viene de tu sitio. Recarga la página. Si el mensaje sigue aquí, pide a un administrador del sitio que actualice Label UP.",
		Blocked:   "Label UP está desactivado para este sitio. Un administrador puede preguntar el motivo al proveedor.",
		WaitOne:   "Ahora mismo no se puede mostrar Label UP. Espera {count} segundo y recarga la página.",
		WaitOther: "Ahora mismo no se puede mostrar Label UP. Espera {count} segundos y recarga la página.",
		Failed:    "Algo ha fallado en Label UP. Recarga la página. Si el mensaje sigue aquí, facilita la referencia a soporte.",
		Reference: "Referencia para soporte: {id}",
		Late:      "Label UP no se carga. Recarga la página.",
	},
	Japanese: {
		Unproved:  "このページがお使いのサイトのものであることを Label UP で確認できませんでした。ページを再読み込みしてください。このメッセージが消えない場合は、Label UP の更新をサイト管理者に依頼してください。",
		Blocked:   "このサイトでは Label UP が停止されています。サイト管理者が提供元に理由を問い合わせられます。",
		WaitOne:   "現在 Label UP を表示できません。{count} 秒待ってから、ページを再読み込みしてください。",
		WaitOther: "現在 Label UP を表示できません。{count} 秒待ってから、ページを再読み込みしてください。",
		Failed:    "Label UP で問題が発生しました。ページを再読み込みしてください。このメッセージが消えない場合は、参照番号をサポートにお知らせください。",
		Reference: "サポート用の参照番号: {id}",
		Late:      "Label UP を読み込めません。ページを再読み込みしてください。",
	},
}

// Problem returns the page for a problem. It is whole by itself: the bridge in
// it tells Confluence that the frame is there, which ends its "Loading", and
// gives the frame its height, also where our own script does not come.
func (p *Pages) Problem(problem Problem) []byte {
	language := problem.Language.orEnglish()
	words := problemIn[language]
	page := []byte(`<!doctype html><html lang="` + string(language) + `">`)
	page = append(page, p.problemHead...)
	page = append(page, `<p>`+words.sentence(problem)+`</p>`...)
	if problem.RequestID != "" {
		page = append(page, `<p class="reference">`+strings.Replace(words.Reference, "{id}", html.EscapeString(problem.RequestID), 1)+`</p>`...)
	}
	return append(page, `</main></body></html>`+"\n"...)
}

func (w problemWords) sentence(problem Problem) string {
	switch {
	case problem.Kind == fault.Unauthorized:
		return w.Unproved
	case problem.Kind == fault.Blocked:
		return w.Blocked
	case problem.Wait == 1:
		return strings.Replace(w.WaitOne, "{count}", "1", 1)
	case problem.Wait > 1:
		return strings.Replace(w.WaitOther, "{count}", strconv.Itoa(problem.Wait), 1)
	default:
		return w.Failed
	}
}
