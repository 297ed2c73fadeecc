package words

const stopGerman = `
der die das den dem des ein eine einer einem einen eines kein keine keiner keinem keinen keines dieser diese dieses diesem diesen jener jene jenes jenem jenen derselbe dieselbe dasselbe solche solcher solches solchen jeder jede jedes jedem jeden alle aller allem allen alles beide beiden einige einigen einiger manche manchen mehrere mehreren viele vielen viel wenig wenige wenigen etwas nichts andere anderen anderer anderes anderem
ich mich mir mein meine meiner meinem meinen meines du dich dir dein deine deiner deinem deinen er ihn ihm sein seine seiner seinem seinen seines sie ihr ihre ihrer ihrem ihren ihres ihnen es wir uns unser unsere unserer unserem unseren unseres euch euer eure eurer eurem euren man sich selbst selber jemand niemand
wer wen wem wessen was welche welcher welches welchem welchen wie wo woher wohin wann warum weshalb wieso wozu womit wodurch wofür worauf woran worin wovon
ab an am ans auf aufs aus außer bei beim bis durch für fürs gegen gegenüber hinter im in ins mit nach neben ohne seit statt anstatt trotz über um unter vom von vor während wegen wider zu zum zur zwischen innerhalb außerhalb mittels gemäß laut pro
und oder aber denn sondern sowie sowohl weder noch entweder als auch dass daß weil wenn falls ob obwohl damit bevor nachdem sobald solange indem sodass während da doch jedoch dennoch trotzdem außerdem zudem daher darum deshalb deswegen somit also zwar nämlich beziehungsweise
bin bist ist sind seid war warst waren wart sei seien wäre wären gewesen habe hast hat haben habt hatte hatten hätte hätten gehabt werde wirst wird werden werdet wurde wurden würde würden worden geworden kann kannst können könnt konnte konnten könnte könnten muss muß müssen musste mussten müsste müssten soll sollen sollte sollten will wollen wollte wollten darf dürfen durfte dürfte mag mögen möchte möchten lassen lässt läßt
nicht nur schon sehr so hier dort dann nun jetzt immer nie niemals oft wieder mal einmal mehr meist meistens weniger ganz gar etwa fast genau gern gerne heute bald bereits bisher dabei dadurch dafür dagegen daran darauf daraus darin darüber darunter davon davor dazu danach daneben dahin hin her herum hinaus hierbei hierfür hierzu insbesondere jeweils sogar sonst ebenfalls ebenso eben erst wohl vielleicht ja nein bitte danke weiter weitere weiteren weiterer weiteres viel zusammen überhaupt ungefähr unten oben etc
gibt geben geht gehen kommt kommen macht machen gemacht steht stehen bleibt bleiben findet finden sehen sieht sagen sagt zeigt nutzen
fuer ueber waehrend koennen koennte muessen wuerde wuerden waere moechte duerfen gegenueber ausserdem
z.b d.h u.a z.t s.o s.u o.ä u.ä i.d.r u.u v.a zb dh bzw usw ua ggf evtl ca inkl
neu neue neuen neuer neues gut gute guten erste ersten zwei drei
`
