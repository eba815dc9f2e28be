"""What is built into the language, one Python function each. Everything else is library source, which is evaluated like
any other."""

import numpy as np
import torch

from sizes import Size, product
from values import Value, contract, elementwise, unknown_among

BUILTINS = {}


def builtin(name):
    def register(function):
        BUILTINS[name] = function
        return function

    return register


# ---- what a gradient of 0 leaves 0, also where the slope is infinite: behind the side that `where` did not take

class Quiet(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        return x.view_as(x)

    @staticmethod
    def backward(context, gradient):
        return torch.where(torch.isnan(gradient), 0.0, gradient)


def quiet(function):
    return lambda *tensors: function(*(Quiet.apply(tensor) for tensor in tensors))


square_root = quiet(torch.sqrt)
divide = quiet(torch.div)
power = quiet(torch.pow)


# At a tie the first takes the gradient.
def larger(a, b):
    return torch.where((a >= b) | torch.isnan(a), a, b)


def smaller(a, b):
    return torch.where((a <= b) | torch.isnan(a), a, b)


def magnitude(x):
    return x * torch.sign(x.detach())


def bounded(x, low, high):
    return torch.where(x < low, low, torch.where(x > high, high, x))


ELEMENTS = {
    "exp": torch.exp, "log": quiet(torch.log), "sqrt": square_root, "abs": magnitude, "sigmoid": torch.sigmoid,
    "tanh": torch.tanh, "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)), "sin": torch.sin, "cos": torch.cos,
    "detach": lambda x: x.detach(), "clamp": bounded, "where": lambda p, a, b: torch.where(p != 0, a, b),
}  # fmt: skip
SIGNS = {
    "+": torch.add, "-": torch.sub, "*": torch.mul, "/": divide, "^": power,
    "<": lambda a, b: (a < b).double(), "<=": lambda a, b: (a <= b).double(), ">": lambda a, b: (a > b).double(),
    ">=": lambda a, b: (a >= b).double(), "==": lambda a, b: (a == b).double(), "!=": lambda a, b: (a != b).double(),
}  # fmt: skip


def by_elements(function):
    # The shape of the line is handed down to the arguments.
    return lambda use: elementwise(function, *(use.value(i, use.expected) for i in range(len(use.arguments.positional))))


for name, function in ELEMENTS.items():
    builtin(name)(by_elements(function))


# ---- over dims and over time

def flattened(value, over):
    """The axes at the end, as one."""
    axes = [value.dims.index(dim) + value.seq for dim in over]
    data = value.data.movedim(axes, list(range(-len(axes), 0)))
    return data.flatten(-len(axes))


def first_extreme(choose):
    def reduce(data):
        place = torch.from_numpy(np.asarray(choose(data.detach().numpy(), axis=-1)))
        return torch.gather(data, -1, place.unsqueeze(-1)).squeeze(-1)

    return reduce


REDUCTIONS = {"sum": lambda data: data.sum(-1), "mean": lambda data: data.sum(-1) / data.shape[-1],
              "max": first_extreme(np.argmax), "min": first_extreme(np.argmin)}  # fmt: skip


def reduction(kind, on_elements):
    reduce = REDUCTIONS[kind]

    def run(use):
        if not use.brackets:
            return by_elements(on_elements)(use)
        value = use.value(0)
        over = [one for one in use.brackets if isinstance(one, Size)]
        if over:
            rest = [dim for dim in value.dims if dim not in over]
            value = value.but(data=reduce(flattened(value, over)), dims=rest)
        if len(over) < len(use.brackets):
            value = over_time(value, reduce)
        return value.but(past=None, record=None)

    return run


def over_time(value, reduce):
    """Unknown steps are left out. Over no steps everything is 0."""
    data, unknown = value.data, None
    if value.unknown is not None:
        unknown = torch.tensor(bool(value.steps > 0 and value.unknown.all()))
        data = data[~value.unknown]
    data = reduce(data.movedim(0, -1)) if data.shape[0] > 0 else data.new_zeros(data.shape[1:])
    return value.but(data=data, seq=False, unknown=unknown)


builtin("sum")(reduction("sum", None))
builtin("mean")(reduction("mean", None))
builtin("max")(reduction("max", larger))
builtin("min")(reduction("min", smaller))


def along(value, brackets):
    """The axis that a bracket names; of none, the last."""
    if brackets and not isinstance(brackets[0], Size):
        return 0  # over time
    return value.data.dim() - 1 if not brackets else value.dims.index(brackets[0]) + value.seq


@builtin("softmax")
def softmax(use):
    value = use.value(0)
    return value.but(data=torch.softmax(value.data, along(value, use.brackets)), past=None, record=None)


@builtin("log_softmax")
def log_softmax(use):
    value = use.value(0)
    return value.but(data=torch.log_softmax(value.data, along(value, use.brackets)), past=None, record=None)


@builtin("cross_entropy")
def cross_entropy(use):
    logits, target = use.value(0), use.value(1)
    axis = along(logits, use.brackets)
    unknown = unknown_among([logits, target])
    seq = logits.seq or target.seq
    if target.token is None:
        log_shares = logits.but(data=torch.log_softmax(logits.data, axis))
        product = elementwise(torch.mul, target, log_shares)
        axis = logits.dims.index(use.brackets[0]) if use.brackets else len(logits.dims) - 1
        dims = logits.dims[:axis] + logits.dims[axis + 1 :]
        return Value(-product.data.sum(axis + product.seq), dims, product.seq, unknown=unknown)
    data, place = logits.data, target.data
    if seq and not logits.seq:
        data = data.expand(target.steps, *data.shape)
    if seq and not target.seq:
        place = place.expand(logits.steps)
    hit = torch.gather(data, -1, place.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    hit = torch.where(place >= 0, hit, 0.0)
    return Value(torch.logsumexp(data, -1) - hit, [], seq, unknown=unknown)


# ---- products

@builtin("dot")
def dot(use):
    a, b = use.value(0), use.value(1)
    return contract(a, b, len(a.dims) - 1, 1)


@builtin("outer")
def outer(use):
    a, b = use.value(0), use.value(1)
    batch = 0
    while batch + 1 < min(len(a.dims), len(b.dims)) and a.dims[batch] == b.dims[batch]:
        batch += 1
    return contract(a, b, batch, 0)


def matrix_product(a, b):
    """A @ b: leading names that both have once go along, then the last of A meets the first of b."""
    batch = 0
    while (batch + 1 < min(len(a.dims), len(b.dims)) and a.dims[batch] == b.dims[batch]
           and a.dims[batch:].count(a.dims[batch]) == 1 and b.dims[batch:].count(b.dims[batch]) == 1):  # fmt: skip
        batch += 1
    if a.dims[-1] != b.dims[batch]:
        raise ValueError(f"{a.dims} @ {b.dims}")
    # The summed dim of b stands after its batch: `contract` wants the last of A and that one.
    return contract(a, b, batch, 1)


def affine(use, bias, headwise):
    """The map of all arguments to the shape of the brackets, or else of the line."""
    scope, line, brackets = use.scope, use.line, use.brackets
    shape = list(brackets) if brackets or use.callable.scalar_shape else None
    path, terms = use.callable.path, labelled(use)
    if shape is not None and path is None and not headwise:  # a layer: it is named once its arguments are there
        terms = [(label, scope.argument(argument, line)) for label, argument in terms]
        path = scope.own(line, "linear")
    shape = use.expected if shape is None else shape
    lone = path is not None and len(terms) == 1 and not headwise
    total, batch = None, 1 if headwise else 0
    for label, argument in terms:
        value = argument if isinstance(argument, Value) else scope.argument(argument, line)
        base = "W" if lone else f"W.{label}"
        name = f"{path}.{base}" if path else scope.own(line, base)
        weight = scope.parameter(name, shape + value.dims[batch:])
        term = contract(weight, value, batch, len(value.dims) - batch)
        total = term if total is None else elementwise(torch.add, total, term)
    if bias:
        name = f"{path}.b" if path else scope.own(line, "b")
        total = elementwise(torch.add, total, scope.parameter(name, shape))
    return total


def labelled(use):
    """Arguments and the names of their weights: a plain name; one name at several delays by its delay; others by number."""
    plain = [plain_name(argument.tree) for argument in use.arguments.positional]
    delays = {}
    for one in plain:
        if one:
            delays.setdefault(one[0], set()).add(one[1])
    terms = []
    for i, (one, argument) in enumerate(zip(plain, use.arguments.positional)):
        label = str(i + 1)
        if one:
            label = one[0] if len(delays[one[0]]) == 1 else f"{one[0]}_{one[1]}"
        terms.append((label, argument))
    return terms + list(use.arguments.named)


def plain_name(tree):
    if tree is None:
        return None
    if tree["kind"] == "name":
        return tree["name"], "0"
    if tree["kind"] != "bracket" or len(tree["arguments"]) != 1 or tree["object"]["kind"] != "name":
        return None
    index = tree["arguments"][0]["value"]
    if index["kind"] != "binary":
        return tree["object"]["name"], "0"
    return tree["object"]["name"], index["right"]["text"] if index["right"]["kind"] == "number" else "k"


@builtin("linear")
def linear(use):
    return affine(use, use.callable.named.get("bias", "true") == "true", False)


@builtin("headwise")
def headwise(use):
    return affine(use, False, True)


# ---- arrangement

@builtin("onehot")
def onehot(use):
    value = use.value(0)
    tokens = torch.arange(int(value.token.value(use.scope.numbers)))
    return Value((value.data.unsqueeze(-1) == tokens).double(), [value.token], value.seq, unknown=value.unknown)


def join(parts, numbers):
    """Along the last dim; a scalar counts as one element."""
    seq = any(part.seq for part in parts)
    steps = next((part.steps for part in parts if part.seq), None)
    tensors, total = [], Size({})
    for part in parts:
        data = part.data if part.dims else part.data.unsqueeze(-1)
        if seq and not part.seq:
            data = data.expand(steps, *data.shape)
        tensors.append(data)
        total = total + (part.dims[-1] if part.dims else Size.number(1))
    return Value(torch.cat(tensors, -1), parts[0].dims[:-1] + [total], seq, unknown=unknown_among(parts))


@builtin("split")
def split(use):
    value, line = use.value(0), use.line
    part = value.data.shape[-1] // line.count
    dims = line.shape or value.dims[:-1] + [value.dims[-1] / Size.number(line.count)]
    return Value(value.data[..., part * line.index : part * (line.index + 1)], dims, value.seq, unknown=value.unknown)


@builtin("reshape")
def reshape(use):
    value, dims = use.value(0), list(use.brackets)
    if product(dims) != product(value.dims):
        raise ValueError(f"reshape of {value.dims} to {dims}")
    shape = [int(dim.value(use.scope.numbers)) for dim in dims]
    lead = [value.steps] if value.seq else []
    return Value(value.data.reshape(lead + shape), dims, value.seq, unknown=value.unknown)


@builtin("flatten")
def flatten(use):
    value = use.value(0)
    data = value.data.flatten(int(value.seq)) if value.dims else value.data.unsqueeze(-1)
    return Value(data, [product(value.dims)], value.seq, unknown=value.unknown)


@builtin("window")
def window(use):
    value, (count,) = use.value(0), use.brackets
    last = [value if k == 0 else use.scope.past(value, k) for k in reversed(range(int(count.value(use.scope.numbers))))]
    data = torch.stack([one.data for one in last], int(value.seq))
    return Value(data, [count] + value.dims, value.seq, unknown=value.unknown)


# ---- what draws does not draw here, for nothing is being trained

@builtin("dropout")
def dropout(use):
    return use.value(0, use.expected).but(past=None, record=None)


@builtin("zoneout")
def zoneout(use):
    rate = use.brackets[0]
    rate = float(rate.value({})) if isinstance(rate, Size) else rate
    fresh, old = use.value(0, use.expected), use.value(1, use.expected)
    return elementwise(lambda new, before: rate * before + (1 - rate) * new, fresh, old)


# ---- sequences

@builtin("last")
def last(use):
    value = use.value(0)
    data = value.data[-1] if value.steps else value.data.new_zeros(value.data.shape[1:])
    unknown = value.unknown[-1] if value.unknown is not None and value.steps else None
    return Value(data, value.dims, unknown=unknown)


def turned(value):
    unknown = None if value.unknown is None else value.unknown.flip(0)
    return value.but(data=value.data.flip(0), unknown=unknown, past=None, record=None)


@builtin("reverse")
def reverse(use):
    return turned(use.value(0))


@builtin("final")
def final(use):
    return Value(record=use.value(0).record, final=True)


@builtin("repeat")
def repeat(use):
    value, like = use.value(0), use.value(1)
    return value.but(data=value.data.expand(like.steps, *value.data.shape), seq=True, past=None)
