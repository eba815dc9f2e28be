"""What the scripts beside it share: values that are given by a formula, and what a reference file holds.

No weight, input, first value or cotangent is stored: all of them are value(seed, i), which the test repeats. Gradients of
matrices with more than 1000 elements are stored as two projections, their products with vectors of the same formula from
either side, which no wrong element leaves as they are.
"""
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "pytorch"


def value(seed: int, count: int, scale: float) -> np.ndarray:
    """Element i is scale * (2 frac(0.6180339887498949 (i + 1) + 0.7548776662466927 seed) - 1)."""
    i = np.arange(1, count + 1, dtype=np.float64)
    x = 0.6180339887498949 * i + 0.7548776662466927 * seed
    return scale * (2 * (x - np.floor(x)) - 1)


def array(seed: int, shape, scale: float = 1.0) -> torch.Tensor:
    return torch.tensor(value(seed, int(np.prod(shape)), scale).reshape(shape))


def pieces(seed: int, shapes: list, scale: float = 1.0) -> list:
    """One run of values, cut into tensors."""
    sizes = [int(np.prod(shape)) for shape in shapes]
    return [part.reshape(shape) for part, shape in zip(array(seed, [sum(sizes)], scale).split(sizes), shapes)]


def leaves(shapes: dict, scale: float) -> dict:
    """Parameters by name; in alphabetical order they have the seeds 1, 2, ..."""
    return {name: array(seed, shapes[name], scale).requires_grad_() for seed, name in enumerate(sorted(shapes), 1)}


def fill(module: torch.nn.Module, scale: float, renamed: dict | None = None) -> dict:
    """The same for the parameters of a module, by the names that the test has for them."""
    parameters = {(renamed or {}).get(name, name): parameter for name, parameter in module.named_parameters()}
    with torch.no_grad():
        for name, leaf in leaves({name: p.shape for name, p in parameters.items()}, scale).items():
            parameters[name].copy_(leaf)
    return parameters


def stored(name: str, gradient: np.ndarray) -> dict:
    if gradient.size <= 1000:
        return {name: gradient}
    rows, columns = gradient.shape
    return {name + ".rows": gradient @ value(101, columns, 1.0), name + ".columns": value(102, rows, 1.0) @ gradient}


def one_by_one(run):
    """Sequences of their own lengths, for what knows none: each is run alone, and zeros follow its end."""

    def ragged(x, lengths, first):
        rows, lasts = [], []
        for b, length in enumerate(lengths):
            y, last = run(x[b : b + 1, :length], {name: [part[b : b + 1] for part in parts] for name, parts in first.items()})
            rows.append(torch.cat([y, torch.zeros(1, x.shape[1] - length, *y.shape[2:])], dim=1))
            lasts.append(last)
        last = {name: [torch.cat(parts) for parts in zip(*(one[name] for one in lasts))] for name in lasts[0]}
        return torch.cat(rows), last

    return ragged


def reference(run, parameters: dict, inputs: list, lengths: list, states: dict, given: bool = True, fixed=()) -> dict:
    """
    run(x, lengths, first) gives y [batch, steps, ...] and the last states, by name a list of [batch, ...].
    states: by name the shapes of one sequence, in the model's order (of a stack, one a layer).
    given: whether first values are given; else the model has its own, and run gets none.
    fixed: states to whose first and last values no gradient belongs.
    """
    batch, steps = len(lengths), max(lengths)
    x = array(20, (batch, steps, *inputs)).requires_grad_()
    first = {}
    for s, (name, shapes) in enumerate(states.items() if given else ()):
        first[name] = [part.requires_grad_() for part in pieces(21 + s, [(batch, *shape) for shape in shapes], 0.5)]
    y, last = run(x, lengths, first)
    loss = (y * array(30, y.shape)).sum()
    for s, name in enumerate(states):
        if name in last and name not in fixed:
            cotangents = pieces(31 + s, [part.shape for part in last[name]])
            loss = loss + sum((part * cotangent).sum() for part, cotangent in zip(last[name], cotangents))
    loss.backward()
    result = {"y": y.detach().numpy(), "grad.x": x.grad.numpy()}
    for name, parts in last.items():
        result[name] = joined([part.detach() for part in parts])
    for name, parts in first.items():
        result["given." + name if name in fixed else f"grad.{name}0"] = joined([part.grad for part in parts])
    for name in sorted(parameters):
        result |= stored("grad." + name, parameters[name].grad.numpy())
    return result | {"lengths": np.array(lengths, dtype=np.int32)}


def joined(parts: list) -> np.ndarray:
    """One array of all layers, if they are alike; else one row of numbers."""
    if len({part.shape for part in parts}) == 1:
        return torch.stack(parts).numpy()
    return torch.cat([part.reshape(-1) for part in parts]).numpy()


def save(name: str, arrays: dict):
    """A file that holds the same stays as it is."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.npz"
    if path.exists():
        with np.load(path) as old:
            if set(old.files) == set(arrays) and all(np.array_equal(old[key], arrays[key]) for key in old.files):
                return
    np.savez_compressed(path, **arrays)
    print(path.relative_to(OUT.parent.parent.parent), path.stat().st_size)
