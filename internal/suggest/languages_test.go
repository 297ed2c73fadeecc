package suggest

import (
	"slices"
	"testing"

	"labelup/internal/words"
)

// subject is what pages of a language are about: a label, sentences of pages that
// have it, and one of a page that is to get it, which has the words in other
// forms where the language has some.
type subject struct {
	label     string
	sentences [3]string
	page      string
}

var languages = []struct {
	name     string
	is       words.Language
	subjects [3]subject
}{
	{"English", words.English, [3]subject{
		{"gardening", [3]string{"The gardener prunes the hedge and waters the tomatoes in the greenhouse.", "Compost feeds the lettuce in the greenhouse when the frost is over.", "A hedge shelters the seedlings and the tomatoes from the wind and the frost."}, "We pruned both hedges, and the tomato seedlings were in the greenhouses with the compost."},
		{"money", [3]string{"The accountant settles the invoice and books it in the ledger.", "The auditor compares the ledger with the receipts of the quarter.", "Every invoice and every receipt is on the balance sheet of the quarter."}, "The auditors booked all invoices of both quarters in the ledgers, and the balance was what it was."},
		{"cooking", [3]string{"The cook fries the onions with garlic and simmers the sauce.", "The soup simmers with parsley and garlic on the stove.", "The oven bakes the bread while the onions are in the soup."}, "They simmered the sauces and fried an onion in the soups, and there was parsley on the stoves."},
	}},
	{"German", words.German, [3]subject{
		{"garten", [3]string{"Der Gärtner schneidet die Hecke und gießt die Tomaten im Gewächshaus.", "Der Kompost nährt den Salat im Gewächshaus, wenn der Frost vorbei ist.", "Eine Hecke schützt die Setzlinge und die Tomaten vor dem Wind und dem Frost."}, "Wir haben die Hecken geschnitten, und der Setzling und die Tomate sind mit dem Kompost in den Gewächshäusern."},
		{"finanzen", [3]string{"Der Buchhalter begleicht die Rechnung und verbucht sie im Hauptbuch.", "Der Prüfer vergleicht das Hauptbuch mit den Belegen des Quartals.", "Jede Rechnung und jeder Beleg steht in der Bilanz des Quartals."}, "Die Prüfer haben alle Rechnungen der Quartale und die Bilanzen mit einem Beleg verglichen, und das ist so."},
		{"kochen", [3]string{"Der Koch brät die Zwiebeln mit Knoblauch und rührt die Soße.", "Die Suppe köchelt mit Petersilie und Knoblauch auf dem Herd.", "Der Ofen backt das Brot, während die Zwiebeln in der Suppe sind."}, "Sie haben die Soßen gerührt und eine Zwiebel in den Suppen gebraten, und auf den Herden ist nicht nur Petersilie."},
	}},
	{"French", words.French, [3]subject{
		{"jardin", [3]string{"Le jardinier taille la haie et arrose les tomates dans la serre.", "Le compost nourrit la laitue dans la serre quand le gel est passé.", "Une haie protège les semis et les tomates du vent et du gel."}, "Nous avons taillé les haies, et la tomate et les laitues sont dans les serres avec le compost."},
		{"finances", [3]string{"Le comptable règle la facture et la note dans le registre.", "L'auditeur compare le registre avec les reçus du trimestre.", "Chaque facture et chaque reçu est au bilan du trimestre."}, "Les auditeurs ont comparé toutes les factures des trimestres avec les registres, et les bilans sont là."},
		{"cuisine", [3]string{"Le cuisinier dore les oignons avec de l'ail et remue la sauce.", "La soupe mijote avec du persil et de l'ail sur le feu.", "Le four cuit le pain pendant que les oignons sont dans la soupe."}, "Ils ont remué les sauces et un oignon a mijoté dans les soupes avec du persil."},
	}},
	{"Spanish", words.Spanish, [3]subject{
		{"jardín", [3]string{"El jardinero poda el seto y riega los tomates en el invernadero.", "El abono nutre la lechuga en el invernadero cuando la helada ha pasado.", "Un seto protege las plántulas y los tomates del viento y de la helada."}, "Hemos podado los setos, y el tomate y las lechugas están en los invernaderos con el abono."},
		{"finanzas", [3]string{"El contable paga la factura y la anota en el registro.", "El auditor compara el registro con los recibos del trimestre.", "Cada factura y cada recibo está en el balance del trimestre."}, "Los auditores han comparado todas las facturas de los trimestres con los registros, y los balances están ahí."},
		{"cocina", [3]string{"El cocinero fríe las cebollas con ajo y remueve la salsa.", "La sopa hierve con perejil y ajo en el fuego.", "El horno cuece el pan mientras las cebollas están en la sopa."}, "Han removido las salsas y una cebolla está en las sopas con el perejil y los ajos."},
	}},
	{"Portuguese", words.Portuguese, [3]subject{
		{"jardim", [3]string{"O jardineiro poda a sebe e rega os tomates na estufa.", "O adubo nutre a alface na estufa quando a geada já não está lá.", "Uma sebe protege as mudas e os tomates do vento e da geada."}, "Nós podamos as sebes, e o tomate e as alfaces não estão nas estufas com o adubo."},
		{"finanças", [3]string{"O contabilista paga a fatura e anota-a no registo.", "O auditor compara o registo com os recibos do trimestre.", "Cada fatura e cada recibo está no balanço do trimestre."}, "Os auditores não compararam todas as faturas dos trimestres com os registos, e os balanços são assim."},
		{"cozinha", [3]string{"O cozinheiro frita as cebolas com alho e mexe o molho.", "A sopa ferve com salsa e alho no fogão.", "O forno assa o pão enquanto as cebolas estão na sopa."}, "Ontem mexeram os molhos e uma cebola não está nas sopas com a salsa e os alhos."},
	}},
	{"Italian", words.Italian, [3]subject{
		{"giardino", [3]string{"Il giardiniere pota la siepe e innaffia i pomodori nella serra.", "Il concime nutre la lattuga nella serra quando il gelo è passato.", "Una siepe protegge le piantine e i pomodori dal vento e dal gelo."}, "Abbiamo potato le siepi, e il pomodoro e le lattughe sono nelle serre con il concime."},
		{"finanze", [3]string{"Il contabile paga la fattura e la scrive nel registro.", "Il revisore confronta il registro con le ricevute del trimestre.", "Ogni fattura e ogni ricevuta è nel bilancio del trimestre."}, "I revisori hanno messo a confronto tutte le fatture dei trimestri con i registri, e i bilanci sono questi."},
		{"cucina", [3]string{"Il cuoco frigge le cipolle con l'aglio e mescola la salsa.", "La zuppa bolle con il prezzemolo e l'aglio sul fuoco.", "Il forno cuoce il pane mentre le cipolle sono nella zuppa."}, "Hanno mescolato le salse e una cipolla è nelle zuppe con il prezzemolo e gli agli."},
	}},
	{"Dutch", words.Dutch, [3]subject{
		{"tuin", [3]string{"De tuinman snoeit de haag en begiet de tomaten in de kas.", "De compost voedt de sla in de kas wanneer de vorst voorbij is.", "Een haag beschermt de zaailingen en de tomaten tegen de wind en de vorst."}, "Wij hebben de hagen gesnoeid, en het is een tomaat en een zaailing die met compost in de kassen zijn."},
		{"geld", [3]string{"De boekhouder betaalt de factuur en noteert die in het grootboek.", "De accountant vergelijkt het grootboek met de bonnen van het kwartaal.", "Elke factuur en elke bon staat op de balans van het kwartaal."}, "De accountants hebben alle facturen van de kwartalen met de grootboeken vergeleken, en de balansen zijn er."},
		{"koken", [3]string{"De kok bakt de uien met knoflook en roert de saus.", "De soep suddert met peterselie en knoflook op het fornuis.", "De oven bakt het brood terwijl de uien in de soep zijn."}, "Zij hebben de sauzen geroerd en een ui is in de soepen met de peterselie op het fornuis gebakken."},
	}},
	{"Swedish", words.Swedish, [3]subject{
		{"trädgård", [3]string{"Trädgårdsmästaren klipper häcken och vattnar tomaterna i växthuset.", "Komposten ger sallaten näring i växthuset när frosten är över.", "En häck skyddar plantorna och tomaterna mot vinden och frosten."}, "Vi har klippt häckarna, och tomaten och plantan är med kompost i växthusen och det är inte mycket."},
		{"ekonomi", [3]string{"Kamreren betalar fakturan och bokför den i liggaren.", "Revisorn jämför liggaren med kvittona för kvartalet.", "Varje faktura och varje kvitto är i balansen för kvartalet."}, "Revisorerna har jämfört alla fakturor för kvartalen med liggarna, och det är inte en balans som är kvar."},
		{"matlagning", [3]string{"Kocken steker löken med vitlök och rör om såsen.", "Soppan puttrar med persilja och vitlök på spisen.", "Ugnen bakar brödet medan löken är i soppan."}, "De har rört om såserna och lökarna är i soppor med persiljan och det är på en spis."},
	}},
	{"Chinese", words.CJK, [3]subject{
		{"园艺", [3]string{"园丁修剪树篱，并在温室里给番茄浇水。", "霜冻过后，堆肥为温室里的生菜提供养分。", "树篱保护幼苗和番茄免受风和霜冻的影响。"}, "我们修剪了树篱，番茄幼苗和堆肥都在温室里。"},
		{"财务", [3]string{"会计支付发票，并把它记入总账。", "审计师把总账与本季度的收据进行比较。", "每张发票和每张收据都在本季度的资产负债表上。"}, "审计师比较了所有发票和两个季度的总账，负债表已经完成。"},
		{"烹饪", [3]string{"厨师用大蒜炒洋葱，并搅拌酱汁。", "汤里放香菜和大蒜，在炉灶上慢慢煮。", "洋葱在汤里的时候，烤箱正在烤面包。"}, "他们搅拌酱汁，洋葱和香菜在汤里，放在炉灶上煮。"},
	}},
	{"Japanese", words.CJK, [3]subject{
		{"園芸", [3]string{"庭師は生垣を剪定し、温室のトマトに水をやる。", "霜が終わると、堆肥が温室のレタスを育てる。", "生垣は苗木とトマトを風と霜から守る。"}, "私たちは生垣を剪定した。トマトの苗木と堆肥は温室にある。"},
		{"経理", [3]string{"会計係は請求書を支払い、元帳に記入する。", "監査人は元帳と四半期の領収書を比較する。", "請求書と領収書はすべて四半期の貸借対照表にある。"}, "監査人は四半期の請求書と元帳を比較した。貸借対照表は完成した。"},
		{"料理", [3]string{"料理人はニンニクと玉葱を炒め、ソースを混ぜる。", "スープはパセリとニンニクと一緒に焜炉で煮る。", "玉葱がスープにある間、オーブンはパンを焼く。"}, "ソースを混ぜて、玉葱を炒めた。パセリはスープに入れて焜炉で煮た。"},
	}},
	{"Korean", words.CJK, [3]subject{
		{"원예", [3]string{"정원사는 울타리를 다듬고 온실의 토마토에 물을 준다.", "서리가 끝나면 퇴비가 온실의 상추를 키운다.", "울타리는 모종과 토마토를 바람과 서리에서 지킨다."}, "우리는 울타리를 다듬었다. 토마토 모종과 퇴비는 온실에 있다."},
		{"회계", [3]string{"회계사는 청구서를 지불하고 원장에 기록한다.", "감사인은 원장을 분기의 영수증과 비교한다.", "모든 청구서와 영수증은 분기의 대차대조표에 있다."}, "감사인은 분기의 청구서와 원장을 비교했다. 대차대조표는 완성되었다."},
		{"요리", [3]string{"요리사는 마늘과 양파를 볶고 소스를 젓는다.", "수프는 파슬리와 마늘을 넣고 화덕에서 끓인다.", "양파가 수프에 있는 동안 오븐은 빵을 굽는다."}, "소스를 젓고 양파를 볶았다. 파슬리를 수프에 넣고 화덕에서 끓였다."},
	}},
	{"Hebrew, which has no stems,", words.Unknown, [3]subject{
		{"גינון", [3]string{"הגנן גוזם גדר ומשקה עגבניות בתוך חממה.", "קומפוסט מזין חסה בתוך חממה אחרי כפור.", "גדר מגינה על שתילים ועגבניות מפני כפור."}, "גדר גזומה ליד חממה, שתילים ועגבניות עם קומפוסט."},
		{"כספים", [3]string{"רואה חשבון משלם חשבונית ורושם אותה בתוך ספר.", "מבקר משווה ספר עם קבלות של רבעון.", "כל חשבונית וכל קבלות נמצאות בתוך מאזן של רבעון."}, "מבקר בדק חשבונית וגם קבלות של רבעון, מאזן וגם ספר."},
		{"בישול", [3]string{"הטבח מטגן בצל עם שום ומערבב רוטב.", "מרק מתבשל עם פטרוזיליה וגם שום.", "התנור אופה לחם כאשר בצל בתוך מרק."}, "רוטב עם בצל וגם שום, מרק עם פטרוזיליה."},
	}},
}

