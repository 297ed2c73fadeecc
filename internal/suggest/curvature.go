package suggest

// Curvature is how sharply pages tell the weights of a situation: minus the second
// derivatives of the logarithm of the likelihood, for one page on average. Weights
// that are to stay near fitted ones are held by it, times a number of pages.
type Curvature [features][features]float64
