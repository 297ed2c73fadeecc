package site

import "time"

// Settings is what the operator decides about a store. The zero value is ready.
type Settings struct {
	Keep Keep

	// Now is the clock of everything that is counted in days; nil means
	// time.Now. How old an answer of the cache is does not depend on it.
	Now func() time.Time

	// Observe is told of every command that is sent to Redis, nil means nobody
	// is. It is called by many goroutines at once, while a request waits.
	Observe func(Call)
}

// Keep is how long something stays in Redis. Zero means 30 days.
//
// A change takes effect for what is written afterwards: Redis got the time to
// delete a record when it was written. Export and Import go by the setting of
// now.
type Keep struct {
	// AfterUninstall is how long a record without secrets stays after its site
	// uninstalled the app: long enough to come back, and for support.
	AfterUninstall time.Duration

	// Erasures is how long it stays known that a site was erased. It must be
	// at least as long as a backup may be restored, or the backup would bring
	// the site back. That a site uninstalled the app stays known for the longer
	// of both times and a day more.
	Erasures time.Duration
}

const defaultKeep = 30 * 24 * time.Hour

func (s Settings) withDefaults() Settings {
	if s.Keep.AfterUninstall == 0 {
		s.Keep.AfterUninstall = defaultKeep
	}
	if s.Keep.Erasures == 0 {
		s.Keep.Erasures = defaultKeep
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	return s
}
