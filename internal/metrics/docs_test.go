package metrics

import (
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"labelup/internal/technicallog"
)

// sample has counted one line of each kind, so that every metric is there, and
// says which labels each has.
func sample(t *testing.T) map[string][]string {
	t.Helper()
	m := New()
	m.Register(Gauges{
		RedisUp:         func() bool { return true },
		LogLinesDropped: func() int64 { return 0 },
		BackupAge:       func() (time.Duration, bool) { return time.Hour, true },
		BackupInterval:  func() time.Duration { return time.Hour },
		SealKeysCached:  func() int { return 0 },
	})
	log := technicallog.New(io.Discard, slog.LevelError, m)
	log.Info("start", technicallog.Version, "abc1234")
	log.Error("request", technicallog.Route, "/api/labels", technicallog.Method, "POST", technicallog.Status, 502,
		technicallog.Kind, "upstream", technicallog.Reason, "timeout", technicallog.Cause, "timeout")
	log.Warn("call", technicallog.Operation, "read_labels", technicallog.Status, 200, technicallog.Retries, 1,
		technicallog.Points, 1, technicallog.NearLimit, true)
	log.Error("panic")

	families, err := prometheus.Gatherers{m.registry}.Gather()
	if err != nil {
		t.Fatal(err)
	}
	metrics := map[string][]string{"up": {"job", "instance"}} // made by Prometheus itself
	for _, family := range families {
		labels := []string{"job", "instance", "le"} // of every scrape, and of buckets
		for _, pair := range family.GetMetric()[0].GetLabel() {
			labels = append(labels, pair.GetName())
		}
		metrics[family.GetName()] = labels
	}
	return metrics
}

var (
	metricName = regexp.MustCompile(`\b(?:labelup|go|process)_[a-z_]+\b|\bup\b`)
	labelLists = regexp.MustCompile(`\b(?:by|without) \(([^)]*)\)|\{([^}]*)\}`)
	labelName  = regexp.MustCompile(`([a-z_]+)(?:\s*[=!]|\s*,|\s*$)`)
	quoted     = regexp.MustCompile(`"[^"]*"`)
	histogram  = regexp.MustCompile(`_(?:bucket|sum|count)$`)
)

// wrongIn holds the names in an expression of PromQL against the metrics, and
// says what is wrong. Each label must be one of some metric in it.
func wrongIn(expression string, metrics map[string][]string) (wrong []string) {
	bare := quoted.ReplaceAllString(expression, `""`)
	names := metricName.FindAllString(labelLists.ReplaceAllString(bare, ""), -1)
	if len(names) == 0 {
		wrong = append(wrong, "no metric")
	}
	var labels []string
	for _, name := range names {
		known, ok := metrics[name]
		if !ok {
			known, ok = metrics[histogram.ReplaceAllString(name, "")]
		}
		if !ok {
			wrong = append(wrong, "no such metric: "+name)
		}
		labels = append(labels, known...)
	}
	for _, list := range labelLists.FindAllStringSubmatch(bare, -1) {
		for _, label := range labelName.FindAllStringSubmatch(list[1]+list[2], -1) {
			if !slices.Contains(labels, label[1]) {
				wrong = append(wrong, "no such label: "+label[1])
			}
		}
	}
	return wrong
}

func checkExpression(t *testing.T, where, expression string, metrics map[string][]string) {
	t.Helper()
	for _, wrong := range wrongIn(expression, metrics) {
		t.Errorf("%s: %s in %s", where, wrong, expression)
	}
}

type dashboard struct {
	Title         string
	UID           string
	SchemaVersion int
	Templating    struct {
		List []struct{ Name, Type string }
	}
	Panels []panel
}

type panel struct {
	ID         int
	Type       string
	Title      string
	Datasource struct{ Type, UID string }
	GridPos    struct{ H, W, X, Y int }
	Targets    []struct{ RefID, Expr, LegendFormat string }
}

