#!/usr/bin/env python3
"""Writes tests/data/pytorch/*.npz: what PyTorch computes for its own recurrent layers, in double precision.

    python3 -m venv venv && venv/bin/pip install numpy torch==2.13.0
    venv/bin/python tests/pytorch/make_references.py

The test reads the files and needs no PyTorch. To keep them small, no weight and no input is stored: all of them are
given by a formula, value(seed, i) below, which the test repeats. Gradients of matrices with more than 1000 elements
are stored as two projections, their products with vectors of the same formula from either side, which no wrong
element leaves as they are.
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


def stored(name: str, gradient: np.ndarray) -> dict:
    if gradient.size <= 1000:
        return {name: gradient}
    rows, columns = gradient.shape
    return {name + ".rows": gradient @ value(101, columns, 1.0), name + ".columns": value(102, rows, 1.0) @ gradient}


CELLS = {
    "rnn_tanh": lambda x, h, layers: torch.nn.RNN(x, h, layers, nonlinearity="tanh"),
    "rnn_relu": lambda x, h, layers: torch.nn.RNN(x, h, layers, nonlinearity="relu"),
    "lstm": lambda x, h, layers: torch.nn.LSTM(x, h, layers),
    "gru": lambda x, h, layers: torch.nn.GRU(x, h, layers),
}


def reference(cell: str, inputs: int, hidden: int, layers: int, lengths: list) -> dict:
    batch, steps = len(lengths), max(lengths)
    module = CELLS[cell](inputs, hidden, layers)
    names = sorted(name for name, _ in module.named_parameters())
    with torch.no_grad():
        for seed, name in enumerate(names):
            parameter = getattr(module, name)
            parameter.copy_(array(seed + 1, parameter.shape, 1.5 / np.sqrt(hidden)))
    x = array(20, (batch, steps, inputs)).requires_grad_()
    h0 = array(21, (layers, batch, hidden), 0.5).requires_grad_()
    c0 = array(22, (layers, batch, hidden), 0.5).requires_grad_()
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    is_lstm = cell == "lstm"
    output, last = module(packed, (h0, c0) if is_lstm else h0)
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=steps)
    h, c = last if is_lstm else (last, None)
    loss = (y * array(30, y.shape)).sum() + (h * array(31, h.shape)).sum()
    if is_lstm:
        loss = loss + (c * array(32, c.shape)).sum()
    loss.backward()
    result = {"y": y.detach().numpy(), "h": h.detach().numpy(), "grad.x": x.grad.numpy(), "grad.h0": h0.grad.numpy()}
    if is_lstm:
        result |= {"c": c.detach().numpy(), "grad.c0": c0.grad.numpy()}
    for name in names:
        result |= stored("grad." + name, getattr(module, name).grad.numpy())
    return result | {"lengths": np.array(lengths, dtype=np.int32), "inputs": np.int32(inputs), "hidden": np.int32(hidden),
                     "layers": np.int32(layers)}


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    for cell in CELLS:
        for inputs, hidden, layers, lengths in [(5, 7, 1, [6, 6, 6]), (5, 7, 2, [6, 1, 4]), (3, 65, 1, [4, 2, 5]),
                                                (3, 65, 2, [3, 3]), (9, 130, 1, [2, 3])]:
            ragged = "ragged" if len(set(lengths)) > 1 else "full"
            np.savez_compressed(OUT / f"{cell}_{hidden}_{layers}_{ragged}.npz", **reference(cell, inputs, hidden, layers, lengths))


if __name__ == "__main__":
    main()
