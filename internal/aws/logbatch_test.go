package aws_test

import (
	"testing"
	"time"

	"labelup/internal/aws"
)

func TestABatchKeepsToEachLimit(t *testing.T) {
	day := 24 * time.Hour.Milliseconds()
	repeat := func(n, length int) []int {
		lengths := make([]int, n)
		for i := range lengths {
			lengths[i] = length
		}
		return lengths
	}
	tests := map[string]struct {
		lengths []int
		at      []int64
		want    int
	}{
		"nothing":                       {nil, nil, 0},
		"all of a few":                  {repeat(3, 100), nil, 3},
		"as many as may be":             {repeat(aws.MaxBatchEvents, 1), nil, aws.MaxBatchEvents},
		"one more":                      {repeat(aws.MaxBatchEvents+1, 1), nil, aws.MaxBatchEvents},
		"as many bytes as may be":       {[]int{aws.MaxBatchBytes - 26 - 126, 100}, nil, 2},
		"a byte more":                   {[]int{aws.MaxBatchBytes - 26 - 126, 101}, nil, 1},
		"the longest line":              {[]int{aws.MaxLine, 1}, nil, 1},
		"a day apart":                   {repeat(3, 1), []int64{0, day - 1, day}, 2},
		"a day apart, backwards":        {repeat(3, 1), []int64{day, 1, 0}, 2},
		"the first of two is far ahead": {repeat(2, 1), []int64{2 * day, 0}, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			at := test.at
			if at == nil {
				at = make([]int64, len(test.lengths))
			}
			if got := aws.NextBatch(test.lengths, at); got != test.want {
				t.Errorf("%d lines of %d, want %d", got, len(test.lengths), test.want)
			}
		})
	}
}
