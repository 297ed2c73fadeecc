package words

const stopSwedish = `
en ett den det de dem denna detta dessa denne sådan sådant sådana varje var vart all allt alla båda både någon något några ingen inget inga annan annat andra samma själv själva mycket mer mest mindre minst många flera fler flest få lite litet
jag mig min mitt mina du dig din ditt dina han honom hans hon henne hennes hen sin sitt sina sig vi oss vår vårt våra ni er ert era deras dess man varandra
vem vems vad vilken vilket vilka som där dit hur när varför varifrån vart vars
av på i in inom till från för före efter med utan mot mellan under över vid hos om ur utanför innanför bakom bland bredvid framför genom kring längs enligt trots sedan sen tills per via åt upp ner ned ut
och eller men utan samt att därför eftersom medan om fast fastän ifall så även dock emellertid däremot alltså ty innan
är var varit vara vore blir bli blev blivit har hade haft ha kan kunde kunnat kunna ska skall skulle vill ville velat vilja måste bör borde får fick fått få må gör göra gjorde gjort går gå gick gått kommer komma kom kommit tar ta tog tagit ger ge gav gett finns finnas fanns ser se såg säger säga sa sade låter låta behöver behöva använder använda
inte ej icke aldrig alltid ofta ibland ännu än redan nu då här där hit idag imorgon igår också bara endast nästan ganska mycket väldigt kanske åter igen en gång först sist senare tidigare ju nog väl ja nej tack gärna bättre bäst bra exempelvis särskilt framför cirka ungefär tillsammans vidare dessutom istället hela helt
första två tre ny nytt nya bl fl t ex d.v.s m.m o.s.v s.k t.o.m osv mm etc
`
