package suggest

import (
	"math"
	"strconv"
	"testing"
)

func TestAPageWithManyLabelsVotesForEachWithAPartOfItsVote(t *testing.T) {
	t.Parallel()
	for labels, want := range map[int]float64{1: 1, 8: 1, 9: 8.0 / 9, 16: 0.5} {
		in := Input{Page: garden(), Neighbours: spaceOf(1)}
		few, many := in.Neighbours[0], in.Neighbours[0]
		few.Labels, many.Labels = []string{"few"}, []string{"many"}
		for i := range labels - 1 {
			many.Labels = append(many.Labels, "other "+strconv.Itoa(i))
		}
		few.ID, many.ID = "few", "many"
		in.Neighbours = append(in.Neighbours, few, many)
		s, _, k, _ := understand(&in)
		if got := k.votes[s.number("many")] / k.votes[s.number("few")]; math.Abs(got-want) > 1e-9 {
			t.Errorf("with %d labels, each gets %v of a vote, want %v", labels, got, want)
		}
	}
}
