package pagetext

import (
	"strconv"
	"strings"
	"testing"
)

// The same speed at every size shows that the cost is linear.
func BenchmarkReaders(b *testing.B) {
	for _, r := range readers {
		for _, size := range []int{3 << 10, 30 << 10, 300 << 10} {
			sample := strings.Repeat(r.sample, max(1, size/len(r.sample)))
			if r.name == "ADF" {
				sample = "[" + strings.Repeat(r.sample+",", max(1, size/len(r.sample))-1) + r.sample + "]"
			}
			b.Run(r.name+"/"+strconv.Itoa(size>>10)+"KB", func(b *testing.B) {
				b.SetBytes(int64(len(sample)))
				b.ReportAllocs()
				for b.Loop() {
					r.read(sample, Limits{Text: 1 << 30, Blocks: 1 << 30, Depth: 100})
				}
			})
		}
	}
}

func BenchmarkHostile(b *testing.B) {
	for name, piece := range hostile {
		for _, size := range []int{10 << 10, 1 << 20} {
			source := strings.Repeat(piece, size/len(piece))
			for _, r := range append(readers, inMacro) {
				b.Run(r.name+"/"+name+"/"+strconv.Itoa(size>>10)+"KB", func(b *testing.B) {
					b.SetBytes(int64(len(source)))
					for b.Loop() {
						r.read(source, Limits{Text: 1 << 30, Blocks: 1 << 30, Depth: 100})
					}
				})
			}
		}
	}
}
