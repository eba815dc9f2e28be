#!/usr/bin/env python3
"""Writes tests/data/pytorch/xlstm_*.npz: what the package of the authors of xLSTM (arXiv 2405.04517) computes, in double
precision and in plain PyTorch.

    python3 -m venv venv && venv/bin/pip install numpy torch==2.13.0 packaging && venv/bin/pip install --no-deps xlstm==2.0.6
    venv/bin/python tests/pytorch/make_xlstm_references.py

The package's layers are run as they are, with these settings:
- sLSTM: backend="vanilla", the one without CUDA.
- sLSTMBlock: feedforward=None, since the library's has no gated feed-forward part behind it.
- mLSTM: eps=0; by default 1e-6 is added to the denominator, which the paper does not have.
- mLSTMBlock: round_proj_up_to_multiple_of=1, so that its width may be small.
- Blocks: norms with a bias, an option of the package's own LayerNorm.

Where names mislead: the layer `fgate` of the package's sLSTM feeds the input gate and `igate` the forget gate; its cell has
them in the order i, f, z, o, biases as [gate, head, element]; its weights of norms are what is added to 1; the C of its mLSTM is
transposed.
"""
import functools

import numpy as np
import torch
from torch import sigmoid
from torch.func import functional_call
from xlstm.blocks.mlstm.backends import parallel_stabilized_simple, recurrent_step_stabilized_simple
from xlstm.blocks.mlstm.block import mLSTMBlock, mLSTMBlockConfig
from xlstm.blocks.mlstm.layer import mLSTMLayerConfig
from xlstm.blocks.slstm.block import sLSTMBlock, sLSTMBlockConfig
from xlstm.blocks.slstm.cell import sLSTMCell, sLSTMCellConfig
from xlstm.blocks.slstm.layer import sLSTMLayerConfig
from xlstm.components.ln import LayerNorm, MultiHeadLayerNorm

from references import leaves, one_by_one, reference, save

SCALE = 0.8
GATES = "ifzo"


def whole(**sizes) -> dict:
    return {"size." + name: np.int32(size) for name, size in sizes.items()} | {"scale": np.float64(SCALE)}


def slstm(X: int, N: int, D: int, lengths: list, states: bool, given: bool):
    shapes = {}
    for gate in GATES:
        shapes |= {f"{gate}.W.x": (N, D, X), f"{gate}.W.h": (N, D, D), f"{gate}.b": (N, D)}
    p = leaves(shapes, SCALE)
    cell = sLSTMCell(sLSTMCellConfig(hidden_size=N * D, num_heads=N, backend="vanilla"))

    def run(x, first):
        inputs = torch.cat([torch.einsum("btx,ndx->btnd", x, p[f"{gate}.W.x"]).flatten(2) for gate in GATES], dim=-1)
        own = {"_recurrent_kernel_": torch.cat([p[f"{gate}.W.h"] for gate in GATES], dim=1),
               "_bias_": torch.stack([p[f"{gate}.b"] for gate in GATES]).flatten()}
        state = torch.stack([part.flatten(1) for (part,) in first.values()]) if first else None
        y, last = functional_call(cell, own, (inputs, state))
        last = {name: [part.unflatten(-1, (N, D))] for name, part in zip("hcnm", last)} if states else {}
        return y.transpose(1, 2), last

    each = {name: [(N, D)] for name in "hcnm"}
    return reference(one_by_one(run), p, [X], lengths, each, given, fixed="m") | whole(X=X, N=N, D=D)


def mlstm_parameters(X: int, N: int, D: int, K: int):
    shapes = {}
    for line, shape in {"q": (N, K), "k": (N, K), "v": (N, D), "i": (N,), "f": (N,), "o": (N, D)}.items():
        shapes |= {f"{line}.W.x": (*shape, X), f"{line}.b": shape}
    return leaves(shapes, SCALE)


def mlstm_lines(p: dict, x):
    """What the library's cell makes of x, as [batch, heads, steps, ...]."""
    lines = {}
    for line in "qkvifo":
        made = torch.tensordot(x, p[f"{line}.W.x"], dims=([-1], [-1])) + p[f"{line}.b"]
        lines[line] = (made if line in "qkvo" else made[..., None]).transpose(1, 2)
    return lines


