package suggest

// fitted are the weights of logistic regressions. Written by `make fit`; do not
// edit. Engine 2, 407 pages, SHA-256 be4abdc34814c1ceff1178b284727c93.
var fitted = Weights{
	ByPages: {
		2.4149,  // similar
		5.9790,  // profile
		4.6138,  // pattern
		1.5451,  // title words
		2.0254,  // text words
		0.3023,  // whole name
		-0.1892, // usage
		-6.9932, // constant
	},
	BySearch: {
		1.4080,  // similar
		4.6948,  // profile
		4.5032,  // pattern
		1.4861,  // title words
		1.7142,  // text words
		0.2081,  // whole name
		-0.2106, // usage
		-6.7567, // constant
	},
	ByTitles: {
		1.6151,  // similar
		4.3001,  // profile
		3.1235,  // pattern
		1.7264,  // title words
		2.1955,  // text words
		0.1320,  // whole name
		-0.0910, // usage
		-6.2710, // constant
	},
	ByName: {
		0.0000,  // similar
		0.0000,  // profile
		0.0000,  // pattern
		2.1709,  // title words
		0.0000,  // text words
		0.6637,  // whole name
		0.0000,  // usage
		-2.7807, // constant
	},
}
