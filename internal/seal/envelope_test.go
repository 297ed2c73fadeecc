package seal_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"labelup/internal/seal"
)

func TestWhatAnEnvelopeSealedOpensInAnyProcess(t *testing.T) {
	for name, plaintext := range map[string]string{
		"a secret":         "s3cr3t",
		"nothing":          "",
		"every byte":       "\x00\xff.,:\n",
		"the longest text": strings.Repeat("x", 4<<10),
	} {
		t.Run(name, func(t *testing.T) {
			service := &keyService{}
			text := sealed(t, seal.NewEnvelope("a1", service), plaintext, binding)
			opens(t, seal.NewEnvelope("a1", service), text, binding, plaintext)
			for _, shown := range []string{"s3cr3t", binding.Site, base64.RawURLEncoding.EncodeToString([]byte("s3cr3t"))} {
				if strings.Contains(text, shown) {
					t.Errorf("%q shows %q", text, shown)
				}
			}
		})
	}
}

func TestTheKeyServiceLearnsAHashOfTheSiteAndTheField(t *testing.T) {
	service := &keyService{}
	text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
	opens(t, seal.NewEnvelope("a1", service), text, binding, "s3cr3t")
	want := map[string]string{
		"app":    "labelup",
		"tenant": "f505dccd1d9094dbc62328daa123f757f798383017083a95df22cd993c74fb35", // SHA-256 of "site-1"
		"field":  "sharedSecret",
	}
	if diff := cmp.Diff([]map[string]string{want, want}, service.bindings); diff != "" {
		t.Error(diff)
	}
}

func TestEveryTextHasADataKeyOfItsOwn(t *testing.T) {
	envelope := seal.NewEnvelope("a1", &keyService{})
	first, second := sealed(t, envelope, "s3cr3t", binding), sealed(t, envelope, "s3cr3t", binding)
	if strings.Split(first, ".")[4] == strings.Split(second, ".")[4] {
		t.Error("two texts have the same data key")
	}
}

// committedEnvelope was sealed once: records in customers' stores look like
// this, so it must open for ever.
const committedEnvelope = "v2.a1.sharedSecret.9QXczR2QlNs.zN8TFLsOnBH7gKNL6gjfhoBogzdHhcBNSm50KTwUWexI72mhJxkRdKqdt2R67PCmJF1_Vk_wc3-ExkTd.N3Bbw_AcM0QhPqwSi2UDYB4N_IfsS7XXwgL3BprD6hfJyw"

func TestATextSealedByTheFirstEnvelopeOpens(t *testing.T) {
	opens(t, seal.NewEnvelope("a1", &keyService{}), committedEnvelope, binding, "s3cr3t")
}

