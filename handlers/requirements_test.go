package handlers

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite docs/requirements.md")

// requirement is one of what Atlassian asks of an app for its cloud
// (developer.atlassian.com/platform/marketplace/security-requirements).
type requirement struct {
	number   string // Atlassian's
	asks     string
	met      string
	tests    []string
	unproved string // what no test of ours can show, and who sees to it
}

// notOurs are the answers that no handler of ours gives.
const notOurs = "What is no valid HTTP is answered by Go itself, with 400, 417 or 431, and what does not reach the service by Heroku's router: " +
	"those answers are about no site and have none of these headers."

var requirements = []requirement{
	{
		number: "1.1", asks: "Every endpoint authenticates its caller.",
		met: "One table has all routes and the proof that each asks for; a route without a proof is not served. Open are the descriptor, assets, " +
			"health, readiness, the privacy page and security.txt, which show nothing of any site, and a browser's question whether it may send " +
			"a suggestion from a page of Forge.",
		tests: []string{
			"TestEveryRouteIsInTheTableAndSaysWhoMayCallIt", "TestNobodyIsAnonymousButWhereTheTableSaysSo", "TestEveryAttackOnEveryRouteIsRefused",
			"TestEveryAttackThroughForgeIsRefused", "TestOnlyADirectRouteIsOpenToScriptsOfOtherOrigins",
			"TestWhatIsNotInTheTableDoesNotExist", "TestAtlassiansScannerAndItsBlindSpotsFindNothing", "TestTheScannerFindsEachFault",
		},
	},
	{
		number: "1.2", asks: "Functions for administrators check that the caller is one.",
		met: "Confluence is asked, as the person, with every such call; that the menu shows the page to administrators only proves nothing. " +
			"What changes a page is written as the person, so that Confluence decides.",
		tests: []string{
			"TestOnlyAnAdministratorSeesWhatIsHeld", "TestOnlyAnAdministratorErases", "TestTheServiceHoldsTheContractOfChangingLabels",
			"TestAChangeThroughForgeIsWrittenWithTheTokenThatCame", "TestOneSitesTokenCannotReachAnotherSite",
		},
	},
	{
		number: "1.4", asks: "Install calls are taken only with Atlassian's signature.",
		met: "RS256 with a key of Atlassian's key servers, for this app's address, for exactly this URL, once per body. The stored secret signs no install.",
		tests: []string{
			"TestTakeoverT1FirstInstallWithoutAToken", "TestTakeoverT2SecretOfTheSameBodyVerifiesTheToken", "TestTakeoverT3InstallSignedWithTheStoredSecret",
			"TestTakeoverT4AlgorithmNoneOrPublicKeyAsSecret", "TestTakeoverT5TokenOfOneSiteInstallsOverAnother", "TestTakeoverT6AudienceOfAnotherApp",
			"TestTakeoverT7MissingOrForeignQSH", "TestTakeoverT9KeyIDThatWouldLeadElsewhere", "TestTakeoverT12TokenOfStagingInProduction",
			"TestALifecycleTokenWorksOncePerBody",
		},
	},
	{
		number: "2", asks: "Data of users is encrypted where it is stored, and sites are kept apart.",
		met: "No data of users is stored. The sites' secrets are sealed and bound to their site and field, backups are encrypted before they leave, " +
			"and every key in Redis begins with the site it belongs to.",
		tests: []string{
			"TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence", "TestEveryPlaceInWhichAWordIsPlantedIsSearched",
			"TestTheServiceContactsExactlyThePublishedRecipients",
			"TestNothingOfTheCustomerIsLeftAnywhere", "TestNothingButTheDocumentedKeysAndFieldsIsEverWritten", "TestWhatIsSealedOpensInItsPlace",
			"TestWhyASealedTextDoesNotOpen", "TestTheDocumentsAreMadeFromTheDeclarations",
		},
	},
	{
		number: "3", asks: "TLS 1.2 or later only, and HSTS for a year on every answer.",
		met: "`Strict-Transport-Security` is on every answer of ours, refusals too. A request that the router got without TLS is refused. " +
			"Addresses of the app, of Atlassian and of AWS that are not https are no settings in production; Redis is reached by TLS where " +
			"`REDIS_URL` begins with `rediss`, as [deploy.md](deploy.md) has it.",
		tests: []string{
			"TestHeadersAreOnGoodAnswersToo", "TestARequestWithoutTLSIsRefused", "TestAtlassiansScannerAndItsBlindSpotsFindNothing",
			"TestAFaultySettingIsNamedWithoutItsValue",
		},
		unproved: "Heroku's router ends TLS: which versions it takes is Heroku's part, and checked from outside with any TLS scanner. " + notOurs,
	},
	{
		number: "4", asks: "The fewest scopes that do.",
		met: "`READ`, `WRITE`, and `ACT_AS_USER`, because the app writes as the person, and reads as them where there is one: never with more rights than they have. " +
			"An export or a mail that names nobody is read as the app, and the page for administrators tries whether the app can read. " +
			"A token to act as a person is asked for with `READ` alone, and with `WRITE` too for a change only. On Forge each scope has its use: [install.md](install.md#what-it-asks-for).",
		tests: []string{
			"TestTheServedDescriptorFitsAtlassiansSchema", "TestEachScopeOfTheForgeAppIsExplained", "TestTheServiceHoldsTheContractOfChangingLabels", "TestATokenIsKeptForItsPersonSiteAndScopesOnly",
			"TestATokenIsAskedForWithTheScopesThatTheCallNeeds", "TestAnExportReadsAsThePersonOrAsTheAppAndNeverFails",
		},
	},
	{
		number: "5", asks: "Secrets are in no source, URL, referrer or log, and are stored encrypted.",
		met: "The log writes a closed list of fields and withholds what is not a plain word. Secrets come from the environment, and faults name a setting " +
			"without its value. What the app calls with is in headers.",
		tests: []string{
			"TestTheLogKeepsOnlyItsOwnFields", "TestTheLogHasNothingOfTheCustomer", "TestTheLogHasNothingOfACallThroughForge", "TestAPersonsTokenDoesNotPrintItself", "TestAFaultySettingIsNamedWithoutItsValue",
			"TestEveryFaultIsNamedAtOnceAndNoValueIsShown", "TestFailuresCarryNoCustomerData", "TestSealingTwiceGivesTwoTextsThatDoNotShowTheSecret",
		},
		unproved: "Confluence itself puts a token that is good for minutes into the address of each frame, and Heroku's router logs addresses; " +
			"[subprocessors.md](subprocessors.md) says so.",
	},
	{
		number: "6", asks: "The domains are the vendor's, with valid certificates and no dangling DNS.",
		met:      "The base URL is a setting, and the descriptor is served with it.",
		tests:    []string{"TestTheDescriptorIsFilledInAndOtherwiseKept"},
		unproved: "Domain and certificate are the operator's part: [deploy.md](deploy.md).",
	},
	{
		number: "7.2", asks: "A Referrer-Policy that gives no address away.",
		met:      "`no-referrer` on every answer of ours.",
		tests:    []string{"TestHeadersAreOnGoodAnswersToo", "TestAtlassiansScannerAndItsBlindSpotsFindNothing"},
		unproved: notOurs,
	},
	{
		number: "7.3", asks: "Pages with data are not cached.",
		met: "`no-store, no-cache, private` on every answer of ours but the descriptor, assets, the privacy page and security.txt, which are the " +
			"same for everybody.",
		tests:    []string{"TestHeadersAreOnGoodAnswersToo", "TestAtlassiansScannerAndItsBlindSpotsFindNothing", "TestThePrivacyPageIsForEverybodyAndHoldsStill"},
		unproved: notOurs,
	},
	{
		number: "7.4", asks: "Session cookies are Secure and HttpOnly.",
		met:   "There are no cookies.",
		tests: []string{"TestHeadersAreOnGoodAnswersToo", "TestAtlassiansScannerAndItsBlindSpotsFindNothing"},
	},
	{
		number: "8", asks: "All input is validated: XSS, injection, SSRF, open redirects, deserialisation.",
		met: "Macro parameters and URL parameters are hostile though signed. Addresses of sites have to be Atlassian's, no answer redirects, " +
			"bodies are read into fixed forms with limits.",
		tests: []string{
			"FuzzFramePageKeepsHostileValuesInItsBlock", "FuzzStorageIsWellFormed", "TestSiteURLs", "TestARequestToAnywhereElseIsNotSigned", "TestARedirectIsNotFollowedAndTheTokenStays",
			"TestNoPathIsBuiltWithoutParseContent", "TestABodyThatMakesNoSenseChangesNothing", "TestWhatIsTooMuchIsRefusedAtOnce",
			"TestAContactThatIsNoAddressDoesNotGetIntoThePage",
		},
	},
	{
		number: "9", asks: "No dependency with a known critical or high vulnerability.",
		met:      "Dependencies are few, pinned and listed.",
		tests:    []string{"TestEveryDependencyAndItsLicenceIsListed"},
		unproved: "Known vulnerabilities change without a change here: [deploy.md](deploy.md#upgrading) looks them up before each release.",
	},
	{
		number: "10", asks: "Nobody is asked for an Atlassian password or API token.",
		met:   "The only proof that is taken is what Confluence signs.",
		tests: []string{"TestACallerIsWhomTheHostSigned", "TestEveryAttackOnEveryRouteIsRefused"},
	},
	{
		number: "11", asks: "Vulnerabilities are fixed in time and incidents reported.",
		met:   "[SECURITY.md](../SECURITY.md) promises Atlassian's times; `/.well-known/security.txt` says where to report.",
		tests: []string{"TestTheSecurityPolicyPromisesTheSameTimes", "TestSecurityTextSaysWhereToReport", "TestSecurityTextNeverExpires"},
	},
	{
		number: "16", asks: "The name is no name of Atlassian's, nor its domain.",
		met:   "\"Label UP\".",
		tests: []string{"TestAtlassiansScannerAndItsBlindSpotsFindNothing"},
	},
	{
		number: "CSP", asks: "A Content-Security-Policy is advised, and only the site may frame its pages.",
		met: "Scripts of ours and of Atlassian's bridge only, nothing inline; `frame-ancestors` is the caller's site and its custom domain. `X-Frame-Options` is never sent. " +
			"On Forge it is Atlassian's, with `unsafe-eval` for WebAssembly alone: [install.md](install.md#what-it-asks-for).",
		tests: []string{"TestOnlyTheCallersSiteMayFrameThePage", "TestThePageWorksWithAtlassiansOwnScriptTag", "TestThePrivacyPageSaysAllAndNamesTheContact"},
	},
	{
		number: "Personal data", asks: "Stored account ids are reported in cycles, and erased when an account is closed.",
		met: "No account id is stored, so there is none to report: tokens to act as a person are found by a hash, " +
			"in memory only, until shortly before they expire, an hour at most.",
		tests: []string{
			"TestNothingOfACustomersPagesOrPeopleIsAnywhereButInConfluence", "TestEveryPlaceInWhichAWordIsPlantedIsSearched",
			"TestTheServiceContactsExactlyThePublishedRecipients",
			"TestNothingOfTheCustomerIsLeftAnywhere", "TestNothingButTheDocumentedKeysAndFieldsIsEverWritten", "TestNothingOfASuggestionIsLeftAnywhere",
		},
	},
}

