package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/format"
	"io"
	"os"
	"strings"

	"labelup/internal/suggest"
)

// stamp says what weights were fitted with: the collections, and what the engine
// makes of the first of them. Whether they are still the right ones can be seen at
// a glance.
func stamp(files []string, first *collection) (string, error) {
	hash := sha256.New()
	var names []string
	for _, file := range files {
		raw, err := os.ReadFile(file) //nolint:gosec // the developer named it
		if err != nil {
			return "", err
		}
		names = append(names, nameOf(file))
		fmt.Fprintf(hash, "%s %d\n", nameOf(file), len(raw))
		_, _ = hash.Write(raw) // there is no error
	}
	for _, examples := range examplesOf(first, first.drawn(min(stamped, len(first.posts)-first.cut(firstFitted)), firstFitted)) {
		for i := range examples {
			fmt.Fprintf(hash, "%.4f %v\n", examples[i].Features, examples[i].Right)
		}
	}
	return fmt.Sprintf("Engine %s, %s, SHA-256 %.16x.", suggest.Engine, strings.Join(names, ", "), hash.Sum(nil)), nil
}

// stamped is how many pages of the first collection are in the stamp.
const stamped = 8

// writeWeights writes weights.go. The same weights make the same bytes.
func writeWeights(out io.Writer, stamp string, w *suggest.Weights) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package suggest\n\n// fitted are the weights of logistic regressions. Written by `make fit`; do not\n// edit. %s\nvar fitted = Weights{\nOf: [situations]Features{\n", stamp)
	names := [situations]string{"ByPages", "BySearch", "ByTitles", "ByName"}
	for i, name := range names {
		fmt.Fprintf(&b, "\t%s: {\n", name)
		for j, weight := range w.Of[i] {
			fmt.Fprintf(&b, "\t\t%.4f, // %s\n", weight, suggest.FeatureNames[j])
		}
		fmt.Fprint(&b, "\t},\n")
	}
	fmt.Fprint(&b, "},\nPrior: [situations]Curvature{\n")
	for i, name := range names {
		fmt.Fprintf(&b, "\t%s: {\n", name)
		for _, row := range w.Prior[i] {
			fmt.Fprint(&b, "\t\t{")
			for k, x := range row {
				fmt.Fprintf(&b, "%s%.6g", []string{"", ", "}[min(k, 1)], x)
			}
			fmt.Fprint(&b, "},\n")
		}
		fmt.Fprint(&b, "\t},\n")
	}
	fmt.Fprint(&b, "},\nLevel: [situations]Line{\n")
	for i, name := range names {
		fmt.Fprintf(&b, "\t%s: {%.4f, %.4f},\n", name, w.Level[i].Slope, w.Level[i].Intercept)
	}
	fmt.Fprint(&b, "},\n}\n")
	source, err := format.Source(b.Bytes())
	if err != nil {
		return err
	}
	_, err = out.Write(source)
	return err
}
