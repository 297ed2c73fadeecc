package suggest

// fitted are the weights of logistic regressions. Written by `make fit`; do not
// edit. Engine 3, 407 pages, SHA-256 be4abdc34814c1ceff1178b284727c93.
var fitted = Weights{
	ByPages: {
		2.4655,  // similar
		6.0305,  // profile
		4.5410,  // pattern
		1.5483,  // title words
		2.0135,  // text words
		0.3027,  // whole name
		-0.1857, // usage
		-6.9808, // constant
	},
	BySearch: {
		1.4724,  // similar
		4.7574,  // profile
		4.4281,  // pattern
		1.4870,  // title words
		1.7063,  // text words
		0.2080,  // whole name
		-0.2087, // usage
		-6.7515, // constant
	},
	ByTitles: {
		1.6332,  // similar
		4.3005,  // profile
		3.1063,  // pattern
		1.7290,  // title words
		2.1900,  // text words
		0.1320,  // whole name
		-0.0904, // usage
		-6.2648, // constant
	},
	ByName: {
		0.0000,  // similar
		0.0000,  // profile
		0.0000,  // pattern
		2.1769,  // title words
		0.0000,  // text words
		0.6622,  // whole name
		0.0000,  // usage
		-2.7801, // constant
	},
}
