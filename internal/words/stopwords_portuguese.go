package words

//nolint:misspell // it is Portuguese
const stopPortuguese = `
o a os as um uma uns umas do da dos das no na nos nas ao à aos às pelo pela pelos pelas num numa dum duma neste nesta nestes nestas nesse nessa nisso nisto naquele naquela deste desta destes destas desse dessa desses dessas disso disto daquele daquela daquilo àquele este esta estes estas isto esse essa esses essas isso aquele aquela aqueles aquelas aquilo meu minha meus minhas teu tua teus tuas seu sua seus suas nosso nossa nossos nossas vosso vossa dele dela deles delas cada todo toda todos todas tudo algum alguma alguns algumas nenhum nenhuma outro outra outros outras mesmo mesma mesmos mesmas tal tais vários várias ambos ambas qualquer quaisquer muito muita muitos muitas pouco pouca poucos poucas tanto tanta tantos tantas
eu me mim comigo tu te ti você vocês ele ela eles elas nós se si lhe lhes vos alguém ninguém algo nada lo la los las
que quem qual quais cujo cuja cujos cujas onde quando como quanto quantos quantas porquê
ante após até com contra de desde durante em entre para perante por sem sob sobre trás via conforme segundo
e ou nem mas porém contudo todavia entretanto pois porque se embora enquanto além também então assim portanto apesar
sou és é somos são era eram éramos fui foi fomos foram seja sejam sendo sido ser será serão seria seriam estou está estamos estão estava estavam esteve estando estar esteja estejam tenho tem temos têm tinha tinham teve tido ter terá terão teria há havia houve haver posso pode podemos podem podia poderia poderá podendo poder deve devem devemos deveria dever quer querem querer faz fazem fazer fazemos fazendo feito fez vou vai vamos vão ia ir indo dá dão dar ficar fica
não mais menos muito já ainda sempre nunca jamais agora hoje ontem amanhã aqui aí ali lá cá bem mal melhor pior quase só somente apenas talvez vez vezes antes depois perto longe dentro fora acima abaixo junto através inclusive demais sim principalmente especialmente atualmente geralmente etc
primeiro primeira dois duas três novo nova novos novas bom boa bons boas
p ex
`
