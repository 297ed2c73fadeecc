//nolint:misspell // words of other languages
package words

// These lists are other people's, see stopwords_kept.LICENSE: spaCy's (MIT) and for
// Norwegian Snowball's (BSD). Left out are comments, doubles, the forms of
// данный, some of which mean data, and the words article, page and e-mail of Czech
// and Hungarian.

const stopDanish = `
af aldrig alene alle allerede alligevel alt altid anden andet andre at bag begge blandt blev blive bliver burde bør da de dem den denne dens der
derefter deres derfor derfra deri dermed derpå derved det dette dig din dine disse dog du efter egen eller ellers en end endnu ene eneste enhver ens
enten er et flere flest fleste for foran fordi forrige fra få før først gennem gjorde gjort god gør gøre gørende ham han hans har havde have hel
heller hen hende hendes henover her herefter heri hermed herpå hun hvad hvem hver hvilke hvilken hvilkes hvis hvor hvordan hvorefter hvorfor hvorfra
hvorhen hvori hvorimod hvornår hvorved i igen igennem ikke imellem imens imod ind indtil ingen intet jeg jer jeres jo kan kom kommer kun kunne lad
langs lav lave lavet lidt lige ligesom lille længere man mange med meget mellem men mens mere mest mig min mindre mindst mine mit må måske ned nemlig
nogen nogensinde noget nogle nok nu ny nyt nær næste næsten og også om omkring op os over overalt på samme sammen selv selvom senere ses siden sig
sige skal skulle som stadig synes syntes så sådan således temmelig tidligere til tilbage tit ud uden udover under undtagen var ved vi via vil ville
vore vores vær være været øvrigt
`

// Bokmål and Nynorsk.
const stopNorwegian = `
og i jeg det at en et den til er som på de med han av ikke ikkje der så var meg seg men ett har om vi min mitt ha hadde hun nå over da ved fra du ut
sin dem oss opp man kan hans hvor eller hva skal selv sjøl her alle vil bli ble blei blitt kunne inn når være kom noen noe ville dere deres kun ja
etter ned skulle denne for deg si sine sitt mot å meget hvorfor dette disse uten hvordan ingen din ditt blir samme hvilken hvilke sånn inni mellom vår
hver hvem vors hvis både bare enn fordi før mange også slik vært båe begge siden dykk dykkar dei deira deires deim di då eg ein eit eitt elles honom
hjå ho hoe henne hennar hennes hoss hossen ingi inkje korleis korso kva kvar kvarhelst kven kvi kvifor me medan mi mine mykje no nokon noka nokor noko
nokre sia sidan so somt somme um upp vere vore verte vort varte vart
`

