package lab

import (
	"crypto/rsa"
	"math/big"
	"sync"
)

// teamPrimes are the primes of the two RSA keys with which the lab's team signs
// its tokens. They are fixed and public on purpose: the team exists on loopback
// alone, nothing outside the lab trusts it, and a key of 2048 bits takes longer
// to find than the rest of the lab takes to start.
var teamPrimes = [2][2]string{
	{
		"f03885dcfd1ce746c59185f70e7d8b6d763fb8205374336e81456ecc1f2b26000ae2f8f5bc349c126ef95f88eb6b115a" +
			"13d3c9c4b604b2537217608eb935d75f62c472552e10ac6b9ea6a47374dbb57a4a5d73cff3acfb1decc4a51f5e93d40b" +
			"31d26b786a6f0455b7c16e34f1ac2003f26f8575c2fef51249bc2128aee7326f",
		"dd242cd2b05111007ba4c274ae34cf9f20baed68f59a2236e07cddd29bbaee87c16b8e8a02dc6bd69f138a82a88a94d7" +
			"1531459fbdfba0854e3704bae164dcd749ec5e253b405a9f4c7c945ba764ccbb179fd27cb5ea0f61618c4b68d0264028" +
			"dfe4c57860a7c90724eecb86610266f126a5277ff313c393420d14df1c74fb9f",
	},
	{
		"fd7f21080a3c3e90624d5538bd9241aab84c7b2997c878086182f77c55054d752ce34c26f5b350b7c87a572d848776f4" +
			"fd0db179a5a1f5563544e43597299d0b40683ed268df587f30771e912ddf0923aaf190a8d1dab0e98d994d006fe56165" +
			"44fc11c981eda428f6de8282690d685768cfdeacf15ae1e5518c9b42d3ecdbfb",
		"eedc746c81592af547ddca26acd5d63151f74febf43d1b6417881fac08a9a2aff3d75f95a5814ce594878b0b678378ce" +
			"b17c9022597c0d4a72269af1c18592c546c90f56b4018587326ba338a54db92eb4c32da398ea12feb55424ce5a999a3e" +
			"ca90314257e308083c5ef1ab9e18b44f36faf15e4c3c995270a0543f80e2f4eb",
	},
}

// teamKeys returns the two keys: the first signs, the second is the previous
// one, which the team still publishes.
var teamKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i, pair := range teamPrimes {
		keys[i] = rsaKey(pair[0], pair[1])
	}
	return keys
})

// rsaKey makes a key from its two primes in hexadecimal.
func rsaKey(ps, qs string) *rsa.PrivateKey {
	p, _ := new(big.Int).SetString(ps, 16)
	q, _ := new(big.Int).SetString(qs, 16)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	const e = 65537
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: e},
		D:         new(big.Int).ModInverse(big.NewInt(e), phi),
		Primes:    []*big.Int{p, q},
	}
	k.Precompute()
	return k
}