func TestWhyATextOfAnEnvelopeDoesNotOpen(t *testing.T) {
	service := &keyService{}
	warm := seal.NewEnvelope("a1", service)
	text := sealed(t, warm, "s3cr3t", binding)
	part := strings.Split(text, ".")
	other := strings.Split(sealed(t, warm, "s3cr3t", binding), ".")
	site2 := seal.Binding{Site: "site-2", Field: "sharedSecret"}
	ofSite2 := strings.Split(sealed(t, warm, "s3cr3t", site2), ".")
	previous := seal.Binding{Site: "site-1", Field: "previousSecret"}
	with := func(i int, value string) string {
		changed := append([]string(nil), part...)
		changed[i] = value
		return strings.Join(changed, ".")
	}

	tests := []struct {
		name    string
		text    string
		binding seal.Binding
		want    error
	}{
		{"another site asks", text, site2, seal.ErrOtherSite},
		{"another field asks", text, previous, seal.ErrOtherField},
		{"the header is rewritten to another field", with(2, "previousSecret"), previous, seal.ErrKeyServiceDenied},
		{"the header is rewritten to another site", with(3, ofSite2[3]), site2, seal.ErrKeyServiceDenied},
		{"the wrapped key is that of another text of the same place", with(4, other[4]), binding, seal.ErrTampered},
		{"the wrapped key is that of another site", with(4, ofSite2[4]), binding, seal.ErrKeyServiceDenied},
		{"the tag and the key are those of another site", strings.Join([]string{part[0], part[1], part[2], ofSite2[3], ofSite2[4], part[5]}, "."), site2, seal.ErrTampered},
		{"the payload is that of another text of the same place", with(5, other[5]), binding, seal.ErrTampered},
		{"a bit of the wrapped key is flipped", with(4, flipped(part[4])), binding, seal.ErrKeyServiceDenied},
		{"the wrapped key is cut off", with(4, part[4][:8]), binding, seal.ErrKeyServiceDenied},
		{"the wrapped key is missing", with(4, ""), binding, seal.ErrMalformed},
		{"the wrapped key has a byte over 1 KiB", with(4, base64.RawURLEncoding.EncodeToString(make([]byte, 1025))), binding, seal.ErrMalformed},
		{"the wrapped key is not base64url", with(4, "+++"), binding, seal.ErrMalformed},
		{"the wrapped key has a line break", with(4, part[4]+"\n"), binding, seal.ErrMalformed},
		{"a bit of the payload is flipped", with(5, flipped(part[5])), binding, seal.ErrTampered},
		{"the payload is cut off", with(5, part[5][:4]), binding, seal.ErrTampered},
		{"the payload is missing", with(5, ""), binding, seal.ErrTampered},
		{"the payload is not base64url", with(5, "+++"), binding, seal.ErrMalformed},
		{"the key has another id", with(1, "a2"), binding, seal.ErrUnknownKey},
		{"it is of version 1", with(0, "v1"), binding, seal.ErrMalformed},
		{"it is a local text", committed, binding, seal.ErrMalformed},
		{"it has a part too many", text + ".x", binding, seal.ErrMalformed},
		{"it is empty", "", binding, seal.ErrMalformed},
		{"it is huge", text + strings.Repeat("A", 8<<10), binding, seal.ErrMalformed},
	}
	for _, test := range tests {
		for state, envelope := range map[string]*seal.Envelope{"with its key in memory": warm, "in another process": seal.NewEnvelope("a1", service)} {
			t.Run(test.name+" "+state, func(t *testing.T) {
				got, err := envelope.Open(t.Context(), test.text, test.binding)
				if !errors.Is(err, test.want) || got != nil {
					t.Fatalf("got %q, error %v; want %v", got, err, test.want)
				}
				for _, private := range []string{"s3cr3t", "site-1", "site-2"} {
					if strings.Contains(err.Error(), private) {
						t.Errorf("the error %q shows %q", err, private)
					}
				}
			})
		}
	}
}

func TestAnEnvelopeRefusesWhatItCouldNotOpen(t *testing.T) {
	service := &keyService{}
	envelope := seal.NewEnvelope("a1", service)
	if _, err := envelope.Seal(t.Context(), bytes.Repeat([]byte("x"), 4<<10+1), binding); err == nil {
		t.Error("4 KiB and a byte was sealed")
	}
	for _, field := range []string{"", "a.b", "é", strings.Repeat("f", 65)} {
		if _, err := envelope.Seal(t.Context(), nil, seal.Binding{Site: "x", Field: field}); err == nil {
			t.Errorf("field %q was accepted", field)
		}
	}
	if service.asked() != 0 {
		t.Error("the key service was asked for what cannot be sealed")
	}
}

func TestTheLargestOfEverythingStillOpens(t *testing.T) {
	service := &keyService{}
	envelope := seal.NewEnvelope(strings.Repeat("i", 32), service)
	service.change = func(plain, wrapped []byte) ([]byte, []byte) {
		return plain, append(wrapped, make([]byte, 1024-len(wrapped))...)
	}
	largest := seal.Binding{Site: strings.Repeat("t", 255), Field: strings.Repeat("f", 64)}
	plaintext := strings.Repeat("x", 4<<10)
	opens(t, envelope, sealed(t, envelope, plaintext, largest), largest, plaintext)
}

func TestAnEnvelopeNeedsAnIDThatFitsIntoAText(t *testing.T) {
	for _, id := range []string{"", "a.b", "é", strings.Repeat("i", 33)} {
		t.Run(id, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was accepted")
				}
			}()
			seal.NewEnvelope(id, &keyService{})
		})
	}
}

