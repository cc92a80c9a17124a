package batch

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"corstui/diagnose"
	"corstui/diagnose/report"
)

// maxReport bounds one line of an earlier output.
const maxReport = 64 << 20

// Done is what an earlier run of the same batch wrote before it was ended. A
// batch writes in the order of its input, so what is there belongs to the first
// cases; each id is compared, so that the lines of another batch are not taken
// for those of this one.
type Done struct {
	// Size is the length of all whole lines in bytes: what follows is the piece
	// of a line that was being written.
	Size int64

	ids  []json.RawMessage
	next int
	max  int
}

// ReadDone reads the output of an earlier run. exitCode is what a report counts;
// nil means Report.ExitCode.
func ReadDone(r io.Reader, exitCode func(diagnose.Report) int) (*Done, error) {
	if exitCode == nil {
		exitCode = diagnose.Report.ExitCode
	}
	d := &Done{}
	in := bufio.NewReaderSize(r, 64<<10)
	for {
		line, err := readLine(in, maxReport)
		if errors.Is(err, io.EOF) {
			return d, nil // without a newline the line is not whole
		}
		if err != nil {
			return nil, err
		}
		if len(line) > maxReport {
			return nil, fmt.Errorf("line %d is longer than %d MiB, so it is no report; right would be the output of the same cases", len(d.ids)+1, maxReport>>20)
		}
		var l struct {
			ID      json.RawMessage `json:"id"`
			Error   *string         `json:"error"`
			Verdict json.RawMessage `json:"verdict"`
		}
		if json.Unmarshal(line, &l) != nil || l.Error == nil && l.Verdict == nil {
			return nil, fmt.Errorf("line %d is no report; right would be the output of the same cases", len(d.ids)+1)
		}
		if l.Verdict != nil {
			saved, err := report.Read(line)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", len(d.ids)+1, err)
			}
			d.max = max(d.max, exitCode(saved))
		}
		d.ids = append(d.ids, compact(l.ID))
		d.Size += int64(len(line))
	}
}

// has says whether the next case is done, and that its id is the one that was
// written. n is its line in the input.
func (d *Done) has(line []byte, n int) (bool, error) {
	if d == nil || d.next == len(d.ids) {
		return false, nil
	}
	want := d.ids[d.next]
	d.next++
	if id := compact(onlyID(line)); !bytes.Equal(id, want) {
		return false, fmt.Errorf("--resume: line %d of the output has the id %s, and the case that belongs there (line %d) has %s; right would be the output of the same cases and the same shard",
			d.next, diagnose.Shown(string(want)), n, diagnose.Shown(string(id)))
	}
	return true, nil
}

// end says whether the cases end before the output does.
func (d *Done) end() error {
	if d == nil || d.next == len(d.ids) {
		return nil
	}
	return fmt.Errorf("--resume: the output has %d lines, and there are only %d cases; right would be the output of the same cases and the same shard", len(d.ids), d.next)
}

func (d *Done) code() int {
	if d == nil {
		return 0
	}
	return d.max
}

func (d *Done) lines() int {
	if d == nil {
		return 0
	}
	return len(d.ids)
}

// compact is an id without white space; null where there is none.
func compact(id json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if len(id) == 0 || json.Compact(&b, id) != nil {
		return json.RawMessage("null")
	}
	return b.Bytes()
}
