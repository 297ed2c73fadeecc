package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"labelup"
	"labelup/connect"
	"labelup/internal/terminal"
)

const jwtUsage = `labelup jwt [--method METHOD --url URL [--base URL]] [--secret-env NAME]

Reads a token from standard input, or what it was copied with: its header or its
whole URL. Says in plain words what it is and what is wrong with it; the exit
code is 1 if anything is.

  --method, --url    also check that it was signed for this request; put the URL
                     in single quotes, for a shell takes & for itself
  --base URL         base URL of the receiver, which the hash leaves out and the
                     audience may be
  --secret-env NAME  also check its signature with the site's secret, which is in
                     this environment variable; it is not printed
`

// maxTokenInput bounds standard input, in bytes: a token has at most 14 KiB.
const maxTokenInput = 64 << 10

// runJWT reads a token and prints what it says and what is wrong with it. It
// never prints the token, its signature, a secret, or who the person is.
func runJWT(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return inspectToken(args, stdin, stdout, stderr, os.Getenv, time.Now())
}

type tokenQuestion struct {
	method, target, base, basePath string
	secret                         connect.Secret
	appKey                         string
}

func inspectToken(args []string, stdin io.Reader, stdout, stderr io.Writer, getenv func(string) string, now time.Time) int {
	var ask tokenQuestion
	flags := flag.NewFlagSet("labelup jwt", flag.ContinueOnError)
	flags.StringVar(&ask.method, "method", "", "")
	flags.StringVar(&ask.target, "url", "", "")
	flags.StringVar(&ask.base, "base", "", "")
	secretEnv := flags.String("secret-env", "", "")
	positional, err := parseAnywhere(flags, args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, jwtUsage)
		return 0
	} else if err != nil {
		fmt.Fprintf(stderr, "labelup jwt: %v\n\n%s", err, jwtUsage)
		return 2
	}
	misuse := func(format string, values ...any) int {
		fmt.Fprintf(stderr, "labelup jwt: "+format+"\n", values...)
		return 2
	}
	if len(positional) > 0 {
		return misuse("the token goes into standard input, where no process list and no shell history shows it")
	}
	if (ask.method == "") != (ask.target == "") {
		return misuse("--method and --url go together")
	}
	if ask.basePath, err = basePathOf(ask.method, ask.target, ask.base); err != nil {
		return misuse("%v", err)
	}
	if *secretEnv != "" {
		if ask.secret = connect.Secret(getenv(*secretEnv)); ask.secret == "" {
			return misuse("the environment variable %s is empty", *secretEnv)
		}
	}
	descriptor, err := connect.ParseDescriptor(labelup.Descriptor)
	if err != nil {
		fmt.Fprintf(stderr, "labelup jwt: atlassian-connect.json: %v\n", err)
		return 1
	}
	ask.appKey = descriptor.Key
	if file, ok := stdin.(*os.File); ok && isTerminal(file) {
		fmt.Fprintln(stderr, "Paste the token, then press Enter and Ctrl-D.")
	}
	input, err := io.ReadAll(io.LimitReader(stdin, maxTokenInput+1))
	if err != nil || len(input) > maxTokenInput {
		return misuse("standard input cannot be read, or is no token but something larger")
	}
	problems := describeToken(stdout, pastedToken(string(input)), ask, now)
	if len(problems) == 0 {
		fmt.Fprintln(stdout, "Nothing is wrong with it, as far as can be seen from here.")
		return 0
	}
	fmt.Fprintln(stdout, "What is wrong:")
	for _, problem := range problems {
		fmt.Fprintln(stdout, "- "+problem)
	}
	return 1
}

// pastedToken takes away what people copy along with a token: quotes, its
// header, or the URL that it is a parameter of.
func pastedToken(input string) string {
	input = strings.Trim(input, " \t\r\n\"'")
	if _, after, found := strings.Cut(input, "jwt="); found {
		after, _, _ = strings.Cut(after, "#")
		after, _, _ = strings.Cut(after, "&")
		return after
	}
	if name, value, found := strings.Cut(input, ":"); found && strings.EqualFold(name, "Authorization") {
		input = strings.TrimSpace(value)
	}
	return strings.TrimPrefix(input, "JWT ")
}

