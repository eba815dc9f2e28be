"""Cells that PyTorch has no module for, as its users write them: a loop over the steps, one product for all gates, input products
before the loop. Inputs are [T, B, X]; the equations are those of compiler/library/library.rnn.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F


def parameter(*shape):
    return nn.Parameter(torch.rand(shape) * 0.2 - 0.1)


class PeepholeLSTM(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.w, self.u, self.b = parameter(4 * hidden, inputs), parameter(4 * hidden, hidden), parameter(4 * hidden)
        self.p_i, self.p_f, self.p_o = parameter(hidden), parameter(hidden), parameter(hidden)

    def forward(self, x):
        h = c = x.new_zeros(x.shape[1], self.u.shape[1])
        out = []
        for z in F.linear(x, self.w, self.b):
            i, f, g, o = (z + h @ self.u.t()).chunk(4, 1)
            c = torch.sigmoid(f + self.p_f * c) * c + torch.sigmoid(i + self.p_i * c) * torch.tanh(g)
            h = torch.sigmoid(o + self.p_o * c) * torch.tanh(c)
            out.append(h)
        return torch.stack(out)


class LayerNormLSTM(nn.Module):
    def __init__(self, inputs, hidden):
        super().__init__()
        self.hidden = hidden
        self.w, self.u = parameter(4 * hidden, inputs), parameter(4 * hidden, hidden)
        self.b_w, self.b_u = parameter(4 * hidden), parameter(4 * hidden)
        self.gain_w, self.bias_w = parameter(4, hidden), parameter(4, hidden)
        self.gain_u, self.bias_u = parameter(4, hidden), parameter(4, hidden)
        self.norm_c = nn.LayerNorm(hidden)

    def norm(self, z, gain, bias):
        return F.layer_norm(z.unflatten(-1, (4, self.hidden)), (self.hidden,)) * gain + bias

    def forward(self, x):
        h = c = x.new_zeros(x.shape[1], self.hidden)
        out = []
        for z in self.norm(F.linear(x, self.w, self.b_w), self.gain_w, self.bias_w):
            i, f, o, g = (z + self.norm(F.linear(h, self.u, self.b_u), self.gain_u, self.bias_u)).unbind(1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(self.norm_c(c))
            out.append(h)
        return torch.stack(out)


class SLSTM(nn.Module):
    def __init__(self, inputs, heads, width):
        super().__init__()
        self.heads, self.width = heads, width
        self.w, self.b = parameter(4 * heads * width, inputs), parameter(4 * heads * width)
        self.r = parameter(heads, width, 4 * width)

    def forward(self, x):
        batch = x.shape[1]
        h = c = n = x.new_zeros(batch, self.heads, self.width)
        m = torch.full_like(h, -math.inf)
        out = []
        for z_x in F.linear(x, self.w, self.b).unflatten(-1, (self.heads, 4 * self.width)):
            z, i, f, o = (z_x + torch.einsum("bnd,nde->bne", h, self.r)).chunk(4, 2)
            log_f = F.logsigmoid(f)
            m_next = torch.maximum(log_f + m, i)
            i, f = torch.exp(i - m_next), torch.exp(log_f + m - m_next)
            m, c, n = m_next, f * c + i * torch.tanh(z), f * n + i
            h = torch.sigmoid(o) * c / n
            out.append(h)
        return torch.stack(out).flatten(2)


class MLSTM(nn.Module):
    def __init__(self, inputs, heads, width):
        super().__init__()
        self.heads, self.width = heads, width
        self.w, self.b = parameter(heads * (4 * width + 2), inputs), parameter(heads * (4 * width + 2))

    def forward(self, x):
        batch, width = x.shape[1], self.width
        memory = x.new_zeros(batch, self.heads, width, width)
        n = x.new_zeros(batch, self.heads, width)
        m = torch.full((batch, self.heads), -math.inf)
        out = []
        for z in F.linear(x, self.w, self.b).unflatten(-1, (self.heads, 4 * width + 2)):
            q, k, v, o, i, f = z.split([width, width, width, width, 1, 1], 2)
            i, log_f = i.squeeze(2), F.logsigmoid(f.squeeze(2))
            m_next = torch.maximum(log_f + m, i)
            i, f, m = torch.exp(i - m_next), torch.exp(log_f + m - m_next), m_next
            key = k / math.sqrt(width)
            memory = f[..., None, None] * memory + i[..., None, None] * (v[..., None] * key[..., None, :])
            n = f[..., None] * n + i[..., None] * key
            read = (memory @ q[..., None]).squeeze(3)
            scale = torch.maximum((n * q).sum(2).abs(), torch.exp(torch.clamp(-m, max=80)))
            out.append(torch.sigmoid(o) * read / scale[..., None])
        return torch.stack(out).flatten(2)
