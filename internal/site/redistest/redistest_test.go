package redistest_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"labelup/internal/site/redistest"
)

// say sends a command and returns the beginning of the answer, "down" if nobody
// listens.
func say(t *testing.T, s *redistest.Server, line string) string {
	t.Helper()
	answer, err := ask(s, line)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func ask(s *redistest.Server, line string) (string, error) {
	conn, err := net.Dial("unix", s.Socket())
	if err != nil {
		return "down", nil
	}
	defer conn.Close()
	if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
		return "", err
	}
	answer := make([]byte, 64)
	n, err := conn.Read(answer)
	return string(answer[:n]), err
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

func TestAServerThatHangsAnswersLater(t *testing.T) {
	s := redistest.Start(t)
	s.Hang()
	conn, err := net.Dial("unix", s.Socket())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 64)
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(answer); err == nil {
		t.Fatalf("it answers %q", answer[:n])
	}
	s.GoOn()
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(answer); err != nil || string(answer[:n]) != "+PONG\r\n" {
		t.Errorf("then it answers %q, %v", answer[:n], err)
	}
}

func TestAServerWithAFullDiskReadsAndRefusesToWrite(t *testing.T) {
	s := redistest.Start(t)
	say(t, s, "SET before full")
	s.FillDisk()
	say(t, s, "SET during full") // Redis only notices now
	if got := say(t, s, "SET during full"); !strings.HasPrefix(got, "-MISCONF") {
		t.Errorf("SET: %q", got)
	}
	if got := say(t, s, "GET before"); got != "$4\r\nfull\r\n" {
		t.Errorf("GET: %q", got)
	}
	s.FreeDisk()
	for start := time.Now(); say(t, s, "SET after full") != "+OK\r\n"; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("it does not recover")
		}
	}
}

func TestSentinelReplacesAMaster(t *testing.T) {
	s := redistest.StartSentinel(t)
	s.Master.Kill()
	becomesMaster(t, s.Replica)
}

func TestAClusterReplacesAMaster(t *testing.T) {
	c := redistest.StartCluster(t)
	c.Masters[1].Kill()
	becomesMaster(t, c.Replicas[1])
}

func becomesMaster(t *testing.T, s *redistest.Server) {
	t.Helper()
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		// A server that changes its role hangs up on its clients.
		if said, err := ask(s, "ROLE"); err == nil && strings.Contains(said, "master") {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatal("it does not take over")
		}
	}
}
