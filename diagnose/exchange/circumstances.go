package exchange

// InitiatorType is the initiator type of a request of the Fetch Standard.
type InitiatorType string

// The initiator types of a case.
const (
	InitiatorFetch InitiatorType = ""     // fetch()
	InitiatorLink  InitiatorType = "link" // <link rel="preload" as="fetch" crossorigin>
)

// LocalNetwork says what Local Network Access (WICG) decides by: an address of
// a space that is less public than the page's needs the user's permission.
type LocalNetwork struct {
	Page   AddressSpace `json:"page"`   // of the page
	Target AddressSpace `json:"target"` // of the host of Case.URL
	// Permission is the state of the permission local-network or
	// loopback-network, whichever Target asks for.
	Permission PermissionState `json:"permission"`
}

// AddressSpace is an IP address space of Local Network Access.
type AddressSpace string

// The IP address spaces, the least public first.
const (
	SpaceLoopback AddressSpace = "loopback" // 127.0.0.0/8, ::1
	SpaceLocal    AddressSpace = "local"    // RFC 1918, link-local, unique local, .local
	SpacePublic   AddressSpace = "public"
)

// PermissionState is a state of the Permissions standard.
type PermissionState string

// The permission states.
const (
	PermissionGranted PermissionState = "granted"
	PermissionDenied  PermissionState = "denied"
	PermissionPrompt  PermissionState = "prompt" // a browser that nobody answers takes it for a denial
)

// Asks says whether a browser with Local Network Access asks for the permission:
// the target is of a less public space than the page. It is false on nil.
func (l *LocalNetwork) Asks() bool {
	publicity := map[AddressSpace]int{SpaceLoopback: 1, SpaceLocal: 2, SpacePublic: 3}
	return l != nil && publicity[l.Target] != 0 && publicity[l.Target] < publicity[l.Page]
}
