package firefox

import (
	"os/exec"
	"strconv"
)

// ownGroup has nothing to do: Windows knows the children of a process.
func ownGroup(*exec.Cmd) {}

// killGroup kills the command and all that it started: firefox.exe is a launcher
// of the browser.
func killGroup(cmd *exec.Cmd) error {
	return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
}