def mlstm_recurrent(X: int, N: int, D: int, K: int, lengths: list, given: bool):
    p = mlstm_parameters(X, N, D, K)

    def run(x, first):
        lines, steps = mlstm_lines(p, x), []
        first = {name: parts[0] for name, parts in first.items()} or {
            "C": torch.zeros(1, N, D, K), "n": torch.zeros(1, N, K), "m": torch.zeros(1, N)}
        C, n, m = first["C"].transpose(-1, -2), first["n"][..., None], first["m"][..., None, None]
        for t in range(x.shape[1]):
            q, k, v, i, f, o = (lines[line][:, :, t : t + 1].clone() for line in "qkvifo")
            h, (C, n, m) = recurrent_step_stabilized_simple(C, n, m, q, k, v, i, f, eps=0)
            steps.append(sigmoid(o) * h)
        return torch.cat(steps, dim=2).transpose(1, 2), {"C": [C.transpose(-1, -2)], "n": [n[..., 0]], "m": [m[..., 0, 0]]}

    states = {"C": [(N, D, K)], "n": [(N, K)], "m": [(N,)]}
    return reference(one_by_one(run), p, [X], lengths, states, given) | whole(X=X, N=N, D=D, K=K)


def mlstm_parallel(X: int, N: int, D: int, K: int, lengths: list):
    p = mlstm_parameters(X, N, D, K)

    def run(x, first):
        q, k, v, i, f, o = mlstm_lines(p, x).values()
        return (sigmoid(o) * parallel_stabilized_simple(q, k, v, i, f, eps=0)).transpose(1, 2), {}

    return reference(one_by_one(run), p, [X], lengths, {}, given=False) | whole(X=X, N=N, D=D, K=K)


def slstm_block(N: int, D: int, lengths: list):
    width = N * D
    shapes = {"y.layernorm.weight": (width,), "y.layernorm.bias": (width,), "u.conv.w": (4, width), "u.conv.b": (width,),
              "out.groupnorm.weight": (N, D), "out.groupnorm.bias": (N, D)}
    for gate in GATES:
        fed = "u" if gate in "if" else "y"
        shapes |= {f"{gate}_raw.W.{fed}": (N, D, D), f"{gate}_raw.W.h": (N, D, D), f"b_{gate}": (N, D)}
    p = leaves(shapes, SCALE)
    layer = sLSTMLayerConfig(embedding_dim=width, num_heads=N, conv1d_kernel_size=4, backend="vanilla")
    block = sLSTMBlock(sLSTMBlockConfig(slstm=layer, feedforward=None, _num_blocks=1, _block_idx=0))
    block.xlstm_norm = LayerNorm(width, weight=True, bias=True)
    block.xlstm.group_norm = MultiHeadLayerNorm(width, weight=True, bias=True)

    def run(x, first):
        own = {
            "xlstm_norm.weight": p["y.layernorm.weight"] - 1,
            "xlstm_norm.bias": p["y.layernorm.bias"],
            "xlstm.conv1d.conv.weight": p["u.conv.w"].T[:, None],
            "xlstm.conv1d.conv.bias": p["u.conv.b"],
            "xlstm.fgate.weight": p["i_raw.W.u"],
            "xlstm.igate.weight": p["f_raw.W.u"],
            "xlstm.zgate.weight": p["z_raw.W.y"],
            "xlstm.ogate.weight": p["o_raw.W.y"],
            "xlstm.slstm_cell._recurrent_kernel_": torch.cat([p[f"{gate}_raw.W.h"] for gate in GATES], dim=1),
            "xlstm.slstm_cell._bias_": torch.stack([p[f"b_{gate}"] for gate in GATES]).flatten(),
            "xlstm.group_norm.weight": p["out.groupnorm.weight"].flatten() - 1,
            "xlstm.group_norm.bias": p["out.groupnorm.bias"].flatten(),
        }
        assert own.keys() == dict(block.named_parameters()).keys()
        return functional_call(block, own, (x,)), {}

    return reference(one_by_one(run), p, [width], lengths, {}, given=False) | whole(N=N, D=D)


