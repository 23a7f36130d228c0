"""Exact fractions, big integers, complex numbers and floats."""
import cmath
import math
import numbers
from fractions import Fraction

print(sum(Fraction(1, n) for n in range(1, 11)), Fraction("0.125"), Fraction(math.pi).limit_denominator(1000))
print(math.comb(50, 25), math.gcd(84, 36), math.lcm(4, 6), math.isqrt(10**40), 2**200 % 97, pow(3, -1, 11))
print(cmath.sqrt(-1), abs(3 + 4j), math.fsum([0.1] * 10), sum([0.1] * 9), (0.1).as_integer_ratio(), (2.5).hex(), float("1e-320"))
print(math.inf > 10**300, math.isclose(0.1 + 0.2, 0.3), round(2.5), round(-1.005, 2), divmod(-7, 3), isinstance(3, numbers.Rational))
print(math.dist((0, 0), (3, 4)), math.factorial(20), math.nextafter(1, 2), math.ulp(1.0), -0.0, int("ff", 16), 0b101 ^ 0x3)