// failures is each way in which a key service does not answer.
func failures() map[string]struct{ answered, want error } {
	return map[string]struct{ answered, want error }{
		"it throttles":                   {fmt.Errorf("%w: throttled", seal.ErrKeyServiceUnavailable), seal.ErrKeyServiceUnavailable},
		"it denies":                      {fmt.Errorf("%w: disabled", seal.ErrKeyServiceDenied), seal.ErrKeyServiceDenied},
		"it is down":                     {seal.ErrKeyServiceUnavailable, seal.ErrKeyServiceUnavailable},
		"it does not answer in time":     {context.DeadlineExceeded, seal.ErrKeyServiceUnavailable},
		"it says what nobody knows":      {errors.New("account 123456789012 fell over"), seal.ErrKeyServiceUnavailable},
		"it says so of a cancelled call": {fmt.Errorf("account 123456789012: %w", context.Canceled), seal.ErrKeyServiceUnavailable},
	}
}

func TestWhileTheKeyServiceFailsOpenedKeysOpenAndSealingFailsClean(t *testing.T) {
	for name, failure := range failures() {
		t.Run(name, func(t *testing.T) {
			service := &keyService{}
			envelope := seal.NewEnvelope("a1", service)
			known := sealed(t, envelope, "s3cr3t", binding)
			unknown := sealed(t, seal.NewEnvelope("a1", service), "0ther", binding)
			service.fails(failure.answered)

			opens(t, envelope, known, binding, "s3cr3t")
			text, err := envelope.Seal(t.Context(), []byte("s3cr3t"), binding)
			if text != "" || !errors.Is(err, failure.want) || strings.Contains(err.Error(), "account") {
				t.Errorf("sealing: %q, %v; want %v", text, err, failure.want)
			}
			got, err := envelope.Open(t.Context(), unknown, binding)
			if got != nil || !errors.Is(err, failure.want) || strings.Contains(err.Error(), "account") {
				t.Errorf("opening: %q, %v; want %v", got, err, failure.want)
			}
			if n := envelope.CachedKeys(); n != 1 {
				t.Errorf("%d keys are in memory after failures, want the one from before", n)
			}

			service.fails(nil)
			opens(t, envelope, unknown, binding, "0ther")
			sealed(t, envelope, "s3cr3t", binding)
		})
	}
}

func TestWhatIsNoKeyIsNotUsedAsOne(t *testing.T) {
	answers := map[string]func(plain, wrapped []byte) ([]byte, []byte){
		"no key":                         func(_, wrapped []byte) ([]byte, []byte) { return nil, wrapped },
		"a short key":                    func(plain, wrapped []byte) ([]byte, []byte) { return plain[:16], wrapped },
		"a long key":                     func(plain, wrapped []byte) ([]byte, []byte) { return append(plain, 0), wrapped },
		"no wrapped key":                 func(plain, _ []byte) ([]byte, []byte) { return plain, nil },
		"a wrapped key of 1 KiB and one": func(plain, _ []byte) ([]byte, []byte) { return plain, make([]byte, 1025) },
	}
	for name, change := range answers {
		t.Run(name, func(t *testing.T) {
			good := &keyService{}
			text := sealed(t, seal.NewEnvelope("a1", good), "s3cr3t", binding)
			envelope := seal.NewEnvelope("a1", &keyService{change: change})
			if text, err := envelope.Seal(t.Context(), nil, binding); text != "" || !errors.Is(err, seal.ErrKeyServiceUnavailable) {
				t.Errorf("sealing: %q, %v", text, err)
			}
			if envelope.CachedKeys() != 0 {
				t.Error("it was remembered")
			}
			if strings.Contains(name, "wrapped") {
				return
			}
			if got, err := envelope.Open(t.Context(), text, binding); got != nil || !errors.Is(err, seal.ErrKeyServiceUnavailable) {
				t.Errorf("opening: %q, %v", got, err)
			}
			if envelope.CachedKeys() != 0 {
				t.Error("it was remembered")
			}
		})
	}
}

// handing is a key service that keeps the slices which it gave away.
type handing struct {
	keyService
	given [][]byte
}

func (h *handing) NewDataKey(ctx context.Context, binding map[string]string) (plain, wrapped []byte, err error) {
	plain, wrapped, err = h.keyService.NewDataKey(ctx, binding)
	h.given = append(h.given, plain)
	return plain, wrapped, err
}