const stopFinnish = `
aiemmin aika aikaa aikaan aikaisemmin aikaisin aikana aikoina aikoo aikovat aina ainakaan ainakin ainoa ainoat aiomme aion aiotte aivan ajan alas
alemmas alkuisin alkuun alla alle aloitamme aloitan aloitat aloitatte aloitattivat aloitettava aloitettavaksi aloitettu aloitimme aloitin aloitit
aloititte aloittaa aloittamatta aloitti aloittivat alta aluksi alussa alusta annettava annettavaksi annettu ansiosta antaa antamatta antoi apu asia
asiaa asian asiasta asiat asioiden asioihin asioita asti avuksi avulla avun avutta edelle edelleen edellä edeltä edemmäs edes edessä edestä ehkä ei
eikä eilen eivät eli ellei elleivät ellemme ellen ellet ellette emme en enemmän eniten ennen ensi ensimmäinen ensimmäiseksi ensimmäisen ensimmäisenä
ensimmäiset ensimmäisiksi ensimmäisinä ensimmäisiä ensimmäistä ensin entinen entisen entisiä entisten entistä enää eri erittäin erityisesti eräiden
eräs eräät esi esiin esillä esimerkiksi et eteen etenkin ette ettei että halua haluaa haluamatta haluamme haluan haluat haluatte haluavat halunnut
halusi halusimme halusin halusit halusitte halusivat halutessa haluton he hei heidän heidät heihin heille heillä heiltä heissä heistä heitä helposti
heti hetkellä hieman hitaasti huolimatta huomenna hyvien hyviin hyviksi hyville hyviltä hyvin hyvinä hyvissä hyvistä hyviä hyvä hyvät hyvää hän häneen
hänelle hänellä häneltä hänen hänessä hänestä hänet häntä ihan ilman ilmeisesti itse itsensä itseään ja jo johon joiden joihin joiksi joilla joille
joilta joina joissa joista joita joka jokainen jokin joko joksi joku jolla jolle jolloin jolta jompikumpi jona jonka jonkin jonne joo jopa jos joskus
jossa josta jota jotain joten jotenkin jotenkuten jotka jotta jouduimme jouduin jouduit jouduitte joudumme joudun joudutte joukkoon joukossa joukosta
joutua joutui joutuivat joutumaan joutuu joutuvat juuri jälkeen jälleen jää kahdeksan kahdeksannen kahdella kahdelle kahdelta kahden kahdessa kahdesta
kahta kahteen kai kaiken kaikille kaikilta kaikkea kaikki kaikkia kaikkiaan kaikkialla kaikkialle kaikkialta kaikkien kaikkiin kaksi kannalta
kannattaa kanssa kanssaan kanssamme kanssani kanssanne kanssasi kauan kauemmas kaukana kautta kehen keiden keihin keiksi keille keillä keiltä keinä
keissä keistä keitten keittä keitä keneen keneksi kenelle kenellä keneltä kenen kenenä kenessä kenestä kenet kenettä kenties kerran kerta kertaa
keskellä kesken keskimäärin ketkä ketä kiitos kohti koko kokonaan kolmas kolme kolmen kolmesti koska koskaan kovin kuin kuinka kuinkaan kuitenkaan
kuitenkin kuka kukaan kukin kumpainen kumpainenkaan kumpi kumpikaan kumpikin kun kuten kuuden kuusi kuutta kylliksi kyllä kymmenen kyse liian liki
lisäksi lisää lla luo luona lähekkäin lähelle lähellä läheltä lähemmäs lähes lähinnä lähtien läpi mahdollisimman mahdollista me meidän meidät meihin
meille meillä meiltä meissä meistä meitä melkein melko menee menemme menen menet menette menevät meni menimme menin menit menivät mennessä mennyt
menossa mihin miksi mikä mikäli mikään mille milloin milloinkan millä miltä minkä minne minua minulla minulle minulta minun minussa minusta minut
minuun minä missä mistä miten mitkä mitä mitään moi molemmat mones monesti monet moni moniaalla moniaalle moniaalta monta muassa muiden muita muka
mukaan mukaansa mukana mutta muu muualla muualle muualta muuanne muulloin muun muut muuta muutama muutaman muuten myöhemmin myös myöskin myöskään
myötä ne neljä neljän neljää niiden niihin niiksi niille niillä niiltä niin niinä niissä niistä niitä noiden noihin noiksi noilla noille noilta noin
noina noissa noista noita nopeammin nopeasti nopeiten nro nuo nyt näiden näihin näiksi näille näillä näiltä näin näinä näissä näistä näitä nämä ohi
oikea oikealla oikein ole olemme olen olet olette oleva olevan olevat oli olimme olin olisi olisimme olisin olisit olisitte olisivat olit olitte
olivat olla olleet ollut oma omaa omaan omaksi omalle omalta oman omassa omat omia omien omiin omiksi omille omilta omissa omista on onkin onko ovat
paikoittain paitsi pakosti paljon paremmin parempi parhaillaan parhaiten perusteella peräti pian pieneen pieneksi pienelle pienellä pieneltä pienempi
pienestä pieni pienin poikki puolesta puolestaan päälle runsaasti saakka sama samaa samaan samalla saman samat samoin satojen se seitsemän sekä sen
seuraavat siellä sieltä siihen siinä siis siitä sijaan siksi sille silloin sillä silti siltä sinne sinua sinulla sinulle sinulta sinun sinussa sinusta
sinut sinuun sinä sisäkkäin sisällä siten sitten sitä ssa sta suoraan suuntaan suuren suuret suuri suuria suurin suurten taa taas taemmas tahansa tai
takaa takaisin takana takia tallä tapauksessa tarpeeksi tavalla tavoitteena te teidän teidät teihin teille teillä teiltä teissä teistä teitä tietysti
todella toinen toisaalla toisaalle toisaalta toiseen toiseksi toisella toiselle toiselta toisemme toisen toisensa toisessa toisesta toista
toistaiseksi toki tosin tule tulee tulemme tulen tulet tulette tulevat tulimme tulin tulisi tulisimme tulisin tulisit tulisitte tulisivat tulit
tulitte tulivat tulla tulleet tullut tuntuu tuo tuohon tuoksi tuolla tuolle tuolloin tuolta tuon tuona tuonne tuossa tuosta tuota tuskin tykö tähän
täksi tälle tällä tällöin tältä tämä tämän tänne tänä tänään tässä tästä täten tätä täysin täytyvät täytyy täällä täältä ulkopuolella usea useasti
useimmiten usein useita uudeksi uudelleen uuden uudet uusi uusia uusien uusinta uuteen uutta vaan vai vaiheessa vaikea vaikean vaikeat vaikeilla
vaikeille vaikeilta vaikeissa vaikeista vaikka vain varmasti varsin varsinkin varten vasemmalla vasen vasta vastaan vastakkain vastan verran vielä
vierekkäin vieressä vieri viiden viime viimeinen viimeisen viimeksi viisi voi voidaan voimme voin voisi voit voitte voivat vuoden vuoksi vuosi vuosien
vuosina vuotta vähemmän vähintään vähiten vähän välillä yhdeksän yhden yhdessä yhteen yhteensä yhteydessä yhteyteen yhtä yhtäälle yhtäällä yhtäältä
yhtään yhä yksi yksin yksittäin yleensä ylemmäs yli ylös ympäri älköön älä
`

