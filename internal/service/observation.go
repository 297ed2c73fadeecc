package service

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"labelup/internal/aws"
	"labelup/internal/config"
	"labelup/internal/lasterrors"
	"labelup/internal/metrics"
	"labelup/internal/site"
	"labelup/internal/technicallog"
)

// Observation is everything that can be learned about the running service. All
// of it comes from the lines of the technical log: what is counted and what is
// shown to an administrator cannot say more than the log does.
type Observation struct {
	Log        *slog.Logger
	LastErrors *lasterrors.Log
	Metrics    *metrics.Metrics
	CloudWatch *aws.LogSink // nil if the log goes to standard output only
}

// Observe writes the technical log to stdout and, if the settings say so, to
// CloudWatch.
func Observe(settings config.Config, stdout io.Writer) *Observation {
	o := &Observation{LastErrors: lasterrors.New(nil), Metrics: metrics.New()}
	to := stdout
	if settings.AWS.LogGroup != "" {
		// What this sink has to say about its own calls it may not say to
		// itself: a line for each batch would make the next batch.
		failures := observeAWS(technicallog.New(stdout, slog.LevelWarn))
		o.CloudWatch = LogSink(settings, func(ctx context.Context, call aws.Call) {
			o.Metrics.Add(technicallog.Line{Message: "call", Operation: call.Operation, Status: call.Status, Cause: call.Class, Duration: call.Duration})
			failures(ctx, call)
		})
		to = io.MultiWriter(stdout, o.CloudWatch)
	}
	o.Log = technicallog.New(to, settings.LogLevel, o.LastErrors, o.Metrics)
	return o
}

// LogSink is a stream of its own in the settings' log group of CloudWatch.
// observe, which may be nil, is told of each call.
func LogSink(settings config.Config, observe func(context.Context, aws.Call)) *aws.LogSink {
	return aws.NewLogSink(awsSettings(settings, observe), settings.AWS.LogGroup, logStream(), settings.LogRetentionDays)
}

// LogReader reads the settings' log group of CloudWatch.
func LogReader(settings config.Config) *aws.LogReader {
	return aws.NewLogReader(awsSettings(settings, nil), settings.AWS.LogGroup)
}

// logStream is a name of this process's own: a stream has one writer.
func logStream() string {
	return time.Now().UTC().Format("2006-01-02T15-04-05") + "-" + rand.Text()[:8]
}

// close gives the last lines the time to leave.
func (o *Observation) close() {
	if o.CloudWatch == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = o.CloudWatch.Close(ctx) // there is nobody left to tell; standard output has the lines
}

func awsSettings(settings config.Config, observe func(context.Context, aws.Call)) aws.Settings {
	return aws.Settings{
		Region: settings.AWS.Region, AccessKeyID: settings.AWS.AccessKeyID, SecretAccessKey: settings.AWS.SecretAccessKey,
		Endpoint: settings.AWS.Endpoint, S3Endpoint: settings.AWS.S3Endpoint, Observe: observe,
	}
}

// observeAWS writes a line for each call to AWS.
func observeAWS(log *slog.Logger) func(context.Context, aws.Call) {
	return func(ctx context.Context, call aws.Call) {
		level := slog.LevelInfo
		if call.Class != "" {
			level = technicallog.LevelOf(call.Class)
		}
		requestID, siteHash := technicallog.RequestOf(ctx)
		log.LogAttrs(ctx, level, "call",
			slog.String(technicallog.Operation, call.Operation),
			slog.String(technicallog.RequestID, requestID),
			slog.String(technicallog.Site, siteHash),
			slog.Int(technicallog.Status, call.Status),
			technicallog.Milliseconds(call.Duration),
			slog.Int(technicallog.Retries, call.Retries),
			slog.String(technicallog.Cause, call.Class))
	}
}

// redis writes a line for each command that failed. Of the others, of which
// there is one for nearly every request, there are lines at the level debug.
func (o *Observation) redis(call site.Call) {
	level, cause := slog.LevelDebug, technicallog.CauseOf(call.Err)
	if call.Err != nil {
		level = technicallog.LevelOf(cause)
	} else {
		o.Metrics.Add(technicallog.Line{Message: "call", Operation: call.Operation, Duration: call.Duration})
	}
	if !o.Log.Enabled(context.Background(), level) {
		return
	}
	o.Log.LogAttrs(context.Background(), level, "call",
		slog.String(technicallog.Operation, call.Operation),
		technicallog.Milliseconds(call.Duration),
		slog.String(technicallog.Cause, cause))
}
