package forgehost

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// forgePackages is where npm keeps what Atlassian publishes of Forge.
func forgePackages(t *testing.T) string {
	t.Helper()
	at, err := filepath.Abs("../../../forge/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(at, "@forge", "csp")); err == nil {
		return at
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("forge/node_modules is not installed")
	}
	t.Skip("forge/node_modules is not installed: npm ci --ignore-scripts in the folder forge")
	return ""
}

func TestThePolicyIsTheOneThatAtlassianComputes(t *testing.T) {
	packages := forgePackages(t)
	const page = `<!doctype html><html><head><title>x</title></head><body><script src="./a.js"></script></body></html>`
	const inline = `<!doctype html><html><head><script>let a = "<b>&amp;";</script></head><body><script type="module">
go()
</script><script></script></body></html>`
	type test struct {
		Name        string `json:"-"`
		Permissions any    `json:"permissions"`
		Page        string `json:"page"`
		Site        string `json:"site"`

		yaml string
	}
	tests := []test{
		{Name: "nothing is declared", yaml: `{}`, Page: page},
		{Name: "scopes change nothing", yaml: `{scopes: ["read:page:confluence"]}`, Page: page},
		{Name: "WebAssembly", yaml: `{content: {scripts: [unsafe-eval]}}`, Page: page},
		{Name: "every word", yaml: `{content: {scripts: ["blob:", unsafe-hashes, unsafe-eval, unsafe-inline], styles: [unsafe-inline]}}`, Page: inline},
		{Name: "inline scripts are hashed", yaml: `{}`, Page: inline},
		{Name: "a hash of a script that is there, and one of another", Page: inline,
			yaml: `{content: {scripts: [sha256-TLZfvHYMiEC+sKPPKAUc1lQbyBo8B9w1DRzhNxISaD4=, sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=]}}`},
		{Name: "addresses outside", Page: page,
			yaml: `{external: {images: [https://a.example], media: [{address: "https://m.example"}], scripts: [https://s.example], styles: [https://c.example], fonts: [https://f.example, https://g.example], frames: [https://i.example], fetch: {client: [https://x.example]}}}`},
	}
	for i := range tests {
		tests[i].Site = "http://127.0.0.1:8090"
		if err := yaml.Unmarshal([]byte(tests[i].yaml), &tests[i].Permissions); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(tests)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), "node", "testdata/csp.mjs")
	command.Env, command.Stdin, command.Stderr = append(os.Environ(), "FORGE="+packages), bytes.NewReader(raw), os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.Unmarshal(out, &want); err != nil || len(want) != len(tests) {
		t.Fatalf("%v: %s", err, out)
	}
	for i, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			var p Permissions
			if err := yaml.UnmarshalWithOptions([]byte(test.yaml), &p, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			got, err := CSP(p, []byte(test.Page), test.Site)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want[i], got); diff != "" {
				t.Errorf("(-npm +ours):\n%s", diff)
			}
		})
	}
}

func TestWhatThePolicyCannotBeMadeOfIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		scripts []string
		page    string
	}{
		"a word that npm drops in silence": {[]string{"wasm-unsafe-eval"}, ""},
		"a hash that is none":              {[]string{"sha256-x"}, ""},
		"a policy in the page":             {nil, `<head><meta http-equiv="content-security-policy" content="style-src 'unsafe-inline'"></head>`},
	} {
		var p Permissions
		p.Content.Scripts = test.scripts
		if got, err := CSP(p, []byte(test.page), "http://127.0.0.1:1"); err == nil {
			t.Errorf("%s: %s", name, got)
		}
	}
}