const stopHungarian = `
a abban ahhoz ahogy ahol aki akik akkor akár alatt amely amelyek amelyekben amelyeket amelyet amelynek ami amikor amit amolyan amíg annak arra arról
az azok azon azonban azt aztán azután azzal azért be belül benne bár csak de e ebben eddig egy egyes egyetlen egyik egyre egyéb egész ehhez ekkor el
ellen elo eloször elott elso elég előtt emilyen ennek erre ez ezek ezen ezt ezzel ezért fel felé ha hanem hiszen hogy hogyan hát ide igen ill ill.
illetve ilyen ilyenkor inkább is ismét ison itt jobban jó jól kell kellett keressünk keresztül ki kívül között közül le legalább legyen lehet lehetett
lenne lenni lesz lett ma maga magát majd meg mellett mely melyek mert mi miatt mikor milyen minden mindenki mindent mindig mint mintha mit mivel miért
mondta most már más másik még míg nagy nagyobb nagyon ne nekem neki nem nincs néha néhány nélkül o oda ok oket olyan ott pedig persze például rá s
saját sem semmi sok sokat sokkal stb. szemben szerint szinte számára szét talán te tehát teljes ti tovább továbbá több túl ugyanis utolsó után utána
vagy vagyis vagyok valaki valami valamint való van vannak vele vissza viszont volna volt voltak voltam voltunk által általában át én éppen és így ön
össze úgy új újabb újra ő őket
`

