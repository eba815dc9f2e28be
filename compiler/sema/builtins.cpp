#include "compiler/sema/builtins.h"

#include <fmt/format.h>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

const std::vector<Builtin>& builtins() {
  using enum BuiltinKind;
  static const std::vector<Builtin> table = {
      {"exp", element, 1, "exp(x)"},
      {"log", element, 1, "log(x)"},
      {"sqrt", element, 1, "sqrt(x)"},
      {"abs", element, 1, "abs(x)"},
      {"sigmoid", element, 1, "sigmoid(x)"},
      {"tanh", element, 1, "tanh(x)"},
      {"softplus", element, 1, "softplus(x)"},
      {"sin", element, 1, "sin(x)"},
      {"cos", element, 1, "cos(x)"},
      {"detach", element, 1, "detach(x)"},
      {"max", element, 2, "max(a, b), or over a dimension max[D](x), over time max[t](y)"},
      {"min", element, 2, "min(a, b), or over a dimension min[D](x), over time min[t](y)"},
      {"clamp", element, 3, "clamp(x, low, high)"},
      {"where", element, 3, "where(condition, a, b)"},
      {"sum", reduce, 1, "sum[D](x), sum[t](y)"},
      {"mean", reduce, 1, "mean[D](x), mean[t](y)"},
      {"softmax", softmax, 1, "softmax(x), softmax[D](x), softmax[t](y)"},
      {"log_softmax", log_softmax, 1, "log_softmax(x), log_softmax[D](x), log_softmax[t](y)"},
      {"cross_entropy", cross_entropy, 2, "cross_entropy(logits, target)"},
      {"onehot", onehot, 1, "onehot(w)"},
      {"dot", dot, 2, "dot(a, b)"},
      {"outer", outer, 2, "outer(a, b)"},
      {"split", split, 1, "a, b: [H] = split(x)"},
      {"reshape", reshape, 1, "reshape[N, D](x)"},
      {"flatten", flatten, 1, "flatten(x)"},
      {"window", window, 1, "window[K](x)"},
      {"dropout", dropout, 1, "dropout[0.2](x)"},
      {"zoneout", zoneout, 2, "zoneout[0.1](new, old)"},
      {"linear", linear, 0, "linear(x, h[t-1]), linear[H](x)"},
      {"headwise", headwise, 0, "headwise(h[t-1])"},
      {"last", last, 1, "last(y)"},
      {"final", final, 1, "final(y)"},
      {"reverse", reverse, 1, "reverse(y)"},
      {"repeat", repeat, 2, "repeat(z, y)"},
      {"stack", stack, 1, "stack[LSTM[H], 3](x)"},
      {"bidirectional", bidirectional, 1, "bidirectional[LSTM[H]](x)"},
  };
  return table;
}

const Builtin* find_builtin(std::string_view name) {
  for (const Builtin& builtin : builtins()) {
    if (builtin.name == name) return &builtin;
  }
  return nullptr;
}

void Scope::note_whole_use(const Line& line, Span span) {
  if (!line.loss && !in_cell()) root_->whole_uses_.push_back(span);
}

Val Scope::builtin(const Callable& callable, Arguments& arguments, Line& line,
                   const std::optional<Shape>& expected, Span span) {
  const Builtin& row = *callable.builtin;
  Use use{*this, callable, arguments, line, expected, span};
  using enum BuiltinKind;
  if (row.kind == linear || row.kind == headwise)
    return this->linear(callable, arguments, line, expected, span);
  if (row.kind == stack) return this->stack(callable, arguments, line, span);
  if (row.kind == bidirectional) return this->bidirectional(callable, arguments, line, span);
  const bool reduces = (row.name == "max" || row.name == "min") && !callable.positional.empty();
  if (row.kind == reduce && callable.positional.empty()) return reduce_rule(use);
  const size_t values = reduces ? 1 : row.values;
  if (arguments.positional.size() != values || !arguments.named.empty()) {
    return use.fail(Code::wrong_value_count,
                    fmt::format("`{}` takes {} value{}", callable.name, values, values == 1 ? "" : "s"),
                    std::string(row.usage));
  }
  if (reduces) return reduce_rule(use);
  switch (row.kind) {
    case element:
      return element_rule(use);
    case reduce:
      return reduce_rule(use);
    case softmax:
    case log_softmax:
      return softmax_rule(use);
    case cross_entropy:
      return cross_entropy_rule(use);
    case onehot:
      return onehot_rule(use);
    case dot:
    case outer:
      return two_vectors_rule(use);
    case split:
      return split_rule(use);
    case reshape:
    case flatten:
      return reshape_rule(use);
    case window:
      return window_rule(use);
    case dropout:
      return dropout_rule(use);
    case zoneout:
      return zoneout_rule(use);
    case last:
    case reverse:
      return last_rule(use);
    case final:
      return final_rule(use);
    case repeat:
      return repeat_rule(use);
    case linear:
    case headwise:
    case stack:
    case bidirectional:
      break;
  }
  RNNC_UNREACHABLE("a layer was dealt with above");
}

}  // namespace rnnc::sema
