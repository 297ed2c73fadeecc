package main

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/datamap"
	"labelup/internal/suggest"
)

// contacting is an engine that asks somebody else, whose address is the first
// word of the page's title.
func contacting(in suggest.Input) suggest.Answer {
	var dialer net.Dialer
	_, address, _ := strings.Cut(strings.Fields(in.Page.Title)[0], "at-")
	if conn, err := dialer.Dial("tcp", address); err == nil {
		_ = conn.Close()
	}
	return suggest.Answer{}
}

// underStrace returns how to run a program such that the kernel's calls are
// written down by which it gets into contact with anybody.
func underStrace(t *testing.T, record, path string, args ...string) func(environment []string) *process {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err == nil {
		// Some machines, and some containers, let no process watch another.
		var out []byte
		if out, err = exec.Command(strace, "-qq", "-o", filepath.Join(t.TempDir(), "try"), "true").CombinedOutput(); err != nil {
			err = fmt.Errorf("%w: %s", err, out)
		}
	}
	if err != nil {
		said := fmt.Sprintf("whom the service contacts cannot be watched here: strace has to be installed, and ptrace allowed: %v", err)
		if os.Getenv("CI") == "true" {
			t.Fatal(said)
		}
		t.Skip(said)
	}
	return func(environment []string) *process {
		traced := []string{"-f", "-qq", "-s", "0", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-e", "signal=none", "-o", record, path}
		p := startProgram(t, strace, environment, append(traced, args...)...)
		t.Cleanup(func() { endTraced(p) })
		return p
	}
}

// endTraced ends the program that a strace runs, and with it the strace.
func endTraced(p *process) {
	pid := p.cmd.Process.Pid
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return // it has ended
	}
	for child := range strings.FieldsSeq(string(children)) {
		if id, err := strconv.Atoi(child); err == nil {
			_ = syscall.Kill(id, syscall.SIGTERM)
		}
	}
}

var (
	contactedInternet = regexp.MustCompile(`sin6?_port=htons\((\d+)\).*?(?:sin_addr=inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")`)
	contactedSocket   = regexp.MustCompile(`sun_path=(@?"[^"]*")`)
	hasAddress        = regexp.MustCompile(`sa_family=AF_(\w+)`)
)