const stopTurkish = `
acaba acep adamakıllı adeta ait ama amma anca ancak arada artık aslında aynen ayrıca az açıkça açıkçası bana bari bazen bazı bazısı bazısına bazısında
bazısından bazısını bazısının başka başkası başkasına başkasında başkasından başkasını başkasının belki ben bende benden beni benim beri beriki
berikinin berikiyi berisi bilcümle bile binaen binaenaleyh biraz birazdan birbiri birbirinde birbirinden birbirine birbirini birbirinin birden
birdenbire biri birice birileri birilerinde birilerinden birilerine birilerini birilerinin birinde birinden birine birini birinin birisi birisinde
birisinden birisine birisini birisinin birkaç birkaçı birkaçına birkaçında birkaçından birkaçını birkaçının birkez birlikte birçok birçoğu birçoğuna
birçoğunda birçoğundan birçoğunu birçoğunun birşey birşeyi bitevi biteviye bittabi biz bizatihi bizce bizcileyin bizden bize bizi bizim bizimki bizzat
boşuna bu buna bunda bundan bunlar bunları bunların bunu bunun buracıkta burada buradan burası burasına burasında burasından burasını burasının böyle
böylece böylecene böylelikle böylemesine böylesine büsbütün bütün cuk cümlemizden cümlemize cümlemizi cümlesi cümlesinden cümlesine cümlesini
cümlesinin da daha dahası dahi dahil dahilen daima dair dayanarak de defa dek demin demincek deminden denli derakap derhal derken değil değin diye
diğer diğeri diğerinden diğerine diğerini dolayı dolayısıyla doğru edecek eden ederek edilecek ediliyor edilmesi ediyor elbet elbette emme en enikonu
epey epeyce epeyi esasen esnasında etmesi etraflı etraflıca etti ettiği ettiğini evleviyetle evvel evvela evvelce evvelden evvelemirde evveli eğer
fakat filanca filancanın gah gayet gayetle gayri gayrı gelgelelim gene gerek gerçi geçende geçenlerde gibi gibilerden gibisinden gine göre gırla
hakeza halbuki halen halihazırda haliyle handiyse hangi hangisi hangisinde hangisinden hangisine hani hariç hasebiyle hasılı hatta hele hem henüz hep
hepsi hepsinde hepsinden hepsini hepsinin her herhangi herkes herkesi herkesin herkesten hiç hiçbir hiçbiri hiçbirinde hiçbirinden hiçbirine hiçbirini
hiçbirinin hoş hulasaten iken ila ile ilen ilgili ilk illa illaki imdi indinde inen insermi ise ister itibaren itibariyle itibarıyla iyi iyice iyicene
için iş işte kadar kaffesi kah kala kanımca karşın kaynak kaçı kaçına kaçında kaçından kaçını kaçının kelli kendi kendilerinde kendilerinden
kendilerine kendilerini kendilerinin kendini kendisi kendisinde kendisinden kendisine kendisini kendisinin kere kez keza kezalik keşke ki kim kimden
kime kimi kiminin kimisi kimisinde kimisinden kimisine kimisinin kimse kimsecik kimsecikler külliyen kısaca kısacası lakin leh lütfen maada madem
mademki mamafih mebni međer meğer meğerki meğerse mi mu mü mı nasıl nasılsa nazaran naşi ne neden nedeniyle nedenle nedenler nedenlerden nedense nerde
nerden nerdeyse nere nerede nereden neredeyse neresi nereye netekim neye neyi neyse nice nihayet nihayetinde nitekim niye niçin o olan olarak oldu
olduklarını oldukça olduğu olduğunu olmak olması olsa olsun olup olur olursa oluyor ona onca onculayın onda ondan onlar onlara onlardan onları onların
onu onun ora oracık oracıkta orada oradan oranca oranla oraya oysa oysaki pek pekala peki pekçe peyderpey rağmen sadece sahi sahiden sana sanki sen
senden seni senin siz sizden sizi sizin sonra sonradan sonraları sonunda tabii tam tamam tamamen tamamıyla tarafından tek tüm var vardı vasıtasıyla ve
velev velhasıl velhasılıkelam veya veyahut ya yahut yakinen yakında yakından yakınlarda yalnız yalnızca yani yapacak yapmak yaptı yaptıkları yaptığı
yaptığını yapılan yapılması yapıyor yeniden yenilerde yerine yine yok yoksa yoluyla yüzünden zarfında zaten zati zira çabuk çabukça çeşitli çok
çokları çoklarınca çokluk çoklukla çokça çoğu çoğun çoğunca çoğunda çoğundan çoğunlukla çoğunu çoğunun çünkü öbür öbürkü öbürü öbüründe öbüründen
öbürüne öbürünü önce önceden önceleri öncelikle öteki ötekisi öyle öylece öylelikle öylemesine öz üzere şayet şey şeyden şeyi şeyler şimdi şu şuna
şuncacık şunda şundan şunlar şunları şunların şunu şunun şura şuracık şuracıkta şurası şöyle
`

