package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestOfFindsTheFaultAndShowsNothingElse(t *testing.T) {
	forbidden := New(Forbidden, "not_permitted")
	tests := map[string]struct {
		err    error
		kind   Kind
		reason string
	}{
		"a fault":                        {forbidden, Forbidden, "not_permitted"},
		"a fault inside another error":   {fmt.Errorf("page Quarterly plan: %w", forbidden), Forbidden, "not_permitted"},
		"the outer of two faults":        {Wrap(Upstream, "written_not_verified", forbidden), Upstream, "written_not_verified"},
		"an error nobody has classified": {errors.New("page Quarterly plan"), Internal, "unclassified"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := Of(test.err)
			if got.Kind != test.kind || got.Reason != test.reason {
				t.Errorf("Of = %s %s, want %s %s", got.Kind, got.Reason, test.kind, test.reason)
			}
			if strings.Contains(got.Error(), "Quarterly") {
				t.Errorf("its text is %q", got)
			}
		})
	}
}

func TestAFaultRemembersItsCause(t *testing.T) {
	if err := Wrap(Upstream, "timeout", context.DeadlineExceeded); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("errors.Is does not find the cause")
	}
}
