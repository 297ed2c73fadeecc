package main

import (
	"io"
	"strings"

	"labelup/internal/technicallog"
)

// Whoever looks at what is held of customers, or at their errors, says for
// which ticket. It is logged, so it has to be a reference and no free text.
const noReference = "labelup: this shows data of customers, so it needs --reason with the ticket it is done for: 3 to 60 letters, digits or - . _ / #. It is logged."

func isReference(text string) bool {
	return len(text) >= 3 && len(text) <= 60 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/#") == ""
}

// noteAccess writes the line about an access to standard error, and to
// CloudWatch if the log goes there.
func (o *operation) noteAccess(stderr io.Writer, did, reference, siteHash string) {
	observed := newObservation(o.settings, stderr)
	defer observed.close()
	observed.log.Info("support access", technicallog.Support, did, technicallog.Reference, loggedReference(reference), technicallog.Site, siteHash)
}
