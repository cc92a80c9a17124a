package config

import "corstui/diagnose/answer"

// Compare holds the file against what was seen on the wire.
func (r *Review) Compare(seen []answer.Seen, decidedBy string) {}
