// Package difftest compares the model of fetch() with real browsers: hundreds of
// scenarios, a loopback server that answers with scripted bytes, and the
// comparison itself. Only tests import it.
package difftest
