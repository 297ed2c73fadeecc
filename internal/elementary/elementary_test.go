package elementary

import (
	"math"
	"math/rand/v2"
	"testing"
)

// What math has of the same sources is right to the last bit but one. Where it
// fuses nothing, as on amd64, its logarithms are these to the bit; on amd64 its
// Exp is another.
func TestTheFunctionsAreThoseOfMath(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	arguments := []float64{0, 0x1p-1022, 0x1p-60, 0x1p-40, 0.25, 0.41, 0.42, 0.5, 1, 0x1p53, 0x1p54, math.MaxFloat64, math.Inf(1), math.NaN()}
	for n := range 20_000 {
		arguments = append(arguments, float64(n), float64(n)/10, float64(float32(n)*1.3), random.Float64(), 709*random.Float64(), math.Ldexp(random.Float64(), random.IntN(2000)-1000))
	}
	for name, f := range map[string]struct {
		ours, theirs func(float64) float64
		negative     bool
		apart        float64 // at most, in units of the last place
	}{
		"log":   {Log, math.Log, true, 1},
		"log1p": {Log1p, math.Log1p, false, 1},
		"exp":   {Exp, math.Exp, true, 2},
	} {
		for _, x := range arguments {
			for _, x := range []float64{x, -x} {
				if x < 0 && !f.negative {
					continue
				}
				ours, theirs := f.ours(x), f.theirs(x)
				if ours == theirs || math.IsNaN(ours) && math.IsNaN(theirs) {
					continue
				}
				place := math.Nextafter(math.Abs(theirs), math.Inf(1)) - math.Abs(theirs)
				if math.IsNaN(ours) || math.IsNaN(theirs) || math.Abs(ours-theirs) > f.apart*place {
					t.Errorf("%s(%v) is %v, of math %v", name, x, ours, theirs)
				}
			}
		}
	}
	if got := Log1p(-0.5); !math.IsNaN(got) {
		t.Errorf("log1p(-0.5) is %v", got)
	}
}

// The bits that every processor is to give.
func TestTheBitsAreThese(t *testing.T) {
	sum := uint64(14695981039346656037)
	for n := range 100_000 {
		x := float64(n) / 7
		for _, y := range []float64{Log(x + 1), Log1p(x), Exp(x / 30), Exp(-x / 30)} {
			sum = (sum ^ math.Float64bits(y)) * 1099511628211
		}
	}
	if sum != 0x2786d30720ddbae7 {
		t.Errorf("they sum up to %#x", sum)
	}
}
