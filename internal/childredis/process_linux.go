package childredis

import "syscall"

// endsWithParent has the kernel kill the child when this process is gone, even
// after kill -9. The append-only file survives that: it is written at once.
// The group of its own keeps a terminal's Ctrl-C away from it, so that the
// parent can finish its requests before it stops Redis.
func endsWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
