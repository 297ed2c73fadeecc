package metrics

import (
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Gauges are what is asked for at each scrape. A function that is nil has no
// metric. They are called by several goroutines at once and must answer within
// a second, or the scrape is late.
type Gauges struct {
	// RedisUp reports whether Redis answers this process.
	RedisUp func() bool

	// LogLinesDropped is how many lines a sink of the technical log had to
	// drop since the process started.
	LogLinesDropped func() int64

	// BackupAge is how old the newest backup is; false if there is none, which
	// is shown as an infinite age.
	BackupAge func() (age time.Duration, found bool)

	// BackupInterval is the time between two backups, 0 if they are made by
	// command only: what the age is to be judged by.
	BackupInterval func() time.Duration

	// SealKeysCached is how many opened data keys are in memory.
	SealKeysCached func() int
}

// Register adds the gauges. It may be called once.
func (m *Metrics) Register(gauges Gauges) {
	if up := gauges.RedisUp; up != nil {
		m.gauge("labelup_redis_up", "1 if Redis answers this process, else 0.", func() float64 {
			if up() {
				return 1
			}
			return 0
		})
	}
	if dropped := gauges.LogLinesDropped; dropped != nil {
		m.registry.MustRegister(prometheus.NewCounterFunc(
			prometheus.CounterOpts{Name: "labelup_log_lines_dropped_total", Help: "Lines that a sink of the technical log had to drop."},
			func() float64 { return float64(dropped()) }))
	}
	if age := gauges.BackupAge; age != nil {
		m.gauge("labelup_backup_age_seconds", "Age of the newest backup, +Inf if there is none.", func() float64 {
			if age, found := age(); found {
				return age.Seconds()
			}
			return math.Inf(1)
		})
	}
	if interval := gauges.BackupInterval; interval != nil {
		m.gauge("labelup_backup_interval_seconds", "Time between two backups, 0 if they are made by command only.", func() float64 { return interval().Seconds() })
	}
	if cached := gauges.SealKeysCached; cached != nil {
		m.gauge("labelup_seal_keys_cached", "Opened data keys in memory.", func() float64 { return float64(cached()) })
	}
}

func (m *Metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}
