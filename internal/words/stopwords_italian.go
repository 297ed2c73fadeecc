package words

const stopItalian = `
il lo la l i gli le un uno una del dello della dei degli delle dell al allo alla ai agli alle all dal dallo dalla dai dagli dalle dall nel nello nella nei negli nelle nell sul sullo sulla sui sugli sulle sull col coi questo questa questi queste quest quello quella quelli quelle quel quei quegli quell mio mia miei mie tuo tua tuoi tue suo sua suoi sue nostro nostra nostri nostre vostro vostra vostri vostre loro ogni ognuno tutto tutta tutti tutte tutt alcuno alcuna alcuni alcune nessuno nessuna altro altra altri altre stesso stessa stessi stesse tale tali vari varie entrambi qualche qualsiasi qualunque ciascuno molto molta molti molte poco poca pochi poche tanto tanta tanti tante parecchi troppo
io me mi mio tu te ti lui lei egli ella esso essa essi noi ci ce voi vi ve si sé se ne li qualcuno qualcosa niente nulla chiunque
che chi cui quale quali dove dov quando come com quanto quanti quante perché
a ad con contro da d di davanti dentro dietro dopo durante entro fino fra in oltre per presso prima senza sopra sotto su tra verso tramite mediante secondo circa
e ed o od ma però né oppure ovvero poiché siccome mentre anche neanche neppure quindi dunque allora infatti tuttavia invece inoltre cioè affinché sebbene benché
sono sei è siamo siete era eri erano ero fui fu furono sia siano essendo stato stata stati state essere sarà saranno sarebbe sarebbero ho hai ha abbiamo avete hanno aveva avevano avuto avendo avere avrà avranno avrebbe abbia abbiano sto sta stiamo stanno stava stare posso puoi può possiamo potete possono poteva potrebbe potrà potere devo deve dobbiamo dovete devono dovrebbe dovere voglio vuole vogliamo vogliono volere faccio fa facciamo fanno fare fatto facendo vado va andiamo vanno andare viene vengono venire dà danno dare c s
non più meno già ancora sempre mai ora adesso oggi ieri domani qui qua lì là bene male meglio peggio quasi solo soltanto forse spesso poi così sì no molto assai abbastanza proprio appena subito insieme vicino lontano fuori sopra particolarmente soprattutto attualmente generalmente semplicemente volta volte ecc eccetera
primo prima due tre nuovo nuova nuovi nuove buon buono buona
`