// describeToken prints what a token says and returns what is wrong with it.
func describeToken(out io.Writer, raw string, ask tokenQuestion, now time.Time) []string {
	if raw == "" {
		return []string{"Standard input is empty."}
	}
	if strings.HasPrefix(raw, "Bearer ") {
		return []string{"The scheme is Bearer. Atlassian Connect uses the scheme JWT."}
	}
	token, err := connect.Inspect(raw, now)
	if err != nil {
		return []string{"This is not a token: " + err.Error() + "."}
	}
	line := func(name, format string, values ...any) {
		fmt.Fprintf(out, "%-11s%s\n", name, fmt.Sprintf(format, values...))
	}
	line("kind", "%s", kindOf(token))
	line("algorithm", "%s", orNone(printable(token.Algorithm)))
	if token.KeyID != "" {
		line("key id", "%q", token.KeyID)
	}
	line("site", "%s", quoted(token.Issuer))
	line("audience", "%s", quoted(token.Audience...))
	line("person", "%s", map[bool]string{true: "present", false: "none; nobody is signed in, or the host itself calls"}[token.HasPerson])
	line("issued", "%s", ago(token.IssuedAt, now))
	if !token.NotBefore.IsZero() {
		line("not before", "%s", ago(token.NotBefore, now))
	}
	line("expires", "%s", ago(token.Expires, now))
	line("qsh", "%s", orNone(printable(token.QSH)))
	line("licence", "%s", licenceOf(token))
	line("content", "%s", quoted(token.Content.Type, token.Content.ID, token.Content.Version))
	line("space", "%s", quoted(token.Space.Key, token.Space.ID))
	line("macro", "%s", quoted(token.Macro.ID, token.Macro.OutputType))

	var problems []string
	for _, reason := range token.Problems {
		problems = append(problems, sentence(reason, token, now))
	}
	problems = append(problems, checkSignature(line, token, ask.secret)...)
	problems = append(problems, checkAudience(token, ask)...)
	problems = append(problems, checkRequest(line, token, ask)...)
	fmt.Fprintln(out)
	return problems
}

func kindOf(token *connect.Inspection) string {
	switch {
	case token.Algorithm == "RS256":
		return "lifecycle: Atlassian signed it for installed or uninstalled"
	case token.Algorithm == "HS256" && token.QSH == connect.ContextQSH:
		return "context: the app's own page may call the app's own API with it"
	case token.Algorithm == "HS256":
		return "host request: the site signed it for one URL of the descriptor"
	default:
		return "unknown"
	}
}

// sentence says in plain words what a reason of package connect means.
func sentence(reason string, token *connect.Inspection, now time.Time) string {
	switch reason {
	case connect.ReasonAlgorithm:
		return fmt.Sprintf("The algorithm is %s. Only HS256 is accepted, and RS256 for installed and uninstalled.", orNone(printable(token.Algorithm)))
	case connect.ReasonTokenMalformed:
		return "The third segment, the signature, is missing or not base64url without padding, or the header asks for an extension."
	case connect.ReasonKeyID:
		return "The key id is missing or is none: it has up to 64 letters, digits and hyphens."
	case connect.ReasonIssuer:
		return "It does not say which site it is from (iss)."
	case connect.ReasonAudience:
		return "It names nobody whom it is for: aud is missing or empty."
	case connect.ReasonNoExpiry:
		return "It never expires: exp is missing or not a time."
	case connect.ReasonNoIssuedAt:
		return "It does not say when it was issued: iat is missing or not a time."
	case connect.ReasonExpired:
		return "It expired " + ago(token.Expires, now) + "."
	case connect.ReasonNotYet:
		return notYet(token, now)
	case connect.ReasonLifetime:
		return fmt.Sprintf("It would be valid for %v. At most %v is accepted, and more than none.", token.Expires.Sub(token.IssuedAt), connect.MaxLifetime)
	case connect.ReasonNoQSH:
		return "It is bound to no request: qsh is missing."
	case connect.ReasonQSHMismatch:
		return "Its qsh is neither a hash, 64 hexadecimal digits in lower case, nor context-qsh."
	case connect.ReasonContextToken:
		return "Its qsh is context-qsh, and a lifecycle token must have a hash."
	default:
		return reason
	}
}

