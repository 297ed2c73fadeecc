package words

//nolint:misspell // it is Spanish
const stopSpanish = `
el la los las lo un una unos unas del al este esta estos estas esto ese esa esos esas eso aquel aquella aquellos aquellas aquello mi mis tu tus su sus nuestro nuestra nuestros nuestras vuestro vuestra vuestros vuestras suyo suya suyos suyas cada todo toda todos todas algún alguno alguna algunos algunas ningún ninguno ninguna otro otra otros otras mismo misma mismos mismas tal tales varios varias ambos ambas cualquier cualquiera mucho mucha muchos muchas poco poca pocos pocas tanto tanta tantos tantas
yo me mí conmigo tú te ti contigo él ella ello usted ustedes nosotros nosotras nos vosotros vosotras os ellos ellas le les se sí consigo alguien nadie algo nada
que qué quien quién quienes quiénes cual cuál cuales cuáles cuyo cuya cuyos cuyas donde dónde cuando cuándo como cómo cuanto cuánto cuantos cuántos cuántas
a ante bajo con contra de desde durante en entre hacia hasta mediante para por según sin so sobre tras vía
y e o u ni pero mas sino aunque porque pues si mientras además también tampoco entonces así luego embargo obstante
soy eres es somos son era eras éramos eran fui fue fuimos fueron sea sean siendo sido ser será serán sería serían estoy está estamos están estaba estaban estuvo estado estando estar esté estén he has ha hemos han había habían hay haya hayan hubo haber habrá habría tengo tiene tienes tenemos tienen tenía tener puedo puede puedes podemos pueden podía podría podrán podrá poder debe deben debemos debería deber quiere quieren querer hace hacen hacer hacemos haciendo hecho hizo voy va vamos van iba ir ido da dan dar
no más menos muy ya aún todavía siempre nunca jamás ahora hoy ayer mañana aquí ahí allí allá bien mal mejor peor casi sólo solo solamente quizá quizás tal vez veces ante antes después cerca lejos dentro fuera arriba abajo encima debajo junto través cada demás incluso especialmente principalmente actualmente generalmente etc
primer primero primera primeros dos tres nuevo nueva nuevos nuevas buen bueno buena
p ej
`
