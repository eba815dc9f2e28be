#!/usr/bin/env python3
"""Writes tests/data/pytorch/*.npz: what PyTorch computes, in double precision, for its own recurrent layers and for what it
composes of them.

    python3 -m venv venv && venv/bin/pip install numpy torch==2.13.0
    venv/bin/python tests/pytorch/make_references.py

The test reads the files and needs no PyTorch; references.py says what they hold. make_xlstm_references.py writes those of
the authors of xLSTM.
"""
import numpy as np
import torch
from torch import sigmoid, tanh
from torch.nn.functional import linear

from references import fill, leaves, one_by_one, reference, save

CELLS = {
    "rnn_tanh": lambda x, h, **more: torch.nn.RNN(x, h, nonlinearity="tanh", **more),
    "rnn_relu": lambda x, h, **more: torch.nn.RNN(x, h, nonlinearity="relu", **more),
    "lstm": torch.nn.LSTM,
    "gru": torch.nn.GRU,
}


def packed(module):
    """A layer of PyTorch's on packed sequences, which have lengths of their own."""

    def run(x, lengths, first):
        pack = torch.nn.utils.rnn.pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        state = tuple(torch.stack(parts) for parts in first.values())
        output, last = module(pack, state if len(state) > 1 else state[0])
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(output, batch_first=True, total_length=x.shape[1])
        last = last if len(state) > 1 else (last,)
        return y, {name: list(parts) for name, parts in zip(first, last)}

    return run


def of_layer(cell: str, inputs: int, hidden: int, layers: int, lengths: list, projected: int = 0, both_ways: bool = False):
    more = {"proj_size": projected} if projected else {}
    module = CELLS[cell](inputs, hidden, num_layers=layers, bidirectional=both_ways, **more)
    count = layers * (2 if both_ways else 1)
    states = {"h": [(projected or hidden,)] * count} | ({"c": [(hidden,)] * count} if cell == "lstm" else {})
    parameters = fill(module, 1.5 / np.sqrt(hidden))
    sizes = {"inputs": np.int32(inputs), "hidden": np.int32(hidden), "layers": np.int32(layers)}
    if projected:
        sizes["size.P"] = np.int32(projected)
    return reference(packed(module), parameters, [inputs], lengths, states) | sizes


class SigmoidRNN(torch.nn.RNN):
    """PyTorch has tanh and relu only."""

    def forward(self, x, first):
        h, steps = first[0], []
        for x_t in x.unbind(1):
            h = sigmoid(linear(x_t, self.weight_ih_l0, self.bias_ih_l0) + linear(h, self.weight_hh_l0, self.bias_hh_l0))
            steps.append(h)
        return torch.stack(steps, dim=1), h[None]


class ThreeActivations(torch.nn.Module):
    def __init__(self, inputs: int, hidden: int, outputs: int):
        super().__init__()
        self.RNN = torch.nn.RNN(inputs, hidden, nonlinearity="tanh", batch_first=True)
        self.RNN_2 = torch.nn.RNN(hidden, 2 * hidden, nonlinearity="relu", batch_first=True)
        self.RNN_3 = SigmoidRNN(2 * hidden, hidden // 2)
        self.linear = torch.nn.Linear(hidden // 2, outputs)

    def forward(self, x, first):
        last = []
        for layer, h in zip((self.RNN, self.RNN_2, self.RNN_3), first["h"]):
            x, h = layer(x, h[None])
            last.append(h[0])
        return self.linear(x), {"h": last}


def of_three_activations(inputs: int, hidden: int, outputs: int, lengths: list):
    module = ThreeActivations(inputs, hidden, outputs)
    parameters = fill(module, 1.5 / np.sqrt(hidden), {"linear.weight": "linear.W", "linear.bias": "linear.b"})
    states = {"h": [(hidden,), (2 * hidden,), (hidden // 2,)]}
    sizes = {"inputs": np.int32(inputs), "hidden": np.int32(hidden), "size.Q": np.int32(outputs)}
    return reference(one_by_one(module), parameters, [inputs], lengths, states) | sizes


def of_original_gru(inputs: int, hidden: int, layers: int, lengths: list):
    """Cho et al. 2014, equations (5) to (8), with biases and z for 1 - z as all frameworks have it: the reset gate multiplies
    the state before the product. PyTorch's does it after, so this is written out."""
    shapes = {}
    for k in range(layers):
        for gate in "rzn":
            shapes |= {f"{k}.{gate}.W.x": (hidden, hidden if k else inputs), f"{k}.{gate}.W.h": (hidden, hidden)}
            shapes |= {f"{k}.{gate}.b": (hidden,)}
    p = leaves(shapes, 1.5 / np.sqrt(hidden))

    def affine(line, x, h):
        return x @ p[line + ".W.x"].T + h @ p[line + ".W.h"].T + p[line + ".b"]

    def run(x, first):
        steps, states = [], list(first["h"])
        for below in x.unbind(1):
            for k, h in enumerate(states):
                r, z = (sigmoid(affine(f"{k}.{gate}", below, h)) for gate in "rz")
                below = states[k] = z * h + (1 - z) * tanh(affine(f"{k}.n", below, r * h))
            steps.append(below)
        return torch.stack(steps, dim=1), {"h": states}

    sizes = {"inputs": np.int32(inputs), "hidden": np.int32(hidden), "layers": np.int32(layers)}
    return reference(one_by_one(run), p, [inputs], lengths, {"h": [(hidden,)] * layers}) | sizes


def main():
    for cell in CELLS:
        for inputs, hidden, layers, lengths in [(5, 7, 1, [6, 6, 6]), (5, 7, 2, [6, 1, 4]), (3, 65, 1, [4, 2, 5]),
                                                (3, 65, 2, [3, 3]), (9, 130, 1, [2, 3]), (4, 6, 4, [5, 2, 4])]:
            ragged = "ragged" if len(set(lengths)) > 1 else "full"
            save(f"{cell}_{hidden}_{layers}_{ragged}", of_layer(cell, inputs, hidden, layers, lengths))
    for cell in ("rnn_tanh", "lstm", "gru"):
        for layers, lengths in [(1, [6, 1, 4, 3]), (2, [2, 5, 1])]:
            save(f"both_ways_{cell}_5_{layers}_ragged", of_layer(cell, 4, 5, layers, lengths, both_ways=True))
    for layers, lengths in [(1, [5, 2, 4]), (2, [3, 5, 1])]:
        save(f"projected_lstm_7_{layers}_ragged", of_layer("lstm", 5, 7, layers, lengths, projected=3))
        save(f"original_gru_7_{layers}_ragged", of_original_gru(5, 7, layers, lengths))
    save("three_activations_6_ragged", of_three_activations(5, 6, 4, [6, 2, 5]))


if __name__ == "__main__":
    main()
