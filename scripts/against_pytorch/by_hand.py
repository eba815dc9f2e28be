"""Cells of the library as the literature has them, written by hand: the evaluator shows that rnnc computes what the library
says, these show that the library says what it should."""
import torch
from torch import sigmoid, tanh
from torch.nn.functional import layer_norm, logsigmoid


def affine(p, line, **arguments):
    """What `linear` on that line is: the sum of W.<argument> @ argument, and the bias if it has one."""
    total = p[line + ".b"] if line + ".b" in p else 0
    for name, x in arguments.items():
        total = total + torch.tensordot(x, p[f"{line}.W.{name}"], dims=([-1], [-1]))
    return total


def heads(p, name, h):
    return torch.einsum("ndk,bnk->bnd", p[name], h)


# A cell: step(p, x, s) -> (output, next states); s is a dict of [B, ...] tensors.
def rnn(p, x, s):
    h = tanh(affine(p, "h", x=x, h=s["h"]))
    return h, {"h": h}


def lstm(p, x, s):
    i, f, o = (sigmoid(affine(p, gate, x=x, h=s["h"])) for gate in "ifo")
    c = f * s["c"] + i * tanh(affine(p, "g", x=x, h=s["h"]))
    h = o * tanh(c)
    return h, {"h": h, "c": c}


def gru(p, x, s):
    r, z = (sigmoid(affine(p, gate, x=x, h=s["h"])) for gate in "rz")
    n = tanh(affine(p, "n", x=x, h=r * s["h"]))
    h = (1 - z) * n + z * s["h"]
    return h, {"h": h}


def gru_v3(p, x, s):
    def two(gate):
        return (p[gate + ".b"] + x @ p[gate + ".W.x"].T, p[gate + ".b_2"] + s["h"] @ p[gate + ".W.h"].T)

    r, z = (sigmoid(sum(two(gate))) for gate in "rz")
    ours, theirs = two("n")
    n = tanh(ours + r * theirs)
    h = (1 - z) * n + z * s["h"]
    return h, {"h": h}


def peephole(p, x, s):
    i = sigmoid(affine(p, "i", x=x, h=s["h"]) + p["p_i"] * s["c"])
    f = sigmoid(affine(p, "f", x=x, h=s["h"]) + p["p_f"] * s["c"])
    c = f * s["c"] + i * tanh(affine(p, "g", x=x, h=s["h"]))
    h = sigmoid(affine(p, "o", x=x, h=s["h"]) + p["p_o"] * c) * tanh(c)
    return h, {"h": h, "c": c}


def coupled(p, x, s):
    f, o = (sigmoid(affine(p, gate, x=x, h=s["h"])) for gate in "fo")
    c = f * s["c"] + (1 - f) * tanh(affine(p, "g", x=x, h=s["h"]))
    h = o * tanh(c)
    return h, {"h": h, "c": c}


def projected(p, x, s):
    i, f, o = (sigmoid(affine(p, gate, x=x, h=s["h"])) for gate in "ifo")
    c = f * s["c"] + i * tanh(affine(p, "g", x=x, h=s["h"]))
    h = (o * tanh(c)) @ p["h.W.r"].T
    return h, {"h": h, "c": c}


def slstm(p, x, s):
    def raw(gate):
        return affine(p, gate, x=x) + heads(p, gate + ".W.h", s["h"])

    log_f, i_raw = logsigmoid(raw("f_raw")), raw("i_raw")
    m = torch.maximum(log_f + s["m"], i_raw)
    i, f = torch.exp(i_raw - m), torch.exp(log_f + s["m"] - m)
    c = f * s["c"] + i * tanh(raw("z_raw"))
    n = f * s["n"] + i
    h = sigmoid(raw("o_raw")) * c / n
    return h, {"h": h, "c": c, "n": n, "m": m}