// labelledPages are four pages on each of the three subjects.
func labelledPages(subjects [3]subject) []Neighbour {
	var pages []Neighbour
	for i := range 4 {
		for _, s := range subjects {
			pages = append(pages, Neighbour{Page: Page{
				ID: s.label + string(rune('a'+i)), Labels: []string{s.label},
				Body: markdown(s.sentences[i%3] + " " + s.sentences[(i+1)%3]),
			}})
		}
	}
	return pages
}

func TestEachLanguageIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		t.Run(language.name, func(t *testing.T) {
			t.Parallel()
			neighbours := labelledPages(language.subjects)
			for _, subject := range language.subjects {
				in := Input{Page: Page{Title: "2026", Body: markdown(subject.page)}, Neighbours: neighbours}
				answer := Suggest(in)
				labels := labelsOf(answer)
				if !slices.Contains(labels[:min(2, len(labels))], subject.label) {
					t.Errorf("%q is not among the first two of %q for %q", subject.label, labels, subject.page)
				}
				if is := in.language(); is != language.is {
					t.Errorf("%q is taken for %d, want %d", subject.page, is, language.is)
				}
				for _, wrong := range broken(in, answer) {
					t.Error(wrong)
				}
			}
		})
	}
}

func TestAPageInSeveralLanguagesIsUnderstood(t *testing.T) {
	t.Parallel()
	english, german, chinese := languages[0].subjects, languages[1].subjects, languages[8].subjects
	neighbours := slices.Concat(labelledPages(english), labelledPages(german), labelledPages(chinese))
	long := func(s subject) string { return s.page + " " + s.sentences[0] + " " + s.sentences[1] }
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"English, and then German on something else", long(english[0]) + "\n\n" + long(german[1]), []string{"gardening", "finanzen"}},
		{"German, and then English on something else", long(german[0]) + "\n\n" + long(english[1]), []string{"garten", "money"}},
		{"Chinese, and then English on something else", long(chinese[0]) + "\n\n" + long(english[1]), []string{"园艺", "money"}},
		{"English, and then Chinese on something else", long(english[2]) + "\n\n" + long(chinese[1]), []string{"cooking", "财务"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			in := Input{Page: Page{Title: "2026", Body: markdown(test.text)}, Neighbours: neighbours}
			answer := Suggest(in)
			for _, want := range test.want {
				if !slices.Contains(labelsOf(answer), want) {
					t.Errorf("%q is not among %q", want, labelsOf(answer))
				}
			}
			for _, wrong := range broken(in, answer) {
				t.Error(wrong)
			}
		})
	}
}