func TestTheDashboardShowsMetricsThatThereAre(t *testing.T) {
	raw, err := os.ReadFile("../../docs/dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	if d.Title == "" || d.UID == "" || d.SchemaVersion < 36 {
		t.Errorf("title %q, uid %q, schema version %d", d.Title, d.UID, d.SchemaVersion)
	}
	if len(d.Templating.List) == 0 || d.Templating.List[0].Name != "datasource" || d.Templating.List[0].Type != "datasource" {
		t.Error("the data source is no variable")
	}
	metrics := sample(t)
	shown, ids := map[string]bool{}, map[int]bool{}
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("panel %q has the id of another", p.Title)
		}
		ids[p.ID] = true
		if p.GridPos.W < 1 || p.GridPos.H < 1 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("panel %q is outside the grid: %+v", p.Title, p.GridPos)
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("panel %q has data source %q and %d queries", p.Title, p.Datasource.UID, len(p.Targets))
		}
		for _, target := range p.Targets {
			checkExpression(t, p.Title, target.Expr, metrics)
			for _, name := range metricName.FindAllString(target.Expr, -1) {
				shown[histogram.ReplaceAllString(name, "")] = true
			}
		}
	}
	if len(d.Panels) < 20 {
		t.Errorf("found %d panels only", len(d.Panels))
	}
	for name := range metrics {
		if strings.HasPrefix(name, "labelup_") && !shown[name] {
			t.Errorf("nothing shows %s", name)
		}
	}
}

func TestAlertsWatchMetricsThatThereAreAndLeadToTheRunbook(t *testing.T) {
	raw, err := os.ReadFile("../../docs/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	runbook, err := os.ReadFile("../../docs/runbook.md")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^## (\S+)$`).FindAllStringSubmatch(string(runbook), -1) {
		sections[heading[1]] = true
	}
	metrics := sample(t)
	link := regexp.MustCompile(`runbook: docs/runbook\.md#(.+)`)
	severity := regexp.MustCompile(`severity: (\S+)`)
	kindsOf := regexp.MustCompile(`kind=~"([^"]+)"`)
	pages, tickets := map[string]bool{}, map[string]bool{}
	for _, rule := range strings.Split(string(raw), "- alert: ")[1:] {
		name, _, _ := strings.Cut(rule, "\n")
		_, expression, found := strings.Cut(rule, " expr: ")
		expression, _, _ = strings.Cut(expression, "\n")
		to, how := link.FindStringSubmatch(rule), severity.FindStringSubmatch(rule)
		if !found || to == nil || how == nil || !strings.Contains(rule, "summary: ") {
			t.Errorf("%s lacks its expression, runbook, severity or summary", name)
			continue
		}
		checkExpression(t, name, expression, metrics)
		anchors := []string{to[1]}
		if to[1] == "{{ $labels.kind }}" {
			anchors = strings.Split(kindsOf.FindStringSubmatch(expression)[1], "|")
		}
		for _, anchor := range anchors {
			if !sections[anchor] {
				t.Errorf("%s leads to #%s, which docs/runbook.md does not have: %q", name, anchor, slices.Sorted(maps.Keys(sections)))
			}
		}
		switch how[1] {
		case "page":
			pages[name] = true
		case "ticket":
			tickets[name] = true
		default:
			t.Errorf("%s has severity %q", name, how[1])
		}
	}
	if len(pages) == 0 || len(pages) > 8 || !tickets["LabelUPLogLinesDropped"] {
		t.Errorf("%d alerts wake somebody, %v wait", len(pages), tickets)
	}
}

func TestAWrongNameInAnExpressionIsFound(t *testing.T) {
	metrics := map[string][]string{"labelup_requests_total": {"kind", "job"}, "labelup_request_duration_seconds": {"route", "le"}}
	for expression, want := range map[string][]string{
		`sum by (kind) (rate(labelup_requests_total{job="$job",kind!=""}[5m]))`:                           nil,
		`histogram_quantile(0.5, sum by (le, route) (rate(labelup_request_duration_seconds_bucket[5m])))`: nil,
		`sum(rate(labelup_request_total[5m]))`:                                                            {"no such metric: labelup_request_total"},
		`sum by (kind, site) (rate(labelup_requests_total[5m]))`:                                          {"no such label: site"},
		`sum(rate(labelup_requests_total{kind="a, b",tenant=~"c"}[5m]))`:                                  {"no such label: tenant"},
		`sum(1)`: {"no metric"},
	} {
		if diff := cmp.Diff(want, wrongIn(expression, metrics)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expression, diff)
		}
	}
}
