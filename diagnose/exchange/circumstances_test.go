package exchange

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWhatFewFetchesHaveIsAbsentByDefault(t *testing.T) {
	members := []string{"initiator_type", "body_stream", "service_worker", "local_network"}
	plain, err := json.Marshal(Case{URL: "https://api.example.com/"}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	full := Case{Initiator: InitiatorLink, BodyStream: true, ServiceWorker: true, LocalNetwork: &LocalNetwork{SpacePublic, SpaceLocal, PermissionDenied}}
	said, err := json.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range members {
		if strings.Contains(string(plain), m) {
			t.Errorf("%s has %s", plain, m)
		}
		if !strings.Contains(string(said), m) {
			t.Errorf("%s lacks %s", said, m)
		}
	}
	var back Case
	if err := json.Unmarshal(said, &back); err != nil || back.Initiator != InitiatorLink || !back.BodyStream || !back.ServiceWorker || *back.LocalNetwork != *full.LocalNetwork {
		t.Errorf("%v: %+v", err, back)
	}
}

func TestWhenALocalNetworkAsks(t *testing.T) {
	tests := []struct {
		l    *LocalNetwork
		want bool
	}{
		{nil, false},
		{&LocalNetwork{Page: SpacePublic, Target: SpaceLocal}, true},
		{&LocalNetwork{Page: SpacePublic, Target: SpaceLoopback}, true},
		{&LocalNetwork{Page: SpaceLocal, Target: SpaceLoopback}, true},
		{&LocalNetwork{Page: SpaceLocal, Target: SpaceLocal}, false},
		{&LocalNetwork{Page: SpaceLoopback, Target: SpacePublic}, false},
		{&LocalNetwork{Page: SpacePublic, Target: "elsewhere"}, false},
	}
	for _, tt := range tests {
		if got := tt.l.Asks(); got != tt.want {
			t.Errorf("%+v: %t", tt.l, got)
		}
	}
}

func TestALinkElementHasNoOptionsButItsCredentials(t *testing.T) {
	text := "x"
	c := Case{Initiator: InitiatorLink, Method: "PUT", Body: &text, Headers: Headers{{Name: "x-a", Value: "1"}}, Mode: ModeNoCORS, Redirect: RedirectManual, Credentials: CredentialsInclude}.WithDefaults()
	if c.Method != "GET" || c.Body != nil || len(c.Headers) > 0 || c.Mode != ModeCORS || c.Redirect != RedirectFollow || c.Credentials != CredentialsInclude {
		t.Errorf("%+v", c)
	}
}
