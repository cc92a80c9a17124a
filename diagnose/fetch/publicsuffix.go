package fetch

import (
	"compress/gzip"
	_ "embed"
	"hash/maphash"
	"io"
	"strings"
	"sync"
	"sync/atomic"
)

// publicSuffixFile is the public suffix list (publicsuffix.org, MPL 2.0, revision
// d6c92f1b of 2026-02-06), its private section included: one rule a line, in
// ASCII form, sorted by bytes. golang.org/x/net/publicsuffix holds the same
// rules, but depends on net/http, which this package does not. Packed by
// "gzip -9 -n", it takes a third of its size in the binary.
//
//go:embed public_suffixes.txt.gz
var publicSuffixFile string

// publicSuffixes unpacks the list, when a host is first asked for.
var publicSuffixes = sync.OnceValue(func() string {
	unpacked, err := gzip.NewReader(strings.NewReader(publicSuffixFile))
	if err != nil {
		panic(err) // of a file that is part of the program
	}
	rules, err := io.ReadAll(unpacked)
	if err != nil {
		panic(err)
	}
	return string(rules)
})

// publicSuffix returns the public suffix of a host name by the list's algorithm:
// an exception rule wins, then the longest rule, then the rule *.
func publicSuffix(host string) string {
	slot := &suffixes[maphash.String(suffixSeed, host)%uint64(len(suffixes))]
	if known := slot.Load(); known != nil && known.host == host {
		return known.suffix
	}
	suffix := searchSuffix(host)
	if len(host) > 253 {
		return suffix // no name of the DNS: not worth keeping
	}
	slot.Store(&hostSuffix{strings.Clone(host), strings.Clone(suffix)})
	return suffix
}

// suffixes remembers the hosts asked last, since the cases of a batch ask for
// the same few again and again. A host has one slot, from which another may
// drive it.
var (
	suffixes   [256]atomic.Pointer[hostSuffix]
	suffixSeed = maphash.MakeSeed()
)

type hostSuffix struct{ host, suffix string }

func searchSuffix(host string) string {
	for s := host; ; {
		parent, more := s, false
		if dot := strings.IndexByte(s, '.'); dot >= 0 {
			parent, more = s[dot+1:], true
		}
		switch {
		case more && hasRule("!", s):
			return parent
		case hasRule("", s), more && hasRule("*.", parent), !more:
			return s
		}
		s = parent
	}
}

// hasRule says whether prefix+name is a line of the list.
func hasRule(prefix, name string) bool {
	rules := publicSuffixes()
	lo, hi := 0, len(rules)
	for lo < hi {
		mid := lo + (hi-lo)/2
		start := lo + strings.LastIndexByte(rules[lo:mid], '\n') + 1
		end := start + strings.IndexByte(rules[start:], '\n')
		switch c := compareRule(rules[start:end], prefix, name); {
		case c == 0:
			return true
		case c < 0:
			lo = end + 1
		default:
			hi = start
		}
	}
	return false
}

// compareRule compares a line with prefix+name.
func compareRule(line, prefix, name string) int {
	if n := min(len(line), len(prefix)); n < len(prefix) || line[:n] != prefix {
		return strings.Compare(line[:n], prefix)
	}
	return strings.Compare(line[len(prefix):], name)
}
