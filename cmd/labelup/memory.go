package main

import (
	"context"
	"os"
	"runtime"
	"strings"
	"time"
)

// forgetAfter is how long page text that was worked on may stay in memory that
// nobody uses any more, while nothing else is going on.
const forgetAfter = 10 * time.Second

// forget collects what is not used every few seconds, so that also a process
// with nothing to do gives up what it worked on: twice, because a pool keeps
// its buffers until the second time. With a heap of some megabytes this costs
// about 10 ms each time. What is given up is overwritten, see
// overwritesFreedMemory; a dump of the memory then has no page in it.
func forget(ctx context.Context) {
	every := time.NewTicker(forgetAfter)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			runtime.GC()
			runtime.GC()
		}
	}
}

// overwritesFreedMemory reports whether Go's collector writes over what it
// frees. Only the environment can say that it shall: the Procfile does.
func overwritesFreedMemory() bool {
	return strings.Contains(os.Getenv("GODEBUG"), "clobberfree=1")
}
