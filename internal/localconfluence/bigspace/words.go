package bigspace

import "strings"

// topic is what pages are about. Its things are what its people talk of.
type topic struct {
	name, label string
	things      []string
}

// department is a part of the company, with a page at the top of the tree.
type department struct {
	name, label string
	topics      []topic
}

// company has a department a line: its name, then its topics, each with its things.
const company = `
Engineering | Platform: cluster, node pool, ingress, autoscaler, image registry, build agent | Firmware: bootloader, sensor driver, watchdog, calibration table, flash image | Web shop: checkout, basket, product page, search index, voucher | Mobile app: login screen, push message, offline store, crash report | Quality: test bench, regression suite, flaky test, coverage report
Operations | Monitoring: dashboard, alert, pager rota, log pipeline | Backup: nightly dump, restore drill, tape vault, snapshot | Network: firewall rule, VPN gateway, switch stack, wireless plan | Deployment: release train, canary, rollback, feature flag
Product | Roadmap: milestone, theme, customer wish, bet | Research: interview, survey, usability test, persona | Design: component, colour token, icon set, layout grid | Analytics: funnel, event schema, cohort, report
Sales | Accounts: renewal, quote, account plan, discount | Partners: reseller agreement, co-marketing plan, margin table | Tenders: questionnaire, bid review, reference list
Marketing | Campaigns: newsletter, landing page, trade fair, advert | Brand: logo, tone of voice, photo library | Press: press release, interview request, media kit
Support | Tickets: queue, macro reply, escalation, triage | Returns: repair order, exchange unit, warranty claim | Knowledge: help article, known issue, troubleshooting tree
Finance | Accounting: ledger, closing, invoice run, cost centre | Purchasing: purchase order, supplier rating, framework contract | Travel: expense claim, hotel list, rail pass
People | Hiring: job advert, scorecard, interview loop, offer letter | Onboarding: buddy, first week, laptop order, access list | Learning: course, certificate, mentoring pair | Pay: payslip, bonus scheme, pension plan
Legal | Contracts: clause, signature round, template contract | Privacy: data map, deletion request, processor list | Patents: filing, prior art, licence
Security | Access: badge, password vault, role review | Vulnerabilities: scan, patch window, advisory, threat model | Awareness: phishing drill, clean desk, training video
Manufacturing | Assembly: work station, torque setting, jig, work instruction | Suppliers: incoming goods, sample part, audit | Metrology: gauge, drift curve, calibration lab, tolerance
Facilities | Buildings: meeting room, fire door, lift, parking space | Canteen: menu, allergen list, coffee machine | Workplace: desk booking, chair, quiet zone`

func departments() []department {
	var out []department
	for line := range strings.Lines(strings.TrimSpace(company)) {
		parts := strings.Split(strings.TrimSpace(line), " | ")
		d := department{name: parts[0], label: labelOf(parts[0])}
		for _, part := range parts[1:] {
			name, things, _ := strings.Cut(part, ": ")
			d.topics = append(d.topics, topic{name, labelOf(name), strings.Split(things, ", ")})
		}
		out = append(out, d)
	}
	return out
}

func labelOf(name string) string { return strings.ReplaceAll(strings.ToLower(name), " ", "-") }

// kind is a sort of page. In its titles, words in braces are filled in.
type kind struct {
	plural, label string
	often         int // in a thousand
	titles        []string
	blog          bool
}

var kinds = []kind{
	{"How-tos", "how-to", 190, []string{"How to {verb} the {thing}", "{Verb} the {thing} step by step", "Where to find the {thing}"}, false},
	{"Meeting notes", "meeting-notes", 200, []string{"{topic} weekly {date}", "Meeting notes {date}: {thing}", "{team} sync {date}"}, false},
	{"Decisions", "decision", 80, []string{"Decision: {verb} the {thing}", "Why we {verb} the {thing} ourselves"}, false},
	{"Incidents", "incident", 70, []string{"Incident {date}: {thing} {failed}", "What happened to the {thing} on {date}"}, false},
	{"Retrospectives", "retrospective", 60, []string{"Retro {project} sprint {n}", "What we learned from {project}"}, false},
	{"Projects", "project-plan", 90, []string{"Project {project}: {thing}", "{project} plan {quarter}"}, false},
	{"Customers", "customer", 80, []string{"{customer}: {thing}", "Visit to {customer} {date}", "{customer} account review {quarter}"}, false},
	{"Runbooks", "runbook", 50, []string{"Runbook: {thing} {failed}", "{thing} runbook"}, false},
	{"Policies", "policy", 30, []string{"Policy on the {thing}", "Rules for the {thing}"}, false},
	{"Questions", "faq", 40, []string{"Questions about the {thing}", "{topic} FAQ: {thing}"}, false},
	{"Proposals", "rfc", 50, []string{"RFC {n}: {verb} the {thing}", "Proposal: one {thing} for everybody"}, false},
	{"Checklists", "checklist", 30, []string{"Checklist for the {thing}", "Before you {verb} the {thing}"}, false},
	{"News", "news", 30, []string{"The {thing} has changed", "{project} is live", "{topic} in {quarter}"}, true},
}

