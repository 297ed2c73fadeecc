package words

const stopEnglish = `
a an the this that these those such same other another each every either neither both all any some no none few many much more most less least several enough own half
i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them their theirs themselves
who whom whose which what whoever whatever whichever someone somebody something anyone anybody anything everyone everybody everything nobody nothing one ones
about above across after against along among around as at before behind below beneath beside besides between beyond by despite down during except for from in inside into like near of off on onto out outside over past per since than through throughout till to toward towards under underneath until unless up upon via with within without versus vs
and but or nor so yet if because although though while whereas whether therefore thus hence however moreover furthermore otherwise instead meanwhile
am is are was were be been being have has had having do does did doing done can could may might must shall should will would ought cannot
dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt cant couldnt shouldnt mustnt neednt mightnt shant aint
again ago almost already also always anyway away back else ever even far further here how just later maybe never now often once only perhaps quite rather really sometimes somewhat soon still then there together too twice very well when whenever where wherever why yes not
get gets got getting gotten give gives given go goes going gone went come comes came coming make makes made making take takes took taken taking use uses used using let lets put puts see seen say says said tell told want wants wanted need needs needed try tries tried keep keeps kept look looks looking know knows known think thinks seem seems become becomes
new good great better best able likely sure really actually simply easily basically currently recently usually especially particularly mostly nearly exactly
first second last next two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty seventy eighty ninety hundred thousand etc eg ie e.g i.e a.m p.m a.k.a aka ok okay please thanks thank hi hello
s t re ve ll
bit lot lots thing things way ways kind sort
`
