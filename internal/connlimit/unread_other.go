//go:build !unix

package connlimit

import "net"

// unread is for where the service runs.
func unread(net.Conn) bool { return false }
