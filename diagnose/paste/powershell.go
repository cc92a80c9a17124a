package paste

import (
	"regexp"
	"strings"

	"corstui/diagnose/exchange"
)

var (
	psMark   = regexp.MustCompile(`(?i)\bInvoke-(?:WebRequest|RestMethod)\b`)
	psCookie = regexp.MustCompile(`(?i)System\.Net\.Cookie\(`)
	psAgent  = regexp.MustCompile(`(?i)\.UserAgent\s*=\s*$`)
)

// psToken is a token of PowerShell: a word, or a quoted string.
type psToken struct {
	text   string
	quoted bool
}

// parsePowerShell reads Invoke-WebRequest as network panels copy it.
func parsePowerShell(text string) (Pasted, bool, error) {
	at := psMark.FindStringIndex(text)
	if at == nil {
		return Pasted{}, false, nil
	}
	p := Pasted{Kind: KindCurl}
	var hs exchange.Headers
	before := psTokens(text[:at[0]])
	for i, t := range before {
		switch {
		case psCookie.MatchString(t.text) && i+3 < len(before):
			// New-Object System.Net.Cookie("name", "value", "path", "domain")
			var args []string
			for _, a := range before[i+1 : min(i+9, len(before))] {
				if a.quoted {
					args = append(args, a.text)
				} else if strings.Contains(a.text, ")") {
					break
				}
			}
			if len(args) >= 2 {
				p.takeCookies(args[0] + "=" + args[1])
			}
		case psAgent.MatchString(t.text) && i+1 < len(before) && before[i+1].quoted:
			hs = append(hs, exchange.Header{Name: "User-Agent", Value: before[i+1].text})
		}
	}
	tokens := psTokens(text[at[1]:])
	value := func(i int) string {
		if i+1 < len(tokens) {
			return tokens[i+1].text
		}
		return ""
	}
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t.quoted {
			if p.Case.URL == "" && strings.HasPrefix(t.text, "http") && (i == 0 || !strings.HasPrefix(tokens[i-1].text, "-")) {
				p.Case.URL = t.text
			}
			continue
		}
		switch strings.ToLower(strings.TrimSuffix(t.text, "@{")) {
		case "-uri":
			p.Case.URL = value(i)
		case "-method":
			p.Case.Method = strings.ToUpper(value(i))
		case "-contenttype":
			hs = append(hs, exchange.Header{Name: "Content-Type", Value: value(i)})
		case "-useragent":
			hs = append(hs, exchange.Header{Name: "User-Agent", Value: value(i)})
		case "-body":
			for i+1 < len(tokens) && !tokens[i+1].quoted {
				i++ // ([System.Text.Encoding]::UTF8.GetBytes(
			}
			if i+1 < len(tokens) {
				b := value(i)
				p.Case.Body = &b
			}
		case "-headers":
			for i++; i < len(tokens); i++ {
				t := tokens[i]
				if !t.quoted && strings.Contains(t.text, "}") {
					break
				}
				if t.quoted && i+2 < len(tokens) && tokens[i+1].text == "=" && tokens[i+2].quoted {
					hs = append(hs, exchange.Header{Name: t.text, Value: tokens[i+2].text})
					i += 2
				}
			}
		}
	}
	if p.Case.URL == "" {
		return Pasted{}, false, &Error{begin(text[at[0]:]), "no -Uri in it can be read", "paste the whole command"}
	}
	p.takePreflight(&hs)
	p.takeHeaders(hs, "")
	p.understoodRequest("A PowerShell request")
	return p, true, nil
}

// psTokens splits PowerShell as far as copied commands need it.
func psTokens(s string) []psToken {
	var out []psToken
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			out = append(out, psToken{b.String(), false})
			b.Reset()
		}
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\'':
			flush()
			var q strings.Builder
			for i++; i < len(s); i++ {
				if s[i] == c {
					if i+1 < len(s) && s[i+1] == c { // a doubled quote
						q.WriteByte(c)
						i++
						continue
					}
					break
				}
				if c == '"' && s[i] == '`' && i+1 < len(s) {
					i++
					q.WriteString(psEscape(s[i]))
					continue
				}
				q.WriteByte(s[i])
			}
			out = append(out, psToken{q.String(), true})
		case c == '`' && i+1 < len(s) && (s[i+1] == '\n' || s[i+1] == '\r'):
			flush()
			i++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' || c == ',':
			flush()
		case c == '=' && b.Len() == 0:
			out = append(out, psToken{"=", false})
		case c == '}':
			flush()
			out = append(out, psToken{"}", false})
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return out
}

func psEscape(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case '0':
		return "\x00"
	}
	return string(c)
}
