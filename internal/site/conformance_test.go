package site

import (
	"testing"

	"labelup/connect"
	"labelup/connect/connecttest"
	"labelup/internal/site/redistest"
)

func TestTheStoreInRedisKeepsWhatStoresPromise(t *testing.T) {
	connecttest.TestStore(t, func(t *testing.T) (here, elsewhere connect.Store) {
		server := redistest.Start(t)
		opened := func() *Store { return openAs(t, server.URL(), sealer(t, "k1"), Options{}, Settings{}) }
		return opened(), opened()
	})
}
