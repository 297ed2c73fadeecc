package words

// otherLanguages are the commonest words of languages that have no stemmer here.
// They keep a text in one of them from being taken for a language that shares
// some of its words: Danish for Swedish, Catalan for Spanish, filler Latin for
// Italian.
var otherLanguages = [...]string{
	wordsDanish, wordsPolish, wordsCzech, wordsFinnish, wordsTurkish, wordsRomanian, wordsHungarian, wordsCatalan, wordsIndonesian, wordsVietnamese, wordsAfrikaans, wordsLatin,
}

// The languages of otherLanguages, in its order.
const (
	danish languageSet = 1 << (languages + iota)
	polish
	czech
	finnish
	turkish
	romanian
	hungarian
	catalan
	indonesian
	vietnamese
	afrikaans
	latin
)

const (
	// Danish and Norwegian, which share most of these
	wordsDanish     = `og i jeg det at en et den til er som på de med han av af ikke ikkje der så var meg mig seg sig men har om vi min mitt ha hadde havde hun nå nu over da ved fra du ut ud sin dem oss os opp op man kan hans hvor eller hva hvad skal selv sjøl her alle vil bli blive ble blev blei kunne inn ind når være kom noen nogen noe noget ville dere jer deres sitt etter efter ned skulle denne dette mot mod blir bliver vårt vores vår disse hvis uten uden også mange meget mye samt eller hvordan hvorfor mellom mellem bruke bruges brukes findes finnes gennem gjennom alle mere mer nye ny blant vores skriv`
	wordsPolish     = `i w na z do nie się że to jest o jak po ale co tak za od przez dla czy już oraz ich jego jej ten ta te tym tego tej być był była było są może można które który która których bardzo tylko także również lub przy pod nad bez przed między aby gdy kiedy gdzie jeśli więc wszystkie wszystko nasz nasze naszych swój swoje będzie będą ma mają my wy oni sobie jednak każdy inne`
	wordsCzech      = `a i v na z do ne se že to je o jak po ale co tak za od pro jsou být byl byla bylo může který která které kteří také nebo při pod nad bez před mezi aby když kde jestli proto všechny všech náš naše svůj bude budou má mají my vy oni však jeho její jejich sa nie si sú ako pre ktorý ktoré ktorá alebo aj bol bola môže podľa podle ze ve ke už jen pouze další každý tento tato toto této tomto`
	wordsFinnish    = `ja on ei se että hän oli joka mutta niin kun tai kuin myös ovat sen ne tämä tämän siitä mitä jos vain voi olla olisi ole kuten sekä kanssa mukaan jälkeen ennen kaikki kaikkien kaikille nyt sitten vielä jotka jonka jossa niiden heidän meidän teidän minä sinä me te he miten missä milloin koska voidaan tulee pitää eli ellei ilman aikana välillä tätä näitä jokainen itse hyvin enemmän`
	wordsTurkish    = `ve bir bu da de için ile ne o çok gibi daha olarak olan en kadar ama sonra var ya her ben sen biz siz onlar mi mı mu mü değil ise veya ancak göre üzerinde tarafından şu hem ki bunu nasıl tüm bütün olduğu olduğunu olması sadece diye önce yeni kendi bizim ya böyle şekilde üzere arasında`
	wordsRomanian   = `și si în in de la cu pe nu o un este sunt că ca din pentru care mai sau dar ce se a al ale ai lui ei am are fi fost fiind prin după când cum unde dacă toate toți acest această aceste acestea acea acel foarte doar între sub fără despre poate trebuie să ne vă le îi își nostru noastră noi voi ei ele iar astfel precum`
	wordsHungarian  = `a az és hogy nem is egy ez meg de van volt csak már még mint ha vagy el ki fel le be kell lehet minden ezt azt ezek azok aki ami amely amelyek amikor ahol után előtt alatt között szerint mert így úgy ezért nagyon több más saját majd vannak lesz legyen ennek annak ebben abban`
	wordsCatalan    = `el la els les un una uns unes i o però que de del dels a al als amb en per no és són ser ha han hi va van més molt també com quan on si aquest aquesta aquests aquestes això seu seva seus seves nostre nostra nostres tot tota tots totes cada altre altres fins des sobre entre sense pot poden cal fer perquè doncs així ens us li ho ja només sempre mai aquí`
	wordsIndonesian = `yang dan di ke dari untuk dengan pada adalah ini itu tidak akan dalam juga oleh sebagai atau karena bisa dapat ada telah sudah harus kami kita mereka saya anda dia kepada saat lebih banyak semua setiap antara seperti jika maka namun hanya tersebut hal cara ya belum sedang setelah sebelum tentang boleh ialah`
	wordsVietnamese = `và của là có được cho không trong một các những này đó với để khi từ người như đã sẽ đang cũng thì mà về ra vào lại hay hoặc nếu vì do bởi tại trên dưới sau trước chúng tôi bạn họ nó rất nhiều hơn nhất phải cần`
	wordsAfrikaans  = `die en van nie is in het dit wat vir om te aan met hy sy ek ons julle hulle by op as maar was ook sal kan moet word deur uit tot na oor hom haar jou hierdie daardie baie gaan waar wanneer omdat tussen teen onder elke ander meer so al nog dié watter hoekom asook indien waarop waarin kies maak jy u hê wees nuwe elk`
	wordsLatin      = `et in est non ut ad cum sed qui quae quod ex de ab si per aut nec enim esse sit sunt eius hoc ipsum lorem dolor amet consectetur adipiscing elit eiusmod tempor incididunt labore dolore magna aliqua enim minim veniam quis nostrud ullamco laboris nisi aliquip commodo consequat duis aute irure voluptate velit nulla pariatur sint occaecat culpa officia mollit vestibulum pellentesque`
)
