package connecttest_test

import (
	"testing"

	"labelup/connect"
	"labelup/connect/connecttest"
)

func TestTheStoreInMemoryKeepsWhatStoresPromise(t *testing.T) {
	connecttest.TestStore(t, func(*testing.T) (here, elsewhere connect.Store) {
		s := connecttest.NewStore()
		return s, s
	})
}