def mlstm(p, x, s):
    q, k, v = (affine(p, name, x=x) for name in "qkv")
    log_f, i_raw = logsigmoid(affine(p, "f_raw", x=x)), affine(p, "i_raw", x=x)
    m = torch.maximum(log_f + s["m"], i_raw)
    i, f = torch.exp(i_raw - m)[..., None], torch.exp(log_f + s["m"] - m)[..., None]
    k = k / k.shape[-1] ** 0.5
    C = f[..., None] * s["C"] + i[..., None] * v[..., :, None] * k[..., None, :]
    n = f * s["n"] + i * k
    dot = (n * q).sum(-1).abs()
    h = sigmoid(affine(p, "o", x=x)) * (C @ q[..., None])[..., 0]
    h = h / torch.maximum(dot, torch.exp(torch.clamp(-m, max=80)))[..., None]
    return h, {"C": C, "n": n, "m": m}


def slstm_plain(p, x, s):
    z, i, f, o = (affine(p, "a_" + gate, x=x) + heads(p, f"a_{gate}.W.h", s["h"]) for gate in "zifo")
    c = sigmoid(f) * s["c"] + torch.exp(i) * tanh(z)
    n = sigmoid(f) * s["n"] + torch.exp(i)
    h = sigmoid(o) * c / n
    return h, {"c": c, "n": n, "h": h}


def mlstm_plain(p, x, s):
    q, k, v = (affine(p, name, x=x) for name in "qkv")
    i, f = torch.exp(affine(p, "i", x=x))[..., None], sigmoid(affine(p, "f", x=x))[..., None]
    k = k / k.shape[-1] ** 0.5
    C = f[..., None] * s["C"] + i[..., None] * v[..., :, None] * k[..., None, :]
    n = f * s["n"] + i * k
    h = sigmoid(affine(p, "o", x=x)) * (C @ q[..., None])[..., 0]
    return h / (n * q).sum(-1, keepdim=True).abs().clamp(min=1), {"C": C, "n": n}


def layer_norm_lstm(p, x, s):
    def norm(name, a):
        return layer_norm(a, a.shape[-1:], p[name + ".gain"], p[name + ".bias"])

    def mapped(name, a):
        return a @ p[name + ".W"].T + p[name + ".b"]

    def gate(line):
        ahead = norm(line + ".layernorm", mapped(line + ".linear", x))
        return ahead + norm(line + ".layernorm_2", mapped(line + ".linear_2", s["h"]))

    c = sigmoid(gate("f")) * s["c"] + sigmoid(gate("i")) * tanh(gate("g"))
    h = sigmoid(gate("o")) * tanh(norm("h.layernorm", c))
    return h, {"h": h, "c": c}


def min_gru(p, x, s):
    z = sigmoid(affine(p, "z", x=x))
    h = (1 - z) * s["h"] + z * affine(p, "n", x=x)
    return h, {"h": h}


def min_lstm(p, x, s):
    f = sigmoid(logsigmoid(affine(p, "a_f", x=x)) - logsigmoid(affine(p, "a_i", x=x)))
    h = f * s["h"] + (1 - f) * affine(p, "n", x=x)
    return h, {"h": h}


# name: step, and the states that do not begin at 0
CELLS = {
    "RNN": (rnn, {}), "LSTM": (lstm, {}), "GRU": (gru, {}), "GRUv3": (gru_v3, {}), "PeepholeLSTM": (peephole, {}),
    "CoupledLSTM": (coupled, {}), "ProjectedLSTM": (projected, {}), "sLSTM": (slstm, {"m": -torch.inf}), "mLSTM": (mlstm, {}),
    "sLSTM_plain": (slstm_plain, {}), "mLSTM_plain": (mlstm_plain, {}), "LayerNormLSTM": (layer_norm_lstm, {}),
    "minGRU": (min_gru, {}), "minLSTM": (min_lstm, {}),
}  # fmt: skip


def outputs(name, parameters, x, lengths, states):
    """[batch, steps, ...], zeros past the ends. `states`: shapes by name."""
    step, firsts = CELLS[name]
    rows = []
    for row, length in zip(x, lengths):
        state = {key: torch.full([1, *shape], float(firsts.get(key, 0))) for key, shape in states.items()}
        steps = []
        for t in range(length):
            y, state = step(parameters, row[t : t + 1], state)
            steps.append(y[0])
        rows.append(steps)
    like = next(y for steps in rows for y in steps)
    return torch.stack([torch.stack(steps + [torch.zeros_like(like)] * (x.shape[1] - len(steps))) for steps in rows])
