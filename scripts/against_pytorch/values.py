"""Values with named dims. A tensor is [steps, ...dims] for a sequence, else [...dims]; there is no batch: one sample after
the other is computed, each with exactly the steps that it has."""
import dataclasses
import itertools
import string
import typing

import torch

from sizes import Size

serial = itertools.count()


@dataclasses.dataclass(eq=False)
class Value:
    data: torch.Tensor = None
    dims: list = dataclasses.field(default_factory=list)
    seq: bool = False
    token: Size = None  # the number of tokens; data are whole numbers
    unknown: torch.Tensor = None  # where a token target was -1: [steps] or []
    past: typing.Callable = None  # past(k): the value k steps ago, where there is one
    record: object = None  # the use of a cell that made it: y.c
    final: bool = False  # the last states of `record`, no value
    node: int = dataclasses.field(default_factory=lambda: next(serial))  # what is one value has one number

    @property
    def steps(self):
        return self.data.shape[0]

    def but(self, **changes):
        if "data" in changes:
            changes.setdefault("node", next(serial))
        return dataclasses.replace(self, **changes)


def number(value):
    return Value(torch.tensor(float(value)))


def spread(value, dims, seq):
    """Its tensor for an operation over these dims: axes in their order, those that it lacks of size 1."""
    data, lead = value.data, [0] if value.seq else []
    places = list(range(len(value.dims)))
    if value.dims != dims:
        places.sort(key=lambda axis: dims.index(value.dims[axis]))
    data = data.permute(lead + [axis + len(lead) for axis in places])
    kept = [value.dims[axis] for axis in places]
    if kept != dims:
        for axis, dim in enumerate(dims):
            if dim not in kept:
                data = data.unsqueeze(axis + len(lead))
    if seq and not value.seq:
        data = data.unsqueeze(0)
    return data


def fits(small, big):
    """Broadcasting is by name: each of the smaller one's names stands exactly once in the larger, and a number has none."""
    return all(big.count(dim) == 1 and not dim.is_number for dim in small)


def unknown_among(values):
    masks = [value.unknown for value in values if value.unknown is not None]
    if not masks:
        return None
    total = masks[0]
    for mask in masks[1:]:
        total = total | mask
    return total


def elementwise(function, *values):
    """By elements, under the shape of the value with the most dims."""
    dims = max((value.dims for value in values), key=len)
    seq = any(value.seq for value in values)
    for value in values:
        if value.dims != dims and not (len(value.dims) < len(dims) and fits(value.dims, dims)):
            raise ValueError(f"{value.dims} does not fit {dims}")
    steps = [value.steps for value in values if value.seq]
    if any(count != steps[0] for count in steps):
        raise ValueError("sequences of several lengths meet")
    tensors = [spread(value, dims, seq) for value in values]
    return Value(function(*torch.broadcast_tensors(*tensors)), dims, seq, unknown=unknown_among(values))


def broadcast(value, dims, numbers):
    """Under a shape that has its dims and more."""
    if value.dims == dims:
        return value
    if not (len(value.dims) < len(dims) and fits(value.dims, dims)):
        raise ValueError(f"{value.dims} does not fit {dims}")
    shape = ([value.steps] if value.seq else []) + [int(dim.value(numbers)) for dim in dims]
    return value.but(data=spread(value, dims, value.seq).expand(shape), dims=dims, past=None)


def contract(left, right, batch, summed):
    """The first `batch` dims go along, the last `summed` of left meet the first of right after these."""
    letters = iter(string.ascii_letters)
    a = [next(letters) for _ in left.dims]
    b = a[:batch] + a[len(a) - summed :] + [next(letters) for _ in right.dims[batch + summed :]]
    rest = a[batch : len(a) - summed] + b[batch + summed :]
    seq = left.seq or right.seq
    time = "T" if seq else ""
    texts = [(time if value.seq else "") + "".join(names) for value, names in ((left, a), (right, b))]
    data = torch.einsum(f"{texts[0]},{texts[1]}->{time}{''.join(a[:batch] + rest)}", left.data, right.data)
    dims = left.dims[: len(a) - summed] + right.dims[batch + summed :]
    return Value(data, dims, seq, unknown=unknown_among([left, right]))


def stacked(values, like):
    """Single values as a sequence. `like`: one of them, where there are none."""
    if values:
        return values[0].but(data=torch.stack([value.data for value in values]), seq=True, past=None)
    return like.but(data=like.data.new_zeros((0, *like.data.shape)), seq=True, past=None)
