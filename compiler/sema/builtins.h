// What is built in because it needs parameters, time or the shape of its line. Everything else is library
// source.
#pragma once

#include <string_view>
#include <vector>

namespace rnnc::sema {

enum class BuiltinKind {
  element,  // one element in, one out; two and three alike
  reduce,   // sum mean, and max min in brackets
  softmax,
  log_softmax,
  cross_entropy,
  onehot,
  dot,
  outer,
  split,
  reshape,
  flatten,
  window,
  dropout,
  zoneout,
  linear,
  headwise,
  last,
  final,
  reverse,
  repeat,
  stack,
  bidirectional,
};

struct Builtin {
  std::string_view name;
  BuiltinKind kind;
  unsigned values;         // how many it takes; 0: any
  std::string_view usage;  // for messages: "clamp(x, lo, hi)"
};

const std::vector<Builtin>& builtins();
const Builtin* find_builtin(std::string_view name);

}  // namespace rnnc::sema
