package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"labelup/internal/doctor"
	"labelup/internal/service"
)

// runDoctor checks everything that the service needs. It looks from where it
// runs: on Heroku in a dyno of its own, with the settings of the service.
func runDoctor(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("labelup doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "write the report as JSON")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "labelup doctor [--json]\n\nChecks everything that the service needs, and says what is wrong and what to do. Exit code 1 if there is a problem.")
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		flags.Usage()
		return 2
	}
	checks, closeAll := doctorChecks(getenv)
	defer closeAll()
	return doctor.Run(ctx, checks, stdout, *asJSON)
}

// doctorChecks are those that the settings allow. A setting that is wrong keeps
// only the checks away that need it.
func doctorChecks(getenv func(string) string) (checks []doctor.Check, closeAll func()) {
	settings, err := service.ReadSettings(getenv)
	checks = append(checks, doctor.Environment(eachFault(err)))
	log := slog.New(slog.DiscardHandler) // what fails is in the report
	closeAll = func() {}
	redisTime := func(context.Context) (time.Time, error) { return time.Time{}, errors.New("no Redis") }
	if store, sealer, err := service.OpenStore(settings, log, nil, 0); err == nil && settings.RedisURL != "" {
		closeAll = func() { _ = store.Close() }
		redisTime = func(ctx context.Context) (time.Time, error) {
			status, err := store.Status(ctx)
			return status.Time, err
		}
		checks = append(checks, doctor.Redis(store), doctor.Sealing(sealer))
	}
	transport := http.DefaultTransport
	if len(settings.InstallKeyURLs) > 0 {
		checks = append(checks,
			doctor.Clock(transport, settings.InstallKeyURLs[0], redisTime, time.Now),
			doctor.Reachable("Atlassian's key servers", transport, settings.InstallKeyURLs, "Check INSTALL_KEY_URLS, and that this machine may reach the internet: without them no site can install the app."))
	}
	if settings.TokenServerURL != "" {
		checks = append(checks, doctor.Reachable("Atlassian's token server", transport, []string{settings.TokenServerURL},
			"Check TOKEN_SERVER_URL, and that this machine may reach the internet: without it nobody can change a label."))
	}
	if settings.ForgeAppID != "" {
		checks = append(checks, doctor.Reachable("Forge's key set", transport, []string{settings.ForgeKeySetURL},
			"Check that this machine may reach the internet: without it nobody is served through Forge Remote."))
	}
	for _, base := range service.BaseURLs(settings) {
		if served, err := service.Descriptor(settings); err == nil && base != "" {
			checks = append(checks, doctor.Descriptor(transport, base, served, time.Now))
		}
	}
	if settings.AWS.BackupBucket != "" {
		checks = append(checks, doctor.Bucket(service.Bucket(settings, log), 2*settings.AWS.BackupEvery, time.Now))
	}
	if settings.AWS.LogGroup != "" {
		checks = append(checks, doctor.CloudWatch(service.LogReader(settings), time.Now))
	}
	return checks, closeAll
}

func eachFault(err error) []error {
	if err == nil {
		return nil
	}
	var faults []error
	for line := range strings.SplitSeq(err.Error(), "\n") {
		faults = append(faults, errors.New(line))
	}
	return faults
}