// notYet names the claim that is ahead of the clock.
func notYet(token *connect.Inspection, now time.Time) string {
	switch {
	case token.IssuedAt.After(now.Add(connect.Leeway)):
		return "It is not valid yet: it was issued " + ago(token.IssuedAt, now) + ". One of the clocks is wrong."
	case token.NotBefore.IsZero():
		return "It is never valid: nbf is not a time."
	default:
		return "It is not valid yet: it becomes valid (nbf) " + ago(token.NotBefore, now) + "."
	}
}

type printer func(name, format string, values ...any)

func checkSignature(line printer, token *connect.Inspection, secret connect.Secret) []string {
	switch {
	case secret == "" && token.Algorithm == "RS256":
		line("signature", "not checked; the key server has the key")
	case secret == "":
		line("signature", "not checked; --secret-env NAME checks it")
	case token.Algorithm == "RS256":
		line("signature", "not checked; a site's secret does not sign RS256")
	case token.SignedWith(secret):
		line("signature", "right")
	default:
		line("signature", "wrong")
		return []string{"The signature is not of this secret. Is it the secret of this site, and the newest one?"}
	}
	return nil
}

// checkAudience compares whom a token is for with the app, as far as that is
// known here: whether an address is the app's, only --base says. What the app
// itself signs is for the site.
func checkAudience(token *connect.Inspection, ask tokenQuestion) []string {
	if token.Algorithm != "RS256" && token.Algorithm != "HS256" || len(token.Audience) == 0 || token.Algorithm == "HS256" && token.Issuer == ask.appKey {
		return nil
	}
	meant := func(audience string) bool {
		switch {
		case token.Algorithm == "HS256" && (audience == token.Issuer || audience == ask.appKey):
			return true
		case strings.Contains(ask.base, "://"):
			return strings.TrimSuffix(audience, "/") == strings.TrimSuffix(ask.base, "/")
		default:
			return strings.Contains(audience, "://")
		}
	}
	if slices.ContainsFunc(token.Audience, meant) {
		return nil
	}
	return []string{"The audience is another app, or another base URL of this one."}
}

func checkRequest(line printer, token *connect.Inspection, ask tokenQuestion) []string {
	if ask.target == "" {
		line("request", "not compared; --method and --url compare it")
		return nil
	}
	switch {
	case token.QSH == connect.ContextQSH:
		line("request", "not compared")
		return []string{"Its qsh is context-qsh, so it is bound to no URL: it is good for the app's own API, and not for a URL that Confluence calls."}
	case connect.MatchQSH(token.QSH, ask.method, ask.target, ask.basePath):
		line("request", "it was signed for this one")
		return nil
	default:
		line("request", "it was signed for another one")
		return []string{fmt.Sprintf("The hash of this request is %s, of %s",
			connect.QSH(ask.method, ask.target, ask.basePath), terminal.Visible(connect.CanonicalRequest(ask.method, ask.target, ask.basePath)))}
	}
}

func ago(at, now time.Time) string {
	if at.IsZero() {
		return "never"
	}
	stamp := at.UTC().Format(time.RFC3339)
	if d := now.Sub(at).Round(time.Second); d >= 0 {
		return fmt.Sprintf("%v ago, at %s", d, stamp)
	} else {
		return fmt.Sprintf("in %v, at %s", -d, stamp)
	}
}

func licenceOf(token *connect.Inspection) string {
	switch {
	case token.Licence == nil:
		return "the token does not say"
	case *token.Licence:
		return "active"
	default:
		return "none"
	}
}

// quoted lists what is not empty. What a token says is untrusted, and quoting
// keeps it from steering the terminal.
func quoted(values ...string) string {
	var parts []string
	for _, value := range values {
		if value != "" {
			parts = append(parts, fmt.Sprintf("%q", value))
		}
	}
	return orNone(strings.Join(parts, " "))
}

// printable returns a word that needs no quotes, or the word in quotes.
func printable(word string) string {
	if strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Sprintf("%q", word)
	}
	return word
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
