package site

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// Call is one command that was sent to Redis, or one pipeline of them.
type Call struct {
	Operation string        // "redis_" and the command, "redis_change" for a transaction: a closed list
	Duration  time.Duration // until the answer, including a second try
	Err       error         // nil if Redis answered; may hold an address, so only its class may be logged
}

// operations are the commands by the names that Call has for them. Any other
// is redis_other: what go-redis says to set up a connection, mostly.
var operations = map[string]string{
	"get":     "redis_get",
	"watch":   "redis_watch",
	"unwatch": "redis_watch",
	"multi":   "redis_change",
	"scan":    "redis_scan",
	"ping":    "redis_ping",
	"info":    "redis_info",
	"time":    "redis_time",
}

func operationOf(command string) string {
	if name, ok := operations[command]; ok {
		return name
	}
	return "redis_other"
}

// observe reports a client's calls. It must come before the first of them.
func observe(client redis.UniversalClient, report func(Call)) {
	hook := observer(report)
	if cluster, ok := client.(*redis.ClusterClient); ok {
		// The nodes are asked directly too, by eachMaster.
		cluster.OnNewNode(func(node *redis.Client) { node.AddHook(hook) })
		return
	}
	client.AddHook(hook)
}

// observer is a redis.Hook.
type observer func(Call)

// DialHook leaves connecting alone: it is part of the call that needs it.
func (observer) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook reports a single command.
func (o observer) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, command redis.Cmder) error {
		start := time.Now()
		err := next(ctx, command)
		o.report(command.Name(), start, err)
		return err
	}
}

// ProcessPipelineHook reports a pipeline by its first command, which is MULTI
// for a transaction.
func (o observer) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		start := time.Now()
		err := next(ctx, commands)
		name := ""
		if len(commands) > 0 {
			name = commands[0].Name()
		}
		o.report(name, start, err)
		return err
	}
}

func (o observer) report(command string, start time.Time, err error) {
	// Answers, not failures: there is no such key, and somebody was faster.
	if errors.Is(err, redis.Nil) || errors.Is(err, redis.TxFailedErr) {
		err = nil
	}
	o(Call{Operation: operationOf(command), Duration: time.Since(start), Err: err})
}
