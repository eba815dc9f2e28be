// Every cell and model of tests/programs, and of corners(), under small sizes.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/spec.h"

namespace rnnc::testing {

// Vocabularies have six words, since random tokens are -1 to 5. E and H can be halved twice and once.
inline NamedSizes small_sizes() {
  return {{"E", 4}, {"H", 4}, {"V", 6}, {"K", 6}, {"S", 6}, {"X", 3}, {"F", 3}, {"N", 2}, {"D", 4}, {"P", 3}};
}

inline std::vector<std::filesystem::path> program_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(RNNC_SOURCE_DIR "/tests/programs")) {
    if (entry.path().extension() == ".rnn") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// What the programs leave out: first values of all kinds, deep delays, sequences seen whole, shared layers.
inline const char* corners() {
  return R"(
cell Adder { input x: [X]  state s: [X]  s = x + s[t-1] / 2  output s }
cell Learned { input x: [X]  param s0: [X] ~ ones  state s: [X] = s0  s = tanh(x + s[t-1] - s[t-2])  output s }
cell Inside { input x, z: [X]  y = Adder(x, s = z * 2)  w = Learned(y, s = z)  output out = y + w }
cell Further { input x, z: [X]  output y = Inside(x, z) * Inside(z, x) }

model FirstInside { input x: seq [X]  y = Further(x, x * x)  output y }
model FirstLearned { input x: seq [X]  input z: [X]
  a = Learned(x)  b = Learned(x, s = z)  c = Learned(x, s = 1)  output y = a + b * c }
model FirstFromFinal { input x: seq [X]  input past: seq [X]
  a = stack[Learned, 2](past)
  b = Further(past, past)
  y = stack[Learned, 2](x, init = final(a)) + Further(x, x, init = final(b))
  output y  output c = y * last(b) + sum[t](past) }
model DeepDelays { input x: seq [X]  target w: seq token[V]  target v: seq [X]
  e = w[t-1] |> embed[X]
  f = e[t-2] + x[t-3] * v[t-2] + v[t-1]
  g = sum[V](onehot(w[t-3])) * sum[3](window[3](f))
  logits = [f, g] |> linear[V]
  y = g + f
  loss cross_entropy(logits, w)
  loss mse(y, v) }
model LayersWithNames { input left: seq [X]  input right: seq [X]
  layer = Learned
  output a = layer(left) - layer(left * left)  output b = reverse(layer(reverse(right))) }

cell Read { input q: [X]  input memory: seq [M]
  score = linear[M](q) @ memory  weights = softmax[t](score)
  output r = [sum[t](weights * memory), max[t](memory), min[t](memory), mean[t](memory)]
  output l = last(memory) * sum[t](log_softmax[t](score)) }
cell ReadInside { input q: [X]  input memory: seq [M]  y = Adder(q)  a = Read(y, memory)  output ar = a.r  output al = a.l }
model ReadOnce { input q: [X]  input m: seq [M]  a = Read(q, m)  output x = a.r  output y = a.l }
model ReadEachStep { input q: seq [X]  input m: seq [M]
  a = Read(q, m)  b = ReadInside(q, tanh(m))  output x = a.l + b.al  output y = a.r }

model Elements { input a: seq [N, X]  input b: seq [X]  input c: []  input k: [X, N]
  p = where(a > b, clamp(a, -0.5, 0.5), b) + (a <= 0) * (b != 0) - (a == b) * (b < a) + (b >= 0.1)
  q = [sum[N, X](a), c, b] |> linear[2, X]
  u, v: [X] = split([b, b * b])
  r = outer(u, v) @ v + k @ (a @ b) + dot(u, v) * sum[N](max(a, c)) + mean[N](min(a, c))
  s = repeat(c, b) ^ 2 + √(1 + c * c) + abs(b) + sin(b) * cos(c) + exp(b) * log(2 + b) - detach(b)
  output y = r + s  output z = flatten(reshape[X, N](p)) |> linear[1]
  output high = max[X](a)  output low = min[N](a)  output q  output heads: [N, X] = headwise(a) }
)";
}

// `visit` gets the name of each, "04_deep/Deep", and what it is.
inline void for_each_program(
    const std::function<void(const std::string& name, Spec& spec, const ast::Body& body)>& visit) {
  auto visit_file = [&](const std::string& file, const std::string& text) {
    Spec spec(text);
    for (const ast::Body* body : spec.bodies()) {
      std::string name = file + "/" + body->name.text;
      SCOPED_TRACE(name);
      visit(name, spec, *body);
    }
  };
  for (const auto& path : program_files()) visit_file(path.stem().string(), text_of(path));
  visit_file("corners", corners());
}

}  // namespace rnnc::testing
