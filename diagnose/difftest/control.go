package difftest

import "strings"

// ControlPath is where paths begin that Server.Control answers, beside "/".
const ControlPath = "/corstui/"

// control answers a request for "/" or below ControlPath, which no scenario
// uses; false where there is nobody to answer it.
func (s *Server) control(method, host, path, body string) (string, bool) {
	if path == WorkerPath {
		return workerAnswer(), true
	}
	s.mu.Lock()
	answer := s.Control
	s.mu.Unlock()
	if answer == nil || path != "/" && !strings.HasPrefix(path, ControlPath) {
		return "", false
	}
	return answer(method, host, path, body), true
}
