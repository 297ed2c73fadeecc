package words

const stopFrench = `
le la les l un une des du de d au aux ce cet cette ces c ceci cela ça celui celle ceux celles mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs quel quelle quels quelles tout toute tous toutes chaque chacun chacune aucun aucune plusieurs quelque quelques certains certaines autre autres même mêmes tel telle tels telles
je j me m moi tu te t toi il elle on nous vous ils elles se s soi lui eux y en qui que qu quoi dont où lequel laquelle lesquels lesquelles duquel auquel auxquels desquels quelqu rien personne
à après avant avec chez contre dans depuis derrière dès devant durant entre envers hors jusque jusqu malgré par parmi pendant pour sans sauf selon sous sur vers via afin lors près travers grâce
et ou mais donc or ni car si comme lorsque lorsqu puisque puisqu quoique quoiqu quand parce pourquoi comment combien ainsi alors cependant pourtant toutefois néanmoins sinon soit tandis
suis es est sommes êtes sont étais était étions étaient été étant être sera seront serait seraient soient fut furent ai as a avons avez ont avais avait avions avaient eu ayant avoir aura auront aurait auraient ait aient
peut peux peuvent pouvez pouvons pouvait pourra pourrait pourraient pouvoir doit dois doivent devez devons devait devra devrait devraient devoir veut veux veulent voulez vouloir faut fait faire fais font faites faisant va vais vas allons allez vont aller vient viennent venir met mettre permet permettent
ne n pas plus moins très trop peu assez bien mal mieux beaucoup encore déjà toujours jamais souvent parfois maintenant aujourd hui hier demain ici là voici voilà aussi surtout notamment seulement simplement vraiment presque environ ensuite puis enfin tôt tard oui non peut-être plutôt autant tant ailleurs dessus dessous dedans dehors loin ensemble etc
premier première deux trois nouveau nouvelle nouveaux nouvelles bon bonne bons bonnes
p ex
`
