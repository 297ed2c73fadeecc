package redistest_test

import (
	"net"
	"testing"

	"labelup/internal/tenant/redistest"
)

func say(t *testing.T, s *redistest.Server, line string) string {
	t.Helper()
	conn, err := net.Dial("unix", s.Socket())
	if err != nil {
		return "down"
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer[:n])
}

func TestServerKeepsItsDataOverAStopAndOverACrash(t *testing.T) {
	s := redistest.Start(t)
	for name, end := range map[string]func(){"stop": s.Stop, "crash": s.Kill} {
		if got := say(t, s, "SET "+name+" kept"); got != "+OK\r\n" {
			t.Fatalf("SET: %q", got)
		}
		end()
		if got := say(t, s, "PING"); got != "down" {
			t.Errorf("after a %s the server says %q", name, got)
		}
		s.Restart()
		if got := say(t, s, "GET "+name); got != "$4\r\nkept\r\n" {
			t.Errorf("after a %s and a restart: %q", name, got)
		}
	}
}
