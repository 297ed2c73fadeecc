package suggest

// fitted are the weights of logistic regressions. Written by `make fit`; do not
// edit. Engine 1, 407 pages, SHA-256 be4abdc34814c1ceff1178b284727c93.
var fitted = Weights{
	ByPages: {
		2.3634,  // similar
		5.8520,  // profile
		5.0007,  // pattern
		1.5519,  // title words
		2.0047,  // text words
		0.3026,  // whole name
		-0.1912, // usage
		-6.9895, // constant
	},
	BySearch: {
		1.2990,  // similar
		4.6832,  // profile
		4.6640,  // pattern
		1.4839,  // title words
		1.6996,  // text words
		0.2058,  // whole name
		-0.2071, // usage
		-6.7392, // constant
	},
	ByTitles: {
		1.7889,  // similar
		4.2710,  // profile
		3.1815,  // pattern
		1.7245,  // title words
		2.1964,  // text words
		0.1320,  // whole name
		-0.0886, // usage
		-6.2587, // constant
	},
	ByName: {
		0.0000,  // similar
		0.0000,  // profile
		0.0000,  // pattern
		2.1455,  // title words
		0.0000,  // text words
		0.6818,  // whole name
		0.0000,  // usage
		-2.7907, // constant
	},
}
