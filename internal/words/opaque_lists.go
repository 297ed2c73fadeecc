package words

import "strings"

// What a Marker looks for, but for names of people: these are in people.go.
var (
	extensions = setOf(`7z avi bak bat bin bmp bz2 c cc cer cfg class cmd conf cpp crt cs csproj css csv dat db deb dll dmg doc docx
		drawio eml env eps exe flac gif gradle gz h heic hpp htm html ico ics ini ipynb iso jar java jks jpeg jpg json jsonl jsx
		key kt lock log lua m4a mak markdown md mdx mkv mov mp3 mp4 mpp msg msi odp ods odt ogg otf p12 pcap pdf pem pfx php
		pkl png po ppt pptx properties proto ps1 psd puml py pyc rar rb rpm rs rst rtf scala scss sh sln sql sqlite srt svg
		swift tar tex tf tfstate tfvars tgz tif tiff tmp toml ttf tsv tsx txt vbs vsd vsdx vue war wasm wav webm webp whl wmv woff woff2 wsdl xhtml
		xls xlsm xlsx xml xsd xsl yaml yml zip`)
	hidden = setOf(`bashrc dockerignore editorconfig env gitattributes gitconfig github gitignore gitlab htaccess npmrc
		profile ssh vimrc zshrc`)
	hosts = setOf(`com org net info biz local localhost internal test example invalid onion arpa`)
	// places are the last part of hosts, and not of names that products have: cloud.gov, draw.io
	places = setOf(`uk us eu de fr es pt it nl se ch at be dk no fi pl cz sk hu ro bg
		ru ua tr gr ie il in cn jp kr tw hk sg au nz ca br mx ar cl za co`)
	libraries = setOf(`node next nuxt vue react angular ember backbone express nest three d3 p5 chart moment discord alpine
		electron socket require knockout handlebars mustache underscore day video matter paper fabric anime pdf tensorflow
		brain solid svelte gatsby remix meteor feathers sails koa hapi lit polymer riot mithril marko aurelia dojo ext
		nw deno bun`)
	standards = setOf(`ECMA ISO IEC DIN EN RFC AES SHA NIST RSA IEEE MD FIPS DES SP PEP JSR BS ANSI ITU ASTM BIP EIP CIS HTTP`)
	// series are known by their number, and are no keys of tickets.
	series   = setOf(`COVID SARS MERS IL ICD DSM HPV HSV EBV CMV COX CDK CAT PM GPT MPEG HIV SOC UTF USB TLS SSL SQL WPA MP DDR PCI GLP SIL TRL BSL CMMI WCAG FIFA BRICS SSE LTE NIS ES`)
	media    = setOf(`text image audio video multipart font`)
	previews = setOf(`rc alpha beta pre preview snapshot dev nightly canary ga m`)
	headers  = setOf(`content-type content-length content-encoding content-disposition cache-control user-agent set-cookie accept-encoding
		accept-language if-none-match if-modified-since last-modified access-control-allow-origin access-control-allow-headers transfer-encoding x-api-key`)
	macros = setOf(`code noformat panel toc info note warning tip quote expand color section column excerpt`)

	// classes are how the names of classes end, after another word.
	classes = strings.Fields(`Exception Error Service Controller Repository Factory Handler Listener Provider Impl Dto DTO Config`)

	brands = setOf(`pgAdmin openSUSE postgreSQL`)

	schemes = setOf(`callto cid data doi file geo javascript magnet mailto sip skype sms tel urn`)

	units = setOf(`ms ns µs s sec secs min mins h hr hrs kb mb gb tb pb kib mib gib tib kbit mbit gbit kbps mbps gbps px em rem pt uur
		mm cm km kg mg ml kw kwh mwh mhz ghz hz rpm dpi k m bn mio mrd am pm uhr st nd rd th er ème e º ª x usd eur gbp chf jpy cad aud sek nok
		std stdn stk tsd teur dkk pln czk huf inr cny brl utc gmt cet cest bst pst pdt est edt mst mdt cst cdt jst kst ist sgt hkt msk eet eest
		aest aedt awst acst nzst nzdt akst hst brt lat lon lng euro euros dollar dollars`)
	// currencies stand before a number too, and so do the names of coordinates.
	currencies = setOf(`lat lon lng usd eur gbp chf jpy cad aud sek nok dkk pln czk huf inr cny brl`)
	levels     = setOf(`TRACE DEBUG INFO WARN WARNING ERROR FATAL SEVERE NOTICE CRITICAL`)
	accounts   = setOf(`iban bic swift konto kontonummer kontonr acct`)

	// days are names of days and months, and what is short for them, that mean
	// nothing else.
	days = setOf(`january february april june july august september october november december
		jan feb apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri
		januar februar märz marz juni juli oktober dezember jänner okt dez montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
		janvier février fevrier avril juin juillet août aout septembre octobre novembre décembre janv févr fevr lundi mardi mercredi jeudi vendredi samedi dimanche
		enero febrero abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles miercoles jueves viernes sábado sabado domingo
		janeiro fevereiro março maio junho julho setembro outubro novembro dezembro
		gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica
		januari februari maart mei augustus maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
		augusti måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag marts desember
		tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
		stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia styczeń luty kwiecień czerwiec lipiec sierpień wrzesień październik listopad grudzień
		poniedziałek wtorek środa czwartek piątek sobota niedziela leden ledna lednu dubna dubnu únor březen duben květen červen červenec srpen září říjen prosinec
		şubat nisan mayıs haziran temmuz ağustos eylül kasım pazartesi salı çarşamba perşembe cuma cumartesi
		января февраля марта апреля мая июня июля августа сентября октября ноября декабря январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
		понедельник вторник четверг пятница суббота воскресенье
		január február március április május június július augusztus szeptember október hétfő kedd szerda csütörtök péntek szombat vasárnap
		lutym marcu maju środę środy piątku pondělí úterý středa středu čtvrtek čtvrtku pátek pátku sobotu
		січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня понеділок вівторок четвер субота неділя
		يناير فبراير أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر الاثنين الإثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد
		월요일 화요일 수요일 목요일 금요일 토요일 일요일 月曜 火曜 水曜 木曜 金曜 土曜 日曜 曜日 星期 lør`)
	// dayStems are such names without what Finnish, Turkish and Slavonic languages
	// fasten to them.
	dayStems = setOf(`tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu
		maanantai tiistai keskiviiko torstai perjantai lauantai sunnuntai
		styczni kwietni czerwc lipc sierpni wrześni październik listopad grudni poniedział wtork czwartk niedziel
		únor březn květn červn červenc srpn září říjn prosinc
		január február március április május június július augusztus szeptember október november december hétfő kedd szerd csütörtök péntek szombat vasárnap
		ağustos haziran temmuz pazartesi çarşamba perşembe cumartesi kasim
		январ феврал апрел сентябр октябр ноябр декабр понедельник четверг пятниц суббот воскресень`)
	// clocks stand before the number of a time, a week or a telephone.
	clocks = setOf(`klo godz saat uhr kl час الساعة 오전 오후 午前 午後 上午 下午 kw cw wk week weeks woche semaine semana settimana vecka uge uke viikko vko tydzień
		týden hafta tel fax ext`)
	// mayBeMonth are such names that are other words too: they are days only
	// beside a number, or joined with another one: Mo-Fr, quarta-feira.
	mayBeMonth = setOf(`may mar march mars mai maj maja marzo set out ago ene dic fev avr abr sat sun mer jeu ven sam dim lun
		mo di mi do fr sa so tammi helmi mag giu lug ott gen segunda terça quarta quinta sexta feira
		ocak ekim aralık pazar среда среду`)
)