const stopRussian = `
а авось ага агу аж ай али алло ау ах ая б бац без безусловно бишь благо благодаря ближайшие близко более больше будем будет будете будешь будто буду
будут будучи будь будьте бы бывает бывала бывали бываю бывают был была были было бытует быть в вам вами вас ваш ваша ваше ваши вдали вдобавок вдруг
ведь везде вернее весь взаимно взаправду видно вишь включая вместо внакладе вначале вне вниз внизу вновь во вовсе возможно воистину вокруг вон вообще
вопреки вот вперекор вплоть вполне вправду вправе впрочем впрямь вресноту вроде вряд все всегда всего всей всем всеми всему всех всею всея всю всюду
вся всякий всякого всякой всячески всё всём вчеред вы г гав где го гораздо д да дабы давайте давно давным даже далее далеко дальше 
дану данунах даром де действительно для до довольно доколе доколь долго должен должна должно должны
должный дополнительно другая другие другим другими других другое другой е его едва едим едят ее ежели ей ел ела еле ем ему емъ если ест есть ешь еще
ещё ею её ж же з за затем зато зачем здесь значит зря и ибо из или иль им имеет имел имела имело именно иметь ими имъ иначе иногда иным иными итак их
ишь й к ка кабы каждая каждое каждые каждый кажется казалась казались казалось казался казаться как какая какие каким какими каков какого какой какому
какою касательно кем ко когда кого кой коли коль ком кому комья конечно короче которая которого которое которой котором которому которою которую
которые который которым которыми которых кроме кстати кто ку куда л ли либо лишь любая любого любое любой любом любую любыми любых м мало меж между
менее меньше меня мимо мне многие много многого многое многом многому мной мною мог моги могите могла могли могло могу могут мое моего моей моем моему
моею можем может можете можешь можно мои моим моими моих мой мол мочь мою моя моё моём му мы н на наверняка наверху навряд навыворот над надо назад
наиболее наизворот наизнанку наипаче накануне наконец нам нами наоборот наперед наперекор наподобие например напротив напрямую нас наса насилу
настоящая настоящее настоящие настоящий насчет нате находиться начала начале наш наша наше нашего нашей нашем нашему нашею наши нашим нашими наших
нашу не неважно негде него недавно недалеко нее незачем ней некем некогда некому некоторая некоторые некоторый некоторых некто некуда нельзя нем
немногие немногим немного нему необходимо необходимости необходимые необходимым неоткуда непрерывно нередко несколько нет нету неужели нечего нечем
нечему нечто нешто нею неё нибудь нигде ниже низко никак никакой никем никогда никого никому никто никуда ним ними ниоткуда нипочем них ничего ничем
ничему ничто но ну нужная нужно нужного нужные нужный нужных ныне нынешнее нынешней нынешних нынче нём о об оба общую обычно ого один одна однажды
однако одни одним одними одних одно одного одной одном одному одною одну ой около ом он она оне они оно оный оп опять особенно особо особую особые от
откуда отнелижа отнелиже отовсюду отсюда оттого оттот оттуда отчего отчему ох очевидно очень п паче перед по под подавно поди подобная подобно
подобного подобные подобный подобным подобных поелику пожалуй пожалуйста позже поистине пока покамест поколе поколь покуда покудова помимо понеже
поприще пор пора посему поскольку после посреди посредством потом потому потомушта похожем почему почти поэтому прежде при притом причем про просто
прочего прочее прочему прочими проще прям пусть р ради разве ранее рано раньше рядом с сам сама самая сами самим самими самих само самого самое самой
самом самому саму самый самых сверх свое своего своей своем своему своею свои своим своими своих свой свою своя своё своём свыше се себе себя сего сей
сейчас сие сих сквозь сколько скорее скоро следует слишком смогут сможет сначала снова со собой собою собственно совсем сперва спокону спустя сразу
среди сродни стал стала стали стало стать суть сызнова та так такая также таки такие таким такими таких таков такова такого такое такой таком такому
такою такую там тая твои твоим твоих твой твоя твоё те тебе тебя тем теми теперь тех ти то тобой тобою тогда того тоже той только том томах тому тот
тотчас точно тою ту туда тут ты тьфу у увы уж уже ура ух ую ф фу х ха хе хорошо хотел хотела хотелось хотеть хоть хотя хочешь хочу хуже ч часто чаще
чего чей чем чему через что чтоб чтобы чуть чхать чьим чьих чьё чё чём ш ша щ ща щас ы ые ый ых э эдак эдакий эй эка экий эта этак этакий эти этим
этими этих это этого этой этом этому этот этою эту эх ю я явно явных яко якобы якоже
`

