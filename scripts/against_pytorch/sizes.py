"""Sizes of dims: polynomials over names, so that `H + X` and `X + H` are one and `H` and `K` are two."""
from fractions import Fraction


class Size:
    def __init__(self, terms):
        self.terms = {powers: factor for powers, factor in terms.items() if factor}

    @staticmethod
    def number(value):
        return Size({(): Fraction(value)})

    @staticmethod
    def name(name):
        return Size({((name, 1),): Fraction(1)})

    def __eq__(self, other):
        return isinstance(other, Size) and self.terms == other.terms

    def __hash__(self):
        return hash(frozenset(self.terms.items()))

    def __add__(self, other):
        total = dict(self.terms)
        for powers, factor in other.terms.items():
            total[powers] = total.get(powers, 0) + factor
        return Size(total)

    def __sub__(self, other):
        return self + Size.number(-1) * other

    def __mul__(self, other):
        total = {}
        for a, x in self.terms.items():
            for b, y in other.terms.items():
                powers = dict(a)
                for name, power in b:
                    powers[name] = powers.get(name, 0) + power
                key = tuple(sorted((name, power) for name, power in powers.items() if power))
                total[key] = total.get(key, 0) + x * y
        return Size(total)

    def __truediv__(self, other):
        ((powers, factor),) = other.terms.items()  # by one term
        return self * Size({tuple((name, -power) for name, power in powers): 1 / factor})

    @property
    def is_number(self):
        return all(powers == () for powers in self.terms)

    def substitute(self, sizes):
        """Names replaced by Sizes."""
        total = Size({})
        for powers, factor in self.terms.items():
            term = Size({(): factor})
            for name, power in powers:
                value = sizes.get(name, Size.name(name))
                for _ in range(abs(power)):
                    term = term * value if power > 0 else term / value
            total = total + term
        return total

    def value(self, numbers):
        total = Fraction(0)
        for powers, factor in self.terms.items():
            for name, power in powers:
                factor = factor * Fraction(numbers[name]) ** power
            total += factor
        return total

    def __repr__(self):
        def term(powers, factor):
            names = "*".join(name if power == 1 else f"{name}^{power}" for name, power in powers)
            return f"{factor}*{names}" if names and factor != 1 else names or str(factor)

        return " + ".join(term(powers, factor) for powers, factor in sorted(self.terms.items())) or "0"


def product(dims):
    total = Size.number(1)
    for dim in dims:
        total = total * dim
    return total


def substitute(dims, sizes):
    """`sizes`: a list of Sizes for each name, of one but for those of inputs without a shape."""
    result = []
    for dim in dims:
        ((powers, _),) = dim.terms.items() if len(dim.terms) == 1 else (((), 0),)
        if len(powers) == 1 and len(sizes.get(powers[0][0], [dim])) != 1:
            result += sizes[powers[0][0]]
        else:
            result.append(dim.substitute({name: one[0] for name, one in sizes.items() if len(one) == 1}))
    return result
