package macros

// Parameters are what an author sets of a macro, by the names that
// atlassian-connect.json gives them: the one list. A test of the descriptor
// holds to it every URL, the frame, the editor and the data map.
var Parameters = [...]string{prefix, display}

const (
	prefix  = "prefix"  // only labels that begin with it
	display = "display" // chips, list or compact
)
