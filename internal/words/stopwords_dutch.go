package words

const stopDutch = `
de het een der des den deze dit die dat zulke zulk ieder iedere elk elke alle al alles allen beide enkele sommige verschillende meerdere veel vele weinig andere ander anders geen niets iets iemand niemand iedereen zelf zelfde dezelfde hetzelfde
ik mij me mijn mezelf jij je jou jouw jezelf hij hem zijn zich zichzelf zij ze haar wij we ons onze onszelf jullie u uw hen hun elkaar men
wie wat welke welk wiens waar waarom waarop waarin waarvan waarmee waaraan waardoor waarbij wanneer hoe hoeveel
aan achter bij binnen boven buiten door gedurende in langs met na naar naast om onder ondanks op over per rond sinds te tegen tegenover ten ter tijdens tot tussen uit van vanaf vanuit via volgens voor vanwege voorbij zonder
en of maar want dus doch noch omdat als dan toen terwijl hoewel indien mits nadat voordat zodat zodra totdat tenzij ook echter daarom daarnaast bovendien toch
ben bent is was waren geweest wees heb hebt heeft hebben had hadden gehad word wordt worden werd werden geworden kan kun kunt kunnen kon konden zal zult zullen zou zouden moet moeten moest moesten mag mogen mocht mochten wil wilt willen wilde wilden hoeft doe doet doen deed gedaan ga gaat gaan ging gingen gegaan kom komt komen kwam maak maakt maken gemaakt laat laten staat staan blijft blijven krijgt krijgen geeft geven ziet zien zegt
niet wel nog al altijd nooit vaak soms weer eens even nu straks vandaag morgen gisteren hier daar er erg heel zeer te meer meest minder minst bijna alleen slechts ongeveer misschien reeds eerst laatst daarin daarna daarmee daarvan daarbij daarop daarvoor hierin hiermee hierna hierbij hiervan hiervoor erin ervan ervoor ermee eraan erop samen verder vooral zoals zo ja nee graag goed goede beter best dan steeds vervolgens namelijk eigenlijk gewoon ergens nergens overal binnenkort etc enz bijv
eerste twee drie nieuw nieuwe bv d.w.z o.a m.b.t i.v.m t.a.v n.v.t bijvoorbeeld s
`
