package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// shadow is above the size, in bytes, of anything but the room that the race
// detector reserves for its notes; the program as it is shipped has none.
const shadow = 4 << 30

// memoryOf is the memory of a running process, which is what a dump would hold
// of it: everything that can have been written since it began. What is mapped
// from a file and cannot be written is the program itself.
func memoryOf(t testing.TB, p *process) (regions [][]byte) {
	t.Helper()
	pid := p.cmd.Process.Pid
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer maps.Close()
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatalf("the memory of the process cannot be read; this test needs the right to debug its own children: %v", err)
	}
	defer memory.Close()
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		var low, high int64
		var permissions, offset, device, inode, name string
		n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s %s %s %s %s", &low, &high, &permissions, &offset, &device, &inode, &name)
		readOnlyFile := strings.HasPrefix(name, "/") && !strings.Contains(permissions, "w")
		if n < 6 || !strings.HasPrefix(permissions, "r") || readOnlyFile || strings.HasPrefix(name, "[v") {
			continue // [vdso] and [vvar] are the kernel's
		}
		if high-low > shadow {
			continue
		}
		region := make([]byte, high-low)
		n, err := memory.ReadAt(region, low)
		if err != nil && n == 0 {
			continue // unmapped meanwhile
		}
		regions = append(regions, region[:n])
	}
	if err := lines.Err(); err != nil || len(regions) == 0 {
		t.Fatalf("no memory was read: %v", err)
	}
	return regions
}

// dumpsCore lets a process write a core file, as an operator might.
func dumpsCore(t testing.TB, p *process) {
	t.Helper()
	out, err := exec.Command("prlimit", "--pid", fmt.Sprint(p.cmd.Process.Pid), "--core=unlimited:").CombinedOutput()
	if err != nil {
		t.Logf("no core file will be written: %v %s", err, out)
	}
}

// crash ends a process with SIGQUIT, on which Go prints the stacks of all
// goroutines, and returns its core file; nil if this machine writes none into
// the working folder.
func crash(t testing.TB, p *process) []byte {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	p.exit()
	cores, err := filepath.Glob(filepath.Join(p.cmd.Dir, "core*"))
	if err != nil || len(cores) == 0 {
		return nil
	}
	core, err := os.ReadFile(cores[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(cores[0]); err != nil { // it is looked at by itself, not as a file that the process left
		t.Fatal(err)
	}
	return core
}

// TestOverwritingRegistersNeedsNoMoreThreadsEachTime: it is done every few
// seconds for as long as the process runs.
func TestOverwritingRegistersNeedsNoMoreThreadsEachTime(t *testing.T) {
	var r registers
	r.overwrite()
	before := threads()
	for range 500 {
		r.overwrite()
	}
	if after := threads(); after > before+before/2+5 {
		t.Errorf("there were %d threads, and are %d", before, after)
	}
}
