package words

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestPartsOfAWord(t *testing.T) {
	for word, want := range map[string]string{
		"research": "research", "userResearch": "user research", "UserResearch": "user research", "HTTPServer": "http server",
		"iPhone14": "iphone 14", "GitHub": "git hub", "eBay": "ebay", "macOS": "mac os", "JavaScript": "java script", "API": "api", "APIs": "apis",
		"userAPIs": "user apis", "18F": "18f", "2FA": "2fa", "v2": "v2", "OAuth": "oauth", "OAuth2": "oauth2", "S3Bucket": "s3 bucket", "B2B": "b2b",
		"getHTTPSUrl2024": "get https url 2024", "überPrüfung": "über prüfung", "snake_case": "snake case", "": "", "--": "", "会议": "会议", "Σίσυφος": "σίσυφος",
	} {
		if diff := cmp.Diff(want, strings.Join(Parts(word), " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", word, diff)
		}
	}
}

func FuzzParts(f *testing.F) {
	f.Add("HTTPServer2you")
	f.Fuzz(func(t *testing.T, word string) {
		for _, part := range Parts(word) {
			if part == "" || utf8.ValidString(word) && !utf8.ValidString(part) {
				t.Errorf("%q has the part %q", word, part)
			}
		}
	})
}
