package datamap

// Recipient is somebody outside the service who gets data from it, or through
// whom its data passes. Recipients lists all of them.
type Recipient struct {
	Name    string   // of the service that is used
	Company string   // who runs it
	Purpose string   // what it is needed for
	Data    string   // what it gets to see
	Where   string   // in which part of the world
	On      On       // the hosts with which it is used
	Setting string   // the environment variable that says which one; empty = there is none
	Always  bool     // or else only if Setting is set
	Browser bool     // the reader's browser connects to it, not the service
	Hosts   []string // what is connected to; {site} stands for what the record says (through Forge it is Atlassian's gateway), {redis}, {region} and {bucket} for the settings
}

// Recipients is the published list of subprocessors, and with it the list of
// the hosts that the service may connect to. Heroku's router and log stream
// connect to the service and not the other way round, so they have no host.
var Recipients = []Recipient{
	{
		Name: "The site itself", Company: "Atlassian, for the customer",
		Purpose: "Reading and changing labels in the customer's own Confluence.",
		Data:    "The calls of the app: ids of pages, labels, the account id of who opens the page for admins, and a signature or token. All of it comes from this site.",
		Where:   "Where the customer's Confluence is.",
		Always:  true, Hosts: []string{"{site}", "api.atlassian.com"},
	},
	{
		Name: "Install key servers", Company: "Atlassian",
		Purpose: "Proving that an install call comes from Atlassian.",
		Data:    "The id of Atlassian's own key. Nothing of a site.",
		Where:   "Chosen by Atlassian.",
		On:      On{Connect},
		Setting: "INSTALL_KEY_URLS", Always: true,
		Hosts: []string{"connect-install-keys.atlassian.com", "asap-distribution.us-west-2.prod.atl-asap.net"},
	},
	{
		Name: "Key set of Forge", Company: "Atlassian",
		Purpose: "Proving that a call comes through Forge.",
		Data:    "Nothing but that it is asked for.",
		Where:   "Atlassian's delivery network.",
		On:      On{Remote},
		Setting: "FORGE_APP_ID", Hosts: []string{"forge.cdn.prod.atlassian-dev.net"},
	},
	{
		Name: "Token server", Company: "Atlassian",
		Purpose: "Tokens to act with the rights of the person who reads or clicks.",
		Data:    "The site's address and OAuth client id, and the Atlassian account id of the person.",
		Where:   "Chosen by Atlassian.",
		On:      On{Connect},
		Setting: "TOKEN_SERVER_URL", Always: true,
		Hosts: []string{"oauth-2-authorization-server.services.atlassian.com"},
	},
	{
		Name: "Bridge script", Company: "Atlassian",
		Purpose: "The script that connects the app's frames with Confluence around them, and its theme.",
		Data:    "What a browser tells any server that it loads a file from. The app sends no referrer.",
		Where:   "Atlassian's delivery network.",
		On:      On{Connect},
		Setting: "BRIDGE_URL", Always: true, Browser: true,
		Hosts: []string{"connect-cdn.atl-paas.net"},
	},
	{
		Name: "Forge", Company: "Atlassian",
		Purpose: "Delivers the app's pages, connects them with Confluence around them, and runs the function for exports. With Forge Remote it hands calls on to the service.",
		Data: "What a browser tells any server that it loads a file from; for an export the id of the page, the macro's parameters and the page's labels. " +
			"With Forge Remote the calls to the service, too.",
		Where:  "Chosen by Atlassian.",
		On:     On{Native, Remote},
		Always: true, Browser: true,
	},
	{
		Name: "Heroku: the running app and its router", Company: "Salesforce",
		Purpose: "Runs the service; its router ends TLS and hands requests on.",
		Data:    "Every request and answer, in memory.",
		Where:   "The region that the operator created the Heroku app in.",
		On:      WithService,
		Always:  true,
	},
	{
		Name: "Heroku: the log stream", Company: "Salesforce",
		Purpose: "Carries the technical log to the operator.",
		Data: "The technical log, and the router's own line for each request, which the app cannot change: the caller's IP address and " +
			"the request's path and query. The query has ids of page, space and macro, the space's key, the macro's parameters and a " +
			"token that is good for minutes. Of a command that the operator runs there, its line: with the site that it names.",
		On:     WithService,
		Where:  "The region of the Heroku app. It holds the newest 1,500 lines, for a week at most.",
		Always: true,
	},
	{
		Name: "Redis (Heroku Key-Value Store)", Company: "Salesforce",
		Purpose: "Keeps the record of each site.",
		Data:    "What is listed as kept in Redis; the secrets are sealed with a key that is not there.",
		Where:   "The region of the Heroku app, unless the operator uses another Redis.",
		On:      On{Connect},
		Setting: "REDIS_URL", Always: true, Hosts: []string{"{redis}"},
	},
	{
		Name: "AWS KMS", Company: "Amazon Web Services",
		Purpose: "Keeps the key that seals the sites' secrets and the backups.",
		Data: "Random keys to wrap and unwrap, each with the word labelup, a hash that stands for the site, and the name of the field. " +
			"AWS's own record of these calls (CloudTrail, in the operator's account) shows hash and field for as long as that account keeps it.",
		Where:   "The AWS region that the operator chose.",
		On:      On{Connect},
		Setting: "KMS_KEY_ID", Hosts: []string{"kms.{region}.amazonaws.com"},
	},
	{
		Name: "AWS S3", Company: "Amazon Web Services",
		Purpose: "Backups of the sites' records.",
		Data:    "The records, encrypted by the app before they are sent.",
		Where:   "The AWS region that the operator chose.",
		On:      On{Connect},
		Setting: "BACKUP_BUCKET", Hosts: []string{"{bucket}.s3.{region}.amazonaws.com"},
	},
	{
		Name: "AWS CloudWatch Logs", Company: "Amazon Web Services",
		Purpose: "Keeps the technical log for support.",
		Data:    "The technical log.",
		Where:   "The AWS region that the operator chose.",
		On:      WithService,
		Setting: "CLOUDWATCH_LOG_GROUP", Hosts: []string{"logs.{region}.amazonaws.com"},
	},
}

// Used are the recipients of a service with these settings: those that there
// always are, and those whose setting isSet reports.
func Used(isSet func(setting string) bool) []Recipient {
	var used []Recipient
	for _, r := range Recipients {
		if r.Always || isSet(r.Setting) {
			used = append(used, r)
		}
	}
	return used
}
