// Package metrics counts, for Prometheus, what the technical log says: it
// watches the log's lines, and adds a few gauges that are asked for when
// somebody scrapes.
//
// No metric has a label for a site, a request or a person, and every label has
// a bounded number of values, whatever a line holds: see labels.go. The package
// must not log, and must not hold up the request whose line it counts.
//
// Source: Prometheus' documentation, "Metric and label naming" and
// "Instrumentation". docs/dashboard.json shows these metrics, docs/alerts.yaml
// watches them.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"labelup/internal/fault"
	"labelup/internal/technicallog"
)

// Metrics is a watcher for technicallog.New. It is safe for concurrent use.
type Metrics struct {
	technicallog.Watcher
	registry *prometheus.Registry

	requests        *family[prometheus.Counter]
	requestFailures *family[prometheus.Counter]
	requestSeconds  *family[prometheus.Observer]
	calls           *family[prometheus.Counter]
	callRetries     *family[prometheus.Counter]
	callSeconds     *family[prometheus.Observer]
	points          *family[prometheus.Counter]
	lines           *family[prometheus.Counter]
	nearLimit       prometheus.Counter
	panics          prometheus.Counter
	fieldsLost      prometheus.Counter
	info            *prometheus.GaugeVec
}

// How many series a family may have. In use they have about a tenth of it; a
// series of a histogram is sixteen for Prometheus.
const (
	maxCounters   = 1000
	maxHistograms = 100
)

// seconds fits Redis, which answers in one millisecond, and a change that waits
// for Confluence for 20 seconds.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// New returns metrics with a registry of their own, in which there are also
// those of the Go runtime and of the process.
func New() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.Watcher = technicallog.NewWatcher(m.Add)
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	m.requests = m.counters("labelup_requests_total",
		"Requests answered. kind is the kind of fault, empty if there was none.", "route", "method", "status", "kind")
	m.requestFailures = m.counters("labelup_request_failures_total",
		"Requests with a fault, by the reason that the log has for it; without those whose caller left.", "route", "kind", "reason")
	m.requestSeconds = m.histograms("labelup_request_duration_seconds",
		"How long requests took, to the end of the answer.", "route")
	m.calls = m.counters("labelup_calls_total",
		"Calls to others. status is that of the last try. failure is empty if the call did what it was for.",
		"peer", "operation", "status", "failure")
	m.callRetries = m.counters("labelup_call_retries_total", "Tries of a call after the first.", "peer", "operation")
	m.callSeconds = m.histograms("labelup_call_duration_seconds", "How long calls took, with all tries.", "peer", "operation")
	m.points = m.counters("labelup_points_total", "Points of Confluence's hourly quota that calls used, estimated.", "operation")
	m.lines = m.counters("labelup_log_lines_total", "Lines of the technical log from info up, written or not.", "level")
	m.nearLimit = m.counter("labelup_near_limit_total", "Calls that Confluence answered with: the rate limit is near.")
	m.panics = m.counter("labelup_panics_total", "Panics that were caught in a request.")
	m.fieldsLost = m.counter("labelup_log_fields_lost_total", "Fields left out of the technical log because they are not on its list.")
	m.info = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "labelup_info", Help: "Always 1; the label is the version that runs."}, []string{"version"})
	m.registry.MustRegister(m.info)
	return m
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	m.registry.MustRegister(counter)
	return counter
}

func (m *Metrics) counters(name, help string, labels ...string) *family[prometheus.Counter] {
	vector := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	m.registry.MustRegister(vector)
	return newFamily(maxCounters, len(labels), vector.WithLabelValues)
}

func (m *Metrics) histograms(name, help string, labels ...string) *family[prometheus.Observer] {
	vector := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: seconds}, labels)
	m.registry.MustRegister(vector)
	return newFamily(maxHistograms, len(labels), vector.WithLabelValues)
}

// Handler answers scrapes. It is for a port that only the operator reaches.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorHandling:       promhttp.ContinueOnError, // a part that fails must not hide the others
		MaxRequestsInFlight: 4,
		Timeout:             10 * time.Second,
	})
}

// Add counts a line. It is called for every line of the log that the metrics
// watch; call it for what is counted and not worth a line, such as a command
// to Redis that succeeded, as {Message: "call", Operation: …, Duration: …}.
func (m *Metrics) Add(line technicallog.Line) {
	switch line.Message {
	case "request":
		m.addRequest(line)
	case "call":
		m.addCall(line)
	case "panic":
		m.panics.Inc()
	case "start":
		m.info.Reset() // one version runs
		m.info.WithLabelValues(line.Version).Set(1)
	}
	m.lines.of(levelLabel(line.Level)).Inc()
	m.fieldsLost.Add(float64(line.FieldsLost))
}

func (m *Metrics) addRequest(line technicallog.Line) {
	route, kind := routeLabel(line.Route), kindLabel(line.Kind)
	m.requests.of(route, methodLabel(line.Method), statusLabel(line.Status), kind).Inc()
	m.requestSeconds.of(route).Observe(line.Duration.Seconds())
	if kind != "" && kind != string(fault.CallerLeft) {
		m.requestFailures.of(route, kind, wordLabel(line.Reason)).Inc()
	}
}

func (m *Metrics) addCall(line technicallog.Line) {
	operation := wordLabel(line.Operation)
	peer := peerLabel(operation)
	m.calls.of(peer, operation, statusLabel(line.Status), failureLabel(line)).Inc()
	m.callSeconds.of(peer, operation).Observe(line.Duration.Seconds())
	if line.Retries > 0 {
		m.callRetries.of(peer, operation).Add(float64(line.Retries))
	}
	if line.Points > 0 {
		m.points.of(operation).Add(float64(line.Points))
	}
	if line.NearLimit {
		m.nearLimit.Inc()
	}
}