const stopPolish = `
a aby ach acz aczkolwiek aj albo ale alez ależ ani az aż bardziej bardzo beda bede bedzie bez bo bowiem by byc byl byla byli bylo byly bym bynajmniej
być był była było były będzie będą będę cala cali caly cała cały chce choć ci cie ciebie cię co cokolwiek coraz cos coś czasami czasem czemu czy czyli
często daleko dla dlaczego dlatego do dobrze dokad dokąd dosc dość duzo dużo dwa dwaj dwie dwoje dzis dzisiaj dziś gdy gdyby gdyz gdyż gdzie
gdziekolwiek gdzies gdzieś go godz i ich ile im inna inne inny innych iv ix iz iż ja jak jakas jakaś jakby jaki jakichs jakichś jakie jakis jakiz
jakiś jakiż jakkolwiek jako jakos jakoś je jeden jedna jednak jednakze jednakże jedno jednym jedynie jego jej jemu jesli jest jestem jeszcze jezeli
jeśli jeżeli juz już ją kazdy każdy kiedy kierunku kilka kilku kims kimś kto ktokolwiek ktora ktore ktorego ktorej ktory ktorych ktorym ktorzy ktos
ktoś która które którego której który których którym którzy ku lecz lub ma mają mam mamy mało mi miał miedzy mimo między mna mnie mną moga mogą moi
moim moj moja moje moze mozliwe mozna może możliwe można mu musi my mój na nad nam nami nas nasi nasz nasza nasze naszego naszych natomiast
natychmiast nawet nia nic nich nie niech niego niej niemu nigdy nim nimi niz nią niż no o obok od ok około on ona one oni ono oraz oto owszem pan pana
pani po pod podczas pomimo ponad poniewaz ponieważ powinien powinna powinni powinno poza prawie przeciez przecież przed przede przedtem przez przy raz
razie roku rowniez również sam sama sie się skad skąd soba sobie sobą sposob sposób swoje są ta tak taka taki takich takie takze także tam te tego tej
tel temu ten teraz też to toba tobie tobą totez toteż totobą trzeba tu tutaj twoi twoim twoj twoja twoje twym twój ty tych tylko tym tys tzw tę u vi
vii viii w wam wami was wasi wasz wasza wasze we według wie wiele wielu więc więcej wlasnie wszyscy wszystkich wszystkie wszystkim wszystko wtedy wy
właśnie wśród xi xii xiii xiv xv z za zaden zadna zadne zadnych zapewne zawsze zaś ze zeby znow znowu znów zostal został żaden żadna żadne żadnych że
żeby
`