var (
	verbs     = strings.Fields("move replace order test clean document measure simplify renew review share lock archive")
	failures  = []string{"is down", "is slow", "lost data", "ran full", "is out of date"}
	adjective = strings.Fields("amber blue brisk calm copper early frosty gentle golden hidden late lucky narrow northern open quiet red rapid silver steady still summer swift tidal wild")
	animals   = strings.Fields("badger crane curlew falcon finch fox gull heron ibis kestrel lark lynx magpie marten otter owl pike plover raven robin seal sparrow stoat swan teal trout wren")
	names     = strings.Fields("Adler Bergson Castell Dorn Ekholm Falk Garnier Holm Iversen Jansen Kallio Lindt Moreau Nyberg Ostrow Petit Quist Rossi Solberg Tessier Ullman Varga Weiss Yilmaz Zeller")
	trades    = strings.Fields("Foods Logistics Optics Dairy Paper Marine Energy Clinics Textiles Rail")
	teams     = strings.Fields("Harbour Lantern Compass Anchor Beacon Ferry")
	products  = strings.Fields("helix orbit prisma tern vela zephyr")
	places    = strings.Fields("zürich köln malmö porto gdańsk lyon")
	system    = strings.Fields("jira sap gitlab grafana salesforce kafka postgres kubernetes okta terraform figma jenkins")
)

// sentences are what pages say; words in braces are filled in.
var sentences = []string{
	"The {thing} belongs to {team}, who look after it together with {topic}.",
	"Since {date} the {thing} is checked every week, because nobody noticed that the {other} had changed.",
	"If the {thing} {failed}, write to the channel of {topic} first and do not {verb} anything yourself.",
	"{customer} asked for a second {thing}, and {team} agreed to {verb} the {other} until {quarter}.",
	"We {verb} the {thing} with {system}; the {other} stays where it is.",
	"It took {n} days to {verb} the {thing}, mostly waiting for the {other}.",
	"Open points: who may {verb} the {thing}, and what happens to the {other} in {place}.",
	"The numbers of {quarter} show that the {thing} is used by {n} people, twice as many as the {other}.",
	"Project {project} needs the {thing} before the end of {quarter}, or the {other} has to wait.",
	"There are two ways to {verb} the {thing}: by hand, or with the script that {team} keeps in {system}.",
	"Nobody should have to ask for the {thing} twice, so this page says where it is kept.",
	"The supplier confirmed on {date} that the {other} fits the {thing} of {product}.",
	"Ask {topic} before you {verb} the {other}: it is shared with {place}.",
	"What went well was the {thing}; what did not was the {other}, which {failed} for an afternoon.",
	"The {thing} has its own budget, the {other} is paid for by {customer}.",
	"A new colleague should read this page and the one on the {other} in the first week.",
}

// retired are labels that the vocabulary retires, and what takes their place.
var retired = map[string]string{"postmortem": "incident", "minutes": "meeting-notes", "manual": "how-to", "sharepoint": "", "team-blue": "platform"}

// spelled are twins that people write by hand, which no rule makes.
var spelled = map[string][]string{
	"how-to": {"howto"}, "meeting-notes": {"meeting-note", "meetingnotes"}, "decision": {"decisions"}, "runbook": {"runbooks", "run-book"}, "policy": {"policies"},
	"onboarding": {"on-boarding"}, "retrospective": {"retrospectives"}, "zürich": {"zurich"}, "köln": {"koln"}, "malmö": {"malmo"}, "gdańsk": {"gdansk"}, "faq": {"faqs"}, "incident": {"incidents"},
}
