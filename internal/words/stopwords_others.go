package words

// otherLanguages are the commonest words of languages that have no stemmer here.
// They keep a text in one of them from being taken for a language that shares
// some of its words: Catalan for Spanish, Ukrainian for Russian, filler Latin for
// Italian.
var otherLanguages = [...]string{
	wordsRomanian, wordsCatalan, wordsIndonesian, wordsVietnamese, wordsAfrikaans, wordsLatin, wordsSlovak, wordsUkrainian, wordsBulgarian,
}

// The languages of otherLanguages, in its order.
const (
	romanian languageSet = 1 << (languages + iota)
	catalan
	indonesian
	vietnamese
	afrikaans
	latin
	slovak
	ukrainian
	bulgarian
)

const (
	wordsSlovak     = `sa nie si sú ako pre ktorý ktoré ktorá ktorí alebo aj bol bola bolo boli môže podľa tiež keď len ich jeho ale pri medzi aby čo kde sme ste som nás vás každý túto tento táto ďalší už`
	wordsRomanian   = `și si în in de la cu pe nu o un este sunt că ca din pentru care mai sau dar ce se a al ale ai lui ei am are fi fost fiind prin după când cum unde dacă toate toți acest această aceste acestea acea acel foarte doar între sub fără despre poate trebuie să ne vă le îi își nostru noastră noi voi ei ele iar astfel precum`
	wordsCatalan    = `el la els les un una uns unes i o però que de del dels a al als amb en per no és són ser ha han hi va van més molt també com quan on si aquest aquesta aquests aquestes això seu seva seus seves nostre nostra nostres tot tota tots totes cada altre altres fins des sobre entre sense pot poden cal fer perquè doncs així ens us li ho ja només sempre mai aquí`
	wordsIndonesian = `yang dan di ke dari untuk dengan pada adalah ini itu tidak akan dalam juga oleh sebagai atau karena bisa dapat ada telah sudah harus kami kita mereka saya anda dia kepada saat lebih banyak semua setiap antara seperti jika maka namun hanya tersebut hal cara ya belum sedang setelah sebelum tentang boleh ialah`
	wordsVietnamese = `và của là có được cho không trong một các những này đó với để khi từ người như đã sẽ đang cũng thì mà về ra vào lại hay hoặc nếu vì do bởi tại trên dưới sau trước chúng tôi bạn họ nó rất nhiều hơn nhất phải cần`
	wordsAfrikaans  = `die en van nie is in het dit wat vir om te aan met hy sy ek ons julle hulle by op as maar was ook sal kan moet word deur uit tot na oor hom haar jou hierdie daardie baie gaan waar wanneer omdat tussen teen onder elke ander meer so al nog dié watter hoekom asook indien waarop waarin kies maak jy u hê wees nuwe elk`
	wordsLatin      = `et in est non ut ad cum sed qui quae quod ex de ab si per aut nec enim esse sit sunt eius hoc ipsum lorem dolor amet consectetur adipiscing elit eiusmod tempor incididunt labore dolore magna aliqua enim minim veniam quis nostrud ullamco laboris nisi aliquip commodo consequat duis aute irure voluptate velit nulla pariatur sint occaecat culpa officia mollit vestibulum pellentesque`
)
