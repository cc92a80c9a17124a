package difftest

import "strings"

// ControlPath is the first segment of paths that Server.Control answers.
const ControlPath = "/corstui/"

// control answers a request below ControlPath; false where there is nobody to
// answer it.
func (s *Server) control(method, host, path, body string) (string, bool) {
	s.mu.Lock()
	answer := s.Control
	s.mu.Unlock()
	if answer == nil || !strings.HasPrefix(path, ControlPath) {
		return "", false
	}
	return answer(method, host, strings.TrimPrefix(path, ControlPath), body), true
}