// contacts are the addresses in what strace wrote, each once. What has an
// address of another kind is returned as it was written.
func contacts(t *testing.T, record string) []string {
	t.Helper()
	raw, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		internet, socket := contactedInternet.FindStringSubmatch(line), contactedSocket.FindStringSubmatch(line)
		switch {
		case internet != nil:
			seen[net.JoinHostPort(internet[2]+internet[3], internet[1])] = true
		case socket != nil:
			seen[strings.Trim(socket[1], `"`)] = true
		case strings.Contains(line, "AF_UNSPEC"), strings.Contains(line, "sa_family=AF_NETLINK"):
			// A socket is taken back, or the kernel is asked for its own interfaces.
		case hasAddress.MatchString(line):
			seen[strings.TrimSpace(line)] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// roles are who the service may contact, by the recipients that are published.
// The site, the key server and the token server are at one address here, as KMS
// and CloudWatch Logs are: which of them was asked, these say themselves.
func (c *canary) roles() map[string][]string {
	host := func(address string) string {
		u, err := url.Parse(address)
		if err != nil {
			c.t.Fatal(err)
		}
		return u.Host
	}
	roles := map[string][]string{}
	seen := func(address string, recipients ...string) { roles[address] = append(roles[address], recipients...) }
	seen(c.redis.Socket(), "Redis (Heroku Key-Value Store)")
	seen(host(c.s3.Proxy.URL()), "AWS S3")
	for operation, recipient := range map[string]string{"GenerateDataKey": "AWS KMS", "PutLogEvents": "AWS CloudWatch Logs"} {
		if slices.Contains(c.cloud.Called(), operation) {
			seen(host(c.cloud.Proxy.URL()), recipient)
		}
	}
	for recipient, path := range map[string]string{
		"The site itself": "/first/wiki/", "Install key servers": "/install-keys/", "Token server": "/oauth2/token", "Key set of Forge": "/forge-keys",
	} {
		if c.wasAsked(regexp.MustCompile("^" + path)) {
			seen(host(c.url), recipient)
		}
	}
	return roles
}

// wasAsked reports whether the local Confluence answered a call of the app.
func (c *canary) wasAsked(path *regexp.Regexp) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.ContainsFunc(c.asked, path.MatchString)
}

// TestTheServiceContactsExactlyThePublishedRecipients watches the kernel, for
// which it does not matter by which library somebody is contacted.
func TestTheServiceContactsExactlyThePublishedRecipients(t *testing.T) {
	t.Parallel()
	path := program(t)
	record := filepath.Join(t.TempDir(), "contacts")
	c := newCanary(t, underStrace(t, record, path, "serve"))
	for _, p := range c.pages {
		c.look(p)
		c.label(p)
		c.suggest(p)
		c.throughForge(p)
	}
	c.administrate()
	c.lifecycle(c.customers[1])
	c.measure()
	endTraced(c.process())
	c.process().exit()

	roles := c.roles()
	got := contacts(t, record)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(roles)), got); diff != "" {
		t.Errorf("contacted differs (-recorded roles +strace):\n%s", diff)
	}
	var published []string
	for _, r := range datamap.Recipients {
		if len(r.Hosts) > 0 && !r.Browser {
			published = append(published, r.Name)
		}
	}
	contacted := slices.Concat(slices.Collect(maps.Values(roles))...)
	if diff := cmp.Diff(slices.Sorted(slices.Values(published)), slices.Sorted(slices.Values(contacted))); diff != "" {
		t.Errorf("the recipients differ (-published +contacted):\n%s", diff)
	}
	t.Logf("%d requests; contacted: %v", c.sent, roles)
}

func TestAContactThatIsNotPublishedIsNoticed(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var config net.ListenConfig
	elsewhere, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	record := filepath.Join(t.TempDir(), "contacts")
	run := underStrace(t, record, self)
	c := newCanary(t, func(environment []string) *process { return run(append(environment, engineVariable+"=contacting")) })
	p := c.pages[0]
	body := strings.Replace(p.suggestion(), p.word("text")+" testing", "at-"+elsewhere.Addr().String(), 1)
	c.send(p, http.StatusOK, "suggestions", p.as().BrowserCall(http.MethodPost, "/api/suggest", body))
	endTraced(c.process())
	c.process().exit()
	if got := contacts(t, record); !slices.Contains(got, elsewhere.Addr().String()) {
		t.Errorf("%s is not among %q", elsewhere.Addr(), got)
	}
}

func TestWhatStraceWritesIsUnderstood(t *testing.T) {
	record := filepath.Join(t.TempDir(), "contacts")
	err := os.WriteFile(record, []byte(`101 connect(7, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("192.0.2.7")}, 16) = -1 EINPROGRESS (Operation now in progress)
102 connect(8, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28 <unfinished ...>
102 connect(9, {sa_family=AF_UNIX, sun_path="/tmp/redis.sock"}, 18) = 0
103 sendto(5, ""..., 40, MSG_NOSIGNAL, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("192.0.2.1")}, 16) = 40
103 sendto(5, ""..., 40, MSG_NOSIGNAL, NULL, 0) = 40
104 sendto(6, [{nlmsg_len=20}], 20, 0, {sa_family=AF_NETLINK, nl_pid=0, nl_groups=00000000}, 12) = 20
105 connect(7, {sa_family=AF_BLUETOOTH, rc_bdaddr=00:00}, 10) = 0
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/tmp/redis.sock", "105 connect(7, {sa_family=AF_BLUETOOTH, rc_bdaddr=00:00}, 10) = 0", "192.0.2.1:53", "192.0.2.7:443", "[2001:db8::1]:53",
	}
	if diff := cmp.Diff(want, contacts(t, record)); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}
