//go:build unix

package firefox

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the command the head of a process group: what a distribution
// installs as firefox is often a script that starts the browser.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}

// killGroup kills the command and all that it started.
func killGroup(cmd *exec.Cmd) error {
	return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
}
