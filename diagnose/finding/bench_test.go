package finding

import "testing"

func BenchmarkFind(b *testing.B) {
	in := stage{c: putJSON, preflight: access403}.input()
	for b.Loop() {
		Find(in)
	}
}

func BenchmarkPlan(b *testing.B) {
	in := stage{c: putJSON, preflight: access403}.input()
	fs := Find(in)
	for b.Loop() {
		Plan(in, fs)
	}
}