def mlstm_block(X: int, N: int, D: int, lengths: list):
    width = N * D
    shapes = {"y.layernorm.weight": (X,), "y.layernorm.bias": (X,), "a.W.y": (width, X), "z.W.y": (width, X),
              "u.conv.w": (4, width), "u.conv.b": (width,), "skip": (width,), "out.W.s": (X, width),
              "s.groupnorm.weight": (N, D), "s.groupnorm.bias": (N, D)}
    shapes |= {f"{line}4.W.1": (width // 4, 4, 4) for line in "qkv"}
    for gate in "if":
        shapes |= {f"{gate}_raw.W.{line}": (N, N, D) for line in "qkv"} | {f"{gate}_raw.b": (N,)}
    p = leaves(shapes, SCALE)
    layer = mLSTMLayerConfig(embedding_dim=X, num_heads=N, conv1d_kernel_size=4, qkv_proj_blocksize=4, proj_factor=width / X,
                             round_proj_up_to_multiple_of=1, context_length=max(lengths))  # fmt: skip
    block = mLSTMBlock(mLSTMBlockConfig(mlstm=layer, _num_blocks=1, _block_idx=0))
    block.xlstm_norm = LayerNorm(X, weight=True, bias=True)
    block.xlstm.mlstm_cell.outnorm = MultiHeadLayerNorm(width, weight=True, bias=True)
    block.xlstm.mlstm_cell.backend_fn = functools.partial(parallel_stabilized_simple, eps=0)

    def run(x, first):
        own = {
            "xlstm_norm.weight": p["y.layernorm.weight"] - 1,
            "xlstm_norm.bias": p["y.layernorm.bias"],
            "xlstm.proj_up.weight": torch.cat([p["a.W.y"], p["z.W.y"]]),
            "xlstm.conv1d.conv.weight": p["u.conv.w"].T[:, None],
            "xlstm.conv1d.conv.bias": p["u.conv.b"],
            "xlstm.mlstm_cell.outnorm.weight": p["s.groupnorm.weight"].flatten() - 1,
            "xlstm.mlstm_cell.outnorm.bias": p["s.groupnorm.bias"].flatten(),
            "xlstm.learnable_skip": p["skip"],
            "xlstm.proj_down.weight": p["out.W.s"],
        }
        own |= {f"xlstm.{line}_proj.weight": p[f"{line}4.W.1"] for line in "qkv"}
        for gate in "if":
            weight = torch.cat([p[f"{gate}_raw.W.{line}"].flatten(1) for line in "qkv"], dim=1)
            own |= {f"xlstm.mlstm_cell.{gate}gate.weight": weight, f"xlstm.mlstm_cell.{gate}gate.bias": p[f"{gate}_raw.b"]}
        assert own.keys() == dict(block.named_parameters()).keys()
        return functional_call(block, own, (x,)), {}

    return reference(one_by_one(run), p, [X], lengths, {}, given=False) | whole(X=X, N=N, D=D)


def main():
    lengths = [7, 2, 5]
    save("xlstm_slstm_outputs_ragged", slstm(5, 2, 4, lengths, states=False, given=False))
    save("xlstm_slstm_states_ragged", slstm(5, 2, 4, lengths, states=True, given=False))
    save("xlstm_slstm_given_ragged", slstm(5, 2, 4, lengths, states=True, given=True))
    save("xlstm_mlstm_parallel_ragged", mlstm_parallel(5, 2, 4, 3, lengths))
    save("xlstm_mlstm_recurrent_ragged", mlstm_recurrent(5, 2, 4, 3, lengths, given=False))
    save("xlstm_mlstm_given_ragged", mlstm_recurrent(5, 2, 4, 3, lengths, given=True))
    save("xlstm_slstm_block_ragged", slstm_block(2, 4, lengths))
    save("xlstm_mlstm_block_ragged", mlstm_block(6, 2, 8, lengths))


if __name__ == "__main__":
    main()
