package answer

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// capture is a real answer that somebody published, with who made it by the
// context in which it was published.
type capture struct {
	Name    string           `json:"name"`
	Label   Layer            `json:"label"`
	Alone   string           `json:"alone"` // "yes", "partly" or "no": can it be told from the response?
	Partial bool             `json:"partial"`
	Method  string           `json:"method"`
	URL     string           `json:"url"`
	Proto   string           `json:"proto"`
	Status  int              `json:"status"`
	Headers exchange.Headers `json:"headers"`
	Body    string           `json:"body"`
}

func captures(t testing.TB) []capture {
	t.Helper()
	b, err := os.ReadFile("testdata/captures.json")
	if err != nil {
		t.Fatal(err)
	}
	var cs []capture
	if err := json.Unmarshal(b, &cs); err != nil {
		t.Fatal(err)
	}
	if len(cs) < 70 {
		t.Fatalf("testdata holds %d captures, want all of them", len(cs))
	}
	return cs
}

func (c capture) exchange() exchange.Exchange {
	return exchange.Exchange{
		ID: "e1", Purpose: exchange.PurposeRequest,
		Request:  exchange.Request{Method: c.Method, URL: c.URL},
		Response: &exchange.Response{Status: c.Status, Headers: c.Headers, Body: c.Body, Partial: c.Partial || incomplete(c.Headers)},
	}
}

// curl renders a capture as `curl -i` prints it.
func (c capture) curl() string {
	var b strings.Builder
	proto := c.Proto
	if proto == "" {
		proto = "1.1"
	}
	fmt.Fprintf(&b, "HTTP/%s %d\r\n", proto, c.Status)
	for _, h := range c.Headers {
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	b.WriteString("\r\n" + c.Body)
	return b.String()
}

func TestPublishedAnswersGetTheirLayer(t *testing.T) {
	judge(t, func(c capture) Answer { return Of(c.exchange()) })
}

// judge runs all captures through a way to answer and checks the three promises:
// no certain answer is wrong, at least half are certain, and nearly all that can
// be told get their layer.
func judge(t *testing.T, of func(capture) Answer) {
	t.Helper()
	matrix := map[[2]Layer]int{}
	cs := captures(t)
	var certain, tellable, told int
	for _, c := range cs {
		a := of(c)
		matrix[[2]Layer{c.Label, a.Layer}]++
		right := a.Layer == c.Label
		if a.Confidence == Certain {
			certain++
			if !right {
				t.Errorf("%s: certain of %s, was %s: %v", c.Name, a.Layer, c.Label, a.Evidence)
			}
		}
		if c.Label == LayerUnknown || c.Alone == "no" {
			if a.Confidence == Certain {
				t.Errorf("%s: certain of %s where the response cannot tell: %v", c.Name, a.Layer, a.Evidence)
			}
			continue
		}
		tellable++
		if right {
			told++
		} else {
			t.Logf("%s: %s %s, was %s: %v", c.Name, a.Confidence, a.Layer, c.Label, a.Evidence)
		}
	}
	t.Logf("confusion matrix (rows: who it was; columns: what was said)\n%s", confusion(matrix))
	t.Logf("%d captures, %d certain, %d of %d tellable told", len(cs), certain, told, tellable)
	if certain*2 < len(cs) {
		t.Errorf("certain on %d of %d, want at least half", certain, len(cs))
	}
	if told*100 < tellable*95 {
		t.Errorf("%d of %d that can be told got their layer, want 95%%", told, tellable)
	}
}

func confusion(m map[[2]Layer]int) string {
	layers := []Layer{LayerAccess, LayerWAF, LayerEdge, LayerWorker, LayerCache, LayerOrigin, LayerProxy, LayerUnknown}
	var b strings.Builder
	fmt.Fprintf(&b, "%-8s", "")
	for _, l := range layers {
		fmt.Fprintf(&b, "%8s", l)
	}
	for _, row := range layers {
		fmt.Fprintf(&b, "\n%-8s", row)
		for _, col := range layers {
			fmt.Fprintf(&b, "%8d", m[[2]Layer{row, col}])
		}
	}
	for k := range m {
		if !slices.Contains(layers, k[1]) {
			fmt.Fprintf(&b, "\n%s said of %s", k[1], k[0])
		}
	}
	return b.String()
}
