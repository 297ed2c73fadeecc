// Package elementary has the elementary functions that scores are made with. Each
// gives the same bits on every processor. Those of package math do not: some
// processors have their own, written in assembly, and some fuse a product and a
// sum into one operation that rounds once. Then the service would suggest what
// the browser does not. It must hold nothing but such functions.
//
// Source: FreeBSD's msun (e_log.c, s_log1p.c, e_exp.c) by way of Go's package math,
// with every product that goes into a sum rounded. They came with this notice:
//
//	====================================================
//	Copyright (C) 1993, 2004 by Sun Microsystems, Inc. All rights reserved.
//
//	Developed at SunPro, a Sun Microsystems, Inc. business.
//	Permission to use, copy, modify, and distribute this
//	software is freely granted, provided that this notice
//	is preserved.
//	====================================================
package elementary

import "math"

// What the logarithms share: ln(2) in two parts, and the polynomial.
const (
	ln2Hi = 6.93147180369123816490e-01
	ln2Lo = 1.90821492927058770002e-10

	l1 = 6.666666666666735130e-01
	l2 = 3.999999999940941908e-01
	l3 = 2.857142874366239149e-01
	l4 = 2.222219843214978396e-01
	l5 = 1.818357216161805012e-01
	l6 = 1.531383769920937332e-01
	l7 = 1.479819860511658591e-01
)

// Log returns the natural logarithm of x: NaN below 0, -Inf of 0.
func Log(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	fraction, exponent := math.Frexp(x)
	if fraction < math.Sqrt2/2 {
		fraction += fraction
		exponent--
	}
	f, k := fraction-1, float64(exponent)
	s := f / (2 + f)
	z := float64(s * s)
	w := float64(z * z)
	odd := float64(z * (l1 + float64(w*(l3+float64(w*(l5+float64(w*l7)))))))
	even := float64(w * (l2 + float64(w*(l4+float64(w*l6)))))
	half := float64(0.5 * f * f)
	return float64(k*ln2Hi) - ((half - (float64(s*(half+(odd+even))) + float64(k*ln2Lo))) - f)
}

// Log1p returns the natural logarithm of 1+x without what 1+x would lose of a
// small x. NaN below 0.
func Log1p(x float64) float64 {
	const fraction, sqrt2, one, half = 1<<52 - 1, 0x0006a09e667f3bcd, 0x3ff << 52, 0x3fe << 52
	switch {
	case x < 0:
		return math.NaN()
	case math.IsInf(x, 1) || x < 1.0/(1<<54):
		return x
	case x < 1.0/(1<<29):
		return x - float64(x*x*0.5)
	}
	f, k, lost := x, 0.0, 0.0 // 1+x is 2ᵏ(1+f), but for what is lost when it is rounded
	if x >= math.Sqrt2-1 {
		u := x
		if x < 1<<53 {
			u = 1 + x
			if u >= 2 {
				lost = (1 - (u - x)) / u
			} else {
				lost = (x - (u - 1)) / u
			}
		}
		bits := math.Float64bits(u)
		k = float64(int(bits>>52) - 0x3ff)
		if bits &= fraction; bits < sqrt2 {
			f = math.Float64frombits(bits|one) - 1
		} else {
			k++
			f = math.Float64frombits(bits|half) - 1
		}
	}
	s := f / (2 + f)
	z := float64(s * s)
	r := float64(z * (l1 + float64(z*(l2+float64(z*(l3+float64(z*(l4+float64(z*(l5+float64(z*(l6+float64(z*l7)))))))))))))
	squared := float64(0.5 * f * f)
	if k == 0 {
		return f - (squared - float64(s*(squared+r)))
	}
	return float64(k*ln2Hi) - ((squared - (float64(s*(squared+r)) + (float64(k*ln2Lo) + lost))) - f)
}

// Exp returns e to the power of x: +Inf from 709.8 on, 0 below -745.1.
func Exp(x float64) float64 {
	const (
		log2e     = 1.44269504088896338700e+00
		overflow  = 7.09782712893383973096e+02
		underflow = -7.45133219101941108420e+02
		nearZero  = 1.0 / (1 << 28)

		p1 = 1.66666666666666657415e-01
		p2 = -2.77777777770155933842e-03
		p3 = 6.61375632143793436117e-05
		p4 = -1.65339022054652515390e-06
		p5 = 4.13813679705723846039e-08
	)
	switch {
	case math.IsNaN(x):
		return x
	case x > overflow:
		return math.Inf(1)
	case x < underflow:
		return 0
	case -nearZero < x && x < nearZero:
		return 1 + x
	}
	k := int(float64(log2e*x) + math.Copysign(0.5, x))
	hi := x - float64(float64(k)*ln2Hi)
	lo := float64(float64(k) * ln2Lo)
	r := hi - lo
	z := float64(r * r)
	c := r - float64(z*(p1+float64(z*(p2+float64(z*(p3+float64(z*(p4+float64(z*p5)))))))))
	return math.Ldexp(1-((lo-r*c/(2-c))-hi), k)
}