// testFunctions are the names of all tests of the repository.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	root := ".."
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != root && (entry.Name() == "node_modules" || entry.Name() == "testdata" || entry.Name() == "tools" || strings.HasPrefix(entry.Name(), ".")) {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, declaration := range parsed.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok && f.Recv == nil && (strings.HasPrefix(f.Name.Name, "Test") || strings.HasPrefix(f.Name.Name, "Fuzz")) {
				all[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEachRequirementOfAtlassianIsMetAndNamesItsTests(t *testing.T) {
	known := testFunctions(t)
	if len(known) < 300 || known["TestNobodyWroteThisOne"] {
		t.Fatalf("found %d tests, which cannot be right", len(known))
	}
	for _, r := range requirements {
		if r.asks == "" || r.met == "" || len(r.tests) == 0 {
			t.Errorf("%s does not say what is asked, how it is met or what proves it", r.number)
		}
		for _, name := range r.tests {
			if !known[name] {
				t.Errorf("%s is proved by %s, which there is not", r.number, name)
			}
		}
	}
}

func TestThePageOfRequirementsIsMadeFromTheTable(t *testing.T) {
	var page strings.Builder
	page.WriteString("# What Atlassian asks of an app for its cloud\n\nMade by `go test ./handlers -run Requirement -update`; a test keeps it true, and " +
		"that each test named here exists.\nThe numbers are those of Atlassian's " +
		"[security requirements](https://developer.atlassian.com/platform/marketplace/security-requirements/) and of its scanner.\n\n" +
		"| | Requirement | How it is met | Tests |\n|---|---|---|---|\n")
	for _, r := range requirements {
		met := r.met
		if r.unproved != "" {
			met += " **Not by a test:** " + r.unproved
		}
		page.WriteString("| " + r.number + " | " + r.asks + " | " + met + " | `" + strings.Join(r.tests, "`<br>`") + "` |\n")
	}
	path := filepath.Join("..", "docs", "requirements.md")
	if *update {
		if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(page.String(), string(got)); diff != "" {
		t.Errorf("docs/requirements.md is out of date; -update writes it (-want +got):\n%s", diff)
	}
}
