package handlers

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"

	"labelup/internal/fault"
)

func TestWhetherTheCallerHasLeft(t *testing.T) {
	const outage = fault.Unavailable
	tests := map[string]struct {
		caller func(context.Context) (context.Context, context.CancelFunc)
		err    error
		want   fault.Kind
	}{
		"they left, and what was under way ended with them":        {leaves, fault.Wrap(outage, "store", fmt.Errorf("get: %w", context.Canceled)), fault.CallerLeft},
		"they left, and an error nobody has classified says so":    {leaves, context.Canceled, fault.CallerLeft},
		"they left, and what went on without them failed":          {leaves, fault.New(outage, "store"), outage},
		"they left, and what went on without them took too long":   {leaves, fault.Wrap(outage, "store", context.DeadlineExceeded), outage},
		"they wait, and a call was cancelled that they share":      {context.WithCancel, fault.Wrap(outage, "store", context.Canceled), outage},
		"they wait, and a time limit of ours is over":              {context.WithCancel, fault.Wrap(outage, "store", context.DeadlineExceeded), outage},
		"the time for the whole request is over, and it is no bye": {isOver, fault.Wrap(outage, "store", context.DeadlineExceeded), outage},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := test.caller(t.Context())
			defer cancel()
			x := &exchange{request: httptest.NewRequestWithContext(ctx, "GET", "/api/site", nil)}
			got := x.faultOf(test.err)
			if got.Kind != test.want || got.Reason != fault.Of(test.err).Reason {
				t.Errorf("it is %s, want %s for the same reason", got, test.want)
			}
		})
	}
}

func leaves(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, leave := context.WithCancel(ctx)
	leave()
	return ctx, leave
}

func isOver(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 0)
}
