package answer

// The IDs of the pair rules, for Proof.Rule.
const (
	ProofAccessSigned      = "access-signed"
	ProofAccessUnsigned    = "access-unsigned"
	ProofAccessOnHost      = "access-on-host"
	ProofPreflightRefused  = "access-preflight-refused"
	ProofPreflightCORS     = "access-preflight-cors-settings"
	ProofPreflightBypassed = "access-preflight-bypassed"
	ProofXHR               = "access-xhr-401"
	ProofSession           = "access-session"
	ProofSessionRejected   = "access-session-rejected"
	ProofSignedRefusal     = "access-signed-refusal"
	ProofAcceptJSON        = "accept-json"
	ProofIdentity          = "without-accept-encoding"
	ProofMitigatedOne      = "waf-one-method"
	ProofChallengeBare     = "waf-preflight-beside-challenge"
	ProofProbingLimited    = "waf-after-probing"
	ProofTrace             = "trace"
	ProofTraceForeign      = "trace-not-cloudflare"
	ProofRepeatHit         = "cache-repeat"
	ProofRepeatDynamic     = "cache-never"
	ProofCachePinned       = "cache-pinned"
	ProofCacheBustedFixes  = "cache-busted-differs"
	ProofMissingSame       = "missing-path-same"
	ProofMissingOther      = "missing-path-other"
	ProofDirectSame        = "direct-same"
	ProofDirectHealthy     = "direct-healthy"
	ProofDirectRefused     = "direct-refused"
	ProofHeadersStripped   = "direct-headers-stripped"
	ProofHeadersAdded      = "direct-headers-added"
	ProofOriginEchoed      = "origin-echoed"
	ProofOriginConstant    = "origin-constant"
)

var pairRules = func() []PairRule {
	var out []PairRule
	for _, t := range [][]PairRule{metadataPairs, formPairs, accessPairs, wafPairs, cachePairs, pathPairs, directPairs, originPairs} {
		out = append(out, t...)
	}
	return out
}()