const stopCzech = `
a aby ahoj ale alespoň anebo ani aniž ano asi aspoň atd. atp. ačkoli až bez beze blízko bohužel brzo bude budeme budete budeš budou budu by byl byla
byli bylo byly bys být během chce chceme chcete chceš chci chtít chtějí chuti chuť co což daleko další den deset devatenáct devět dnes do dobrý docela
dva dvacet dvanáct dvě dál dále děkovat děkujeme děkuji ho hodně i jak jakmile jako jakož jde je jeden jedenáct jedna jedno jednou jedou jeho jehož
jej jejich jejichž její jelikož jemu jen jenom jenž jestli jestliže ještě jež ji jich jim jimi jinak jiné již jsem jsi jsme jsou jste já jí jím k kam
každý kde kdo kdy když ke kolik kromě kterak kterou která které který kteří ku kvůli mají mezi mi mne mnou mně moc mohl mohou moje moji možná musí my
má málo mám máme máte máš mé mí mít mě můj může na nad nade naproti načež naše naši ne nebo nebyl nebyla nebyli nebyly nechť nedělají nedělá nedělám
neděláme neděláte neděláš nejsi nejsou nemají nemáme nemáte neměl není nestačí nevadí než nic nich nimi nové noví nový nula nám námi nás náš ní ním ně
něco nějak někde někdo němu němuž o od ode on ona oni ono ony osm osmnáct pak patnáct po pod pokud potom pouze pozdě pořád pravé pro prostě prosím
proti proto protože proč první právě pět přece před přede přes při přičemž rovně s se sedm sedmnáct si sic sice skoro smí smějí snad spolu sta sto sté
svá své svých svým svými svůj ta tady tak takhle taky také takže tam tamto tebe tebou tedy ten tento teď ti tisíc tisíce to tobě tohle tohoto tom
tomto tomu tomuto toto trochu trošku tu tuto tvoje tvá tvé tvůj ty tyto támhle támhleto této tím tímto tě těm těma těmi třeba tři třináct u určitě už
v vaše vaši ve vedle večer vlastně vy vám vámi vás váš více však všechen všechno všichni vůbec vždy z za zatímco zač zda zde ze čau či čtrnáct čtyři
šest šestnáct že
`

// The short ones only: they are here to tell these languages from Russian.
const wordsUkrainian = `
а або адже аж але алло б без би бо був буде буду будь була були було бути біля в вам вами вас ваш ваша ваше вашу ваші весь вже ви вниз вона вони воно
все всею всю вся всі всім всіх втім від він г геть далі два двох дві де день для дня до доки дуже е ж же з за зате зі й його йому каже ким кого коли
кому крім куди лише м мало мати має мене менш мені ми мимо мною мого може мою моя моє моєю моєї мої моїй моїм моїх міг між мій на над нам нами нас наш
наша наше нашу наші не нею неї ним ними них ну ні ніби ніж ній нім о обоє один он ось по поки пора при про під пір раз разу рано роки року році рік
сам сама саме само саму самі свою своє свої себе сих собі став суть сім т та так така таке такі там твою твоя твоє твої твій те тебе теж ти тим тими
тих то тобі того тоді той тому тою три ту туди тут ті тій тім тією тієї у усе усю уся усі усім усіх хоч хоча хто хіба це цей цим цими цих цю ця ці цій
цієї час часу чи чий чим чию чия чиє чиєї чиї чиїй чиїм чиїх чого чому ще що щоб щодо щось я як яка який яких якої якщо які якій є і із інша інше інші
їй їм їх її
`

const wordsBulgarian = `
а аз ако ала бе без беше би бивш бил била били било бъда бъде бяха в вас ваш ваша вече ви вие все във г ги глас го д да дали два две ден днес дни до
дори друг е едва един една едно екип ето жив за зад защо знае зная и из или им има имат иска й йо каза как като кога кой край къде към летя ли лош м
май ме мек мен ми мис мога може мой моля му н на над най нас наш него нека нещо нея ни ние нито нищо но нов нова нови няма о от ох още п пак плюс по
под поне прав пред през при пък път пъти с са сам само се себе сега си син след сме смея смях сред сте съм със също т така там твой те тези ти то това
този той три тук тъй тя тях у утре ценя цяло ч часа че чрез чудя ще щеше щом щяха я як
`