func (h *handing) OpenDataKey(ctx context.Context, wrapped []byte, binding map[string]string) ([]byte, error) {
	plain, err := h.keyService.OpenDataKey(ctx, wrapped, binding)
	h.given = append(h.given, plain)
	return plain, err
}

func TestADataKeyIsOverwrittenOnceItWasUsed(t *testing.T) {
	service := &handing{}
	text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
	opens(t, seal.NewEnvelope("a1", service), text, binding, "s3cr3t")
	if len(service.given) != 2 {
		t.Fatalf("%d keys were given", len(service.given))
	}
	for i, key := range service.given {
		if !bytes.Equal(key, make([]byte, 32)) {
			t.Errorf("key %d, of sealing and of opening, is still in memory", i)
		}
	}
}

func TestTheKeyServiceIsAskedOnceForAKeyHoweverManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &keyService{}
		text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
		answer := make(chan struct{})
		service.until = answer
		envelope := seal.NewEnvelope("a1", service)

		// The first one to ask gives up; that must not fail the others.
		impatient, giveUp := context.WithCancel(t.Context())
		gaveUp := make(chan error)
		go func() {
			_, err := envelope.Open(impatient, text, binding)
			gaveUp <- err
		}()
		synctest.Wait()
		var waiting sync.WaitGroup
		for range 50 {
			waiting.Go(func() { opens(t, envelope, text, binding, "s3cr3t") })
		}
		synctest.Wait()
		giveUp()
		if err := <-gaveUp; !errors.Is(err, seal.ErrKeyServiceUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		close(answer)
		waiting.Wait()
		if n := service.asked(); n != 2 { // one made the key
			t.Errorf("the key service was asked %d times, want 2", n)
		}
	})
}

func TestAnAnswerThatCameTooLateIsThereForTheNextOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &keyService{}
		text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
		answer := make(chan struct{})
		service.until = answer
		envelope := seal.NewEnvelope("a1", service)
		time.AfterFunc(3*time.Second, func() { close(answer) })

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := envelope.Open(ctx, text, binding); !errors.Is(err, seal.ErrKeyServiceUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after a second: %v", err)
		}
		time.Sleep(3 * time.Second)
		service.fails(seal.ErrKeyServiceUnavailable)
		opens(t, envelope, text, binding, "s3cr3t")
	})
}

func TestAKeyServiceThatNeverAnswersIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &keyService{}
		text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
		service.until = make(chan struct{})
		envelope := seal.NewEnvelope("a1", service)
		if _, err := envelope.Seal(t.Context(), nil, binding); !errors.Is(err, seal.ErrKeyServiceUnavailable) {
			t.Errorf("sealing: %v", err)
		}
		if _, err := envelope.Open(t.Context(), text, binding); !errors.Is(err, seal.ErrKeyServiceUnavailable) {
			t.Errorf("opening: %v", err)
		}
	})
}

func TestAPatientEnvelopeAsksAgain(t *testing.T) {
	const patience = 30 * time.Second
	for name, test := range map[string]struct {
		fails time.Duration // for so long
		with  error
		want  error
		took  time.Duration // at most
	}{
		"until the key service is there": {10 * time.Second, seal.ErrKeyServiceUnavailable, nil, 11 * time.Second},
		"for no longer than told":        {time.Hour, seal.ErrKeyServiceUnavailable, seal.ErrKeyServiceUnavailable, patience},
		"never where it is refused":      {time.Hour, seal.ErrKeyServiceDenied, seal.ErrKeyServiceDenied, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				service := &keyService{}
				text := sealed(t, seal.NewEnvelope("a1", service), "s3cr3t", binding)
				for what, do := range map[string]func(e *seal.Envelope) error{
					"opening": func(e *seal.Envelope) error { _, err := e.Open(t.Context(), text, binding); return err },
					"sealing": func(e *seal.Envelope) error { _, err := e.Seal(t.Context(), nil, binding); return err },
				} {
					service.fails(test.with)
					there := time.AfterFunc(test.fails, func() { service.fails(nil) })
					began := time.Now()
					if err := do(seal.NewEnvelope("a1", service).Patient(patience)); !errors.Is(err, test.want) {
						t.Errorf("%s: %v, want %v", what, err, test.want)
					}
					if took := time.Since(began); took > test.took {
						t.Errorf("%s took %v", what, took)
					}
					there.Stop()
				}
			})
		})
	}
}

