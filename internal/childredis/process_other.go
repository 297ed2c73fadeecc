//go:build !linux

package childredis

import "syscall"

// endsWithParent cannot be promised here: after a crash of this process the
// next start finds the folder in use until the old redis-server is ended.
func endsWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
