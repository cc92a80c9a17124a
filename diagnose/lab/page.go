package lab

import "net/http"

func (l *Lab) servePage(w http.ResponseWriter, r *http.Request) {
	reply(200, page("corstui lab", ""), "Content-Type", "text/html; charset=utf-8").write(w, r)
}
