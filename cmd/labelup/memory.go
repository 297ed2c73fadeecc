package main

import (
	"context"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"time"
)

// forgetAfter is how often memory that nobody uses any more is cleared. Page
// text that was worked on is gone after that, or after some times that if a
// thread that held it was just busy.
const forgetAfter = 10 * time.Second

// forget clears what is not used every few seconds, so that also a process with
// nothing to do gives up what it worked on. It collects twice, because a pool
// keeps its buffers until the second time. With a heap of some megabytes this
// costs about 10 ms each time. What is given up is overwritten, see
// overwritesFreedMemory; a dump of the memory then has no page in it.
func forget(ctx context.Context) {
	every := time.NewTicker(forgetAfter)
	defer every.Stop()
	var registers registers
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			runtime.GC()
			runtime.GC()
			registers.overwrite()
		}
	}
}

// registers overwrites what threads that have nothing to do hold in their
// registers, and what the kernel saved of those when the thread last got a
// signal. Text is copied with them, so up to 256 bytes would stay in each until
// it has work again.
type registers struct {
	// spare are the threads that Go made for the overwriting alone, because not
	// all of the others were idle. They are clean, and the last that it uses.
	spare int
}

// maxThreads is more than a process has, unless the disk or the network hang.
const maxThreads = 64

func (r *registers) overwrite() {
	before := threads()
	var clean sync.WaitGroup
	release := make(chan struct{})
	for range min(before-r.spare, maxThreads) {
		clean.Add(1)
		go func() {
			// The thread is this goroutine's until all are clean: each gets another one.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			overwriteOwnRegisters()
			clean.Done()
			<-release
		}()
	}
	clean.Wait()
	close(release)
	saveRegistersAnew()
	r.spare += max(0, threads()-before)
}

// threads is how many there are, idle or not.
func threads() int { return pprof.Lookup("threadcreate").Count() }

// overwritesFreedMemory reports whether Go's collector writes over what it
// frees. Only the environment can say that it shall: the Procfile does.
func overwritesFreedMemory() bool {
	return strings.Contains(os.Getenv("GODEBUG"), "clobberfree=1")
}
