package datamap

// FixTime is how soon a vulnerability is fixed after it was reported.
type FixTime struct {
	Severity string
	Score    string // CVSS version 3
	Weeks    int
}

// FixTimes are what Atlassian's security bug fix policy asks of cloud apps
// (developer.atlassian.com/platform/marketplace/security-bugfix-policy).
var FixTimes = []FixTime{
	{"critical", "9.0 and above", 4},
	{"high", "7.0 to 8.9", 6},
	{"medium", "4.0 to 6.9", 8},
	{"low", "below 4.0", 25},
}
