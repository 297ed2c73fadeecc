package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"go/format"
	"io"
	"os"

	"labelup/internal/suggest"
)

// stamp says what weights were fitted with: whether they are still the right
// ones can be seen at a glance.
func stamp(file string, pages int) (string, error) {
	raw, err := os.ReadFile(file) //nolint:gosec // the developer named it
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Engine %s, %d pages, SHA-256 %.16x.", suggest.Engine, pages, sha256.Sum256(raw)), nil
}

// writeWeights writes weights.go. The same weights make the same bytes.
func writeWeights(out io.Writer, stamp string, w *suggest.Weights) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "package suggest\n\n// fitted are the weights of logistic regressions. Written by `make fit`; do not\n// edit. %s\nvar fitted = Weights{\n", stamp)
	for i, name := range [len(w)]string{"ByPages", "BySearch", "ByTitles", "ByName"} {
		fmt.Fprintf(&b, "\t%s: {\n", name)
		for j, weight := range w[i] {
			fmt.Fprintf(&b, "\t\t%.4f, // %s\n", weight, suggest.FeatureNames[j])
		}
		fmt.Fprint(&b, "\t},\n")
	}
	fmt.Fprint(&b, "}\n")
	source, err := format.Source(b.Bytes())
	if err != nil {
		return err
	}
	_, err = out.Write(source)
	return err
}
