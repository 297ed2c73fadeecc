package datamap_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/datamap"
)

type written struct {
	Name   string    `json:"name"`
	Secret string    `json:"secret,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Cached int       `json:"-"`
}

func declared(names ...string) datamap.Store {
	store := datamap.Store{Name: "Things", Place: "Redis", Kept: "for {log_days} days", Protection: "in the clear"}
	for _, name := range names {
		store.Fields = append(store.Fields, datamap.Field{Name: name, Origin: "the site", Purpose: "to test"})
	}
	return store
}

func panics(f func()) (said string) {
	defer func() {
		if recovered := recover(); recovered != nil {
			said = recovered.(string)
		}
	}()
	f()
	return ""
}

func TestADeclarationThatIsNotWhatIsWrittenStopsTheProgram(t *testing.T) {
	whole := []string{"name", "secret", "until"}
	tests := map[string]struct {
		store datamap.Store
		says  string // "" if it is right
	}{
		"exactly what is written":           {declared(whole...), ""},
		"a field that is written is absent": {declared("name", "secret"), "declares"},
		"a field that is not written":       {declared(append(whole, "email")...), "declares"},
		"another order":                     {declared("secret", "name", "until"), "declares"},
		"a field that is not stored":        {declared("name", "secret", "until", "Cached"), "declares"},
		"nothing":                           {datamap.Store{}, "declares"},
	}
	noOrigin, noPurpose, noPlace, noTime, noProtection := declared(whole...), declared(whole...), declared(whole...), declared(whole...), declared(whole...)
	noOrigin.Fields[1].Origin = ""
	noPurpose.Fields[2].Purpose = ""
	noPlace.Place, noTime.Kept, noProtection.Protection = "", "", ""
	for name, store := range map[string]datamap.Store{"no origin": noOrigin, "no purpose": noPurpose} {
		tests[name] = struct {
			store datamap.Store
			says  string
		}{store, "no origin or no purpose"}
	}
	for name, store := range map[string]datamap.Store{"no place": noPlace, "no time": noTime, "no protection": noProtection} {
		tests[name] = struct {
			store datamap.Store
			says  string
		}{store, "does not say where"}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			said := panics(func() { datamap.Of(written{}, test.store) })
			if (said == "") != (test.says == "") || !strings.Contains(said, test.says) {
				t.Errorf("it says %q, want %q", said, test.says)
			}
		})
	}
}

func TestAFieldIsKeptAndProtectedLikeItsStoreUnlessItSaysOtherwise(t *testing.T) {
	store := declared("name", "secret")
	store.Kept = "{uninstalled_days}, {log_days} and {backup_days} days"
	store.Fields[1].Kept, store.Fields[1].Protection = "for {backup_days} hours", "sealed"
	days := datamap.Days{Uninstalled: 31, Logs: 7, Backups: 90}
	want := []datamap.Field{
		{Name: "name", Origin: "the site", Purpose: "to test", Kept: "31, 7 and 90 days", Protection: "in the clear"},
		{Name: "secret", Origin: "the site", Purpose: "to test", Kept: "for 90 hours", Protection: "sealed"},
	}
	if diff := cmp.Diff(want, store.Filled(days).Fields); diff != "" {
		t.Errorf("fields differ (-want +got):\n%s", diff)
	}
	if store.Fields[0].Kept != "" || strings.Contains(store.Filled(days).Kept, "{") {
		t.Error("the declaration itself was filled in, or the copy was not")
	}
}

func TestARecipientThatIsNotSetIsNotUsed(t *testing.T) {
	names := func(isSet func(string) bool) []string {
		var names []string
		for _, r := range datamap.Used(isSet) {
			names = append(names, r.Name)
		}
		return names
	}
	without := names(func(string) bool { return false })
	if slices.ContainsFunc(without, func(name string) bool { return strings.HasPrefix(name, "AWS") }) || len(without) < 7 {
		t.Errorf("without AWS these are used: %q", without)
	}
	with := names(func(setting string) bool { return setting == "KMS_KEY_ID" })
	if !slices.Contains(with, "AWS KMS") || slices.Contains(with, "AWS S3") || len(with) != len(without)+1 {
		t.Errorf("with KMS_KEY_ID these are used: %q", with)
	}
}

func TestARecipientSaysAllThatAReviewerAsks(t *testing.T) {
	for _, r := range datamap.Recipients {
		if r.Name == "" || r.Company == "" || r.Purpose == "" || r.Data == "" || r.Where == "" {
			t.Errorf("%+v leaves something out", r)
		}
		if !r.Always && (r.Setting == "" || len(r.Hosts) == 0) {
			t.Errorf("%s is optional and does not say with which setting, or which host it is", r.Name)
		}
	}
}

// A store or a recipient that does not say which hosts it is for would be here.
func TestOnForgeNativeNothingIsKeptAndNobodyIsInvolved(t *testing.T) {
	got := datamap.Summaries(everyStore, datamap.Recipients)
	if len(got) != 3 {
		t.Fatalf("there are %d hosts", len(got))
	}
	want := datamap.Summary{Host: datamap.Native, Kept: "nothing", Passes: "nothing: there is no service", Involved: "nobody"}
	if diff := cmp.Diff(want, got[0]); diff != "" {
		t.Errorf("native differs (-want +got):\n%s", diff)
	}
	if remote := got[1]; remote.Kept != "Technical log" || remote.Passes != "what is listed below" {
		t.Errorf("remote is %+v", remote)
	}
	if connect := got[2]; !strings.Contains(connect.Kept, "Installed sites") || !strings.Contains(connect.Kept, "Technical log") || connect.Involved != "Salesforce, Amazon Web Services" {
		t.Errorf("connect is %+v", connect)
	}
	forgetful := datamap.Summaries([]datamap.Store{{Name: "Forgotten"}}, []datamap.Recipient{{Company: "Elsewhere"}})
	if forgetful[0].Kept != "Forgotten" || forgetful[0].Involved != "Elsewhere" {
		t.Errorf("what says nothing of hosts is not on native: %+v", forgetful[0])
	}
}