func TestAPatientEnvelopeEndsWithWhoAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &keyService{}
		service.fails(seal.ErrKeyServiceUnavailable)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := seal.NewEnvelope("a1", service).Patient(time.Hour).Seal(ctx, nil, binding); !errors.Is(err, seal.ErrKeyServiceUnavailable) || ctx.Err() == nil {
			t.Errorf("%v", err)
		}
	})
}

func TestAnOpenedKeyIsGoneAfterTwelveHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := &keyService{}
		envelope := seal.NewEnvelope("a1", service)
		first := sealed(t, envelope, "first", binding)
		time.Sleep(6 * time.Hour)
		second := sealed(t, envelope, "second", binding)
		service.fails(seal.ErrKeyServiceUnavailable)

		time.Sleep(6*time.Hour - time.Second)
		opens(t, envelope, first, binding, "first") // and that makes it no younger
		time.Sleep(time.Second)
		if _, err := envelope.Open(t.Context(), first, binding); !errors.Is(err, seal.ErrKeyServiceUnavailable) {
			t.Errorf("after twelve hours: %v", err)
		}
		opens(t, envelope, second, binding, "second")

		time.Sleep(6 * time.Hour)
		synctest.Wait()
		if n := envelope.CachedKeys(); n != 0 {
			t.Errorf("%d keys are in memory though nobody asked for eighteen hours", n)
		}
		service.fails(nil)
		opens(t, envelope, first, binding, "first")
		if n := envelope.CachedKeys(); n != 1 {
			t.Errorf("%d keys are in memory after it was asked for again", n)
		}
		time.Sleep(13 * time.Hour)
		if n := envelope.CachedKeys(); n != 0 {
			t.Errorf("the second time, %d keys stayed in memory", n)
		}
	})
}

func TestACachedKeyIsNotHandedOutForAnotherPlace(t *testing.T) {
	service := &keyService{}
	envelope := seal.NewEnvelope("a1", service)
	text := sealed(t, envelope, "s3cr3t", binding)
	// The same wrapped key under the header of another place, as a key service
	// that does not check would see it.
	for _, place := range []seal.Binding{{Site: "site-2", Field: "sharedSecret"}, {Site: "site-1", Field: "previousSecret"}, {Site: "Secretsite-1", Field: "shared"}} {
		parts := strings.Split(text, ".")
		parts[2], parts[3] = place.Field, strings.Split(sealed(t, envelope, "", place), ".")[3]
		before := service.asked()
		if got, err := envelope.Open(t.Context(), strings.Join(parts, "."), place); got != nil || !errors.Is(err, seal.ErrKeyServiceDenied) {
			t.Errorf("%v: opened %q, %v", place, got, err)
		}
		if service.asked() != before+1 {
			t.Errorf("%v: the key came from memory", place)
		}
	}
}

// FuzzEnvelopeOpen holds that nothing but the very text that was sealed opens,
// and that a failure is always one of the documented ones.
func FuzzEnvelopeOpen(f *testing.F) {
	envelope := seal.NewEnvelope("a1", &keyService{})
	f.Add(committedEnvelope)
	f.Add(committedEnvelope + "=")
	f.Add(committedEnvelope + "\n")
	f.Add(strings.Replace(committedEnvelope, "a1", "a2", 1))
	f.Add(committed)
	f.Add("v2.a1.sharedSecret.9QXczR2QlNs.AA.")
	f.Add("v2.a1.sharedSecret.9QXczR2QlNs..")
	f.Add(".....")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := envelope.Open(t.Context(), text, binding)
		if err == nil && (text != committedEnvelope || string(got) != "s3cr3t") {
			t.Fatalf("%q opened as %q", text, got)
		}
		if err != nil && !documented(err) {
			t.Fatalf("undocumented error %v", err)
		}
	})
}

func documented(err error) bool {
	for _, known := range []error{
		seal.ErrMalformed, seal.ErrUnknownKey, seal.ErrOtherSite, seal.ErrOtherField, seal.ErrTampered,
		seal.ErrKeyServiceUnavailable, seal.ErrKeyServiceDenied,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	return false
}
