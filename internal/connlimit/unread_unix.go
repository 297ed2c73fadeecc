//go:build unix

package connlimit

import (
	"net"
	"syscall"
)

// unread reports whether something has come that nobody has read yet.
func unread(connection net.Conn) (has bool) {
	socket, ok := connection.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return false
	}
	err = raw.Control(func(fd uintptr) {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		has = err == nil && n > 0
	})
	return has && err == nil
}
