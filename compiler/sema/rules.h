// Inside sema: the rules of what is built in, by family: what each gives for the values that it gets, or what
// is wrong with them. Not for other rooms.
#pragma once

#include <optional>
#include <string>

#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

// What a rule needs of one use of something built in.
struct Use {
  Scope& scope;
  const Callable& callable;
  Arguments& arguments;
  Line& line;
  std::optional<Shape> expected;
  Span span;

  const ast::Expr* expr(size_t i) const { return arguments.positional[i].expr; }
  Span at(size_t i) const { return arguments.positional[i].span; }
  Val value(size_t i) const { return scope.evaluate(arguments.positional[i], line); }
  Val fail(Code code, std::string message, std::string help = {}) const {
    scope.error(code, span, std::move(message), {}, std::move(help));
    return scope.bad();
  }
};

// Says so if an input without a shape stands where a shape is needed.
bool known_shape(const Use& use, const Val& value, size_t i);
// What a rule that reads whole sequences sees of targets.
Dependencies present(Dependencies sees);
// The place of the dimension that a bracket names; of none, the last.
std::optional<uint32_t> axis_of(const Use& use, const Shape& shape, const Static* named);
// Says so if the value is no sequence.
bool needs_time(const Use& use, const Val& value);

// ---- rules_elements.cpp
Val element_rule(const Use& use);
Val dropout_rule(const Use& use);
Val zoneout_rule(const Use& use);

// ---- rules_sums.cpp: over a dimension, over time
Val reduce_rule(const Use& use);
Val softmax_rule(const Use& use);
Val cross_entropy_rule(const Use& use);

// ---- rules_arrays.cpp: products and arrangement
Val onehot_rule(const Use& use);
Val two_vectors_rule(const Use& use);  // dot, outer
Val split_rule(const Use& use);
Val reshape_rule(const Use& use);  // and flatten
Val window_rule(const Use& use);

// ---- rules_sequences.cpp
Val last_rule(const Use& use);  // and reverse
Val final_rule(const Use& use);
Val repeat_rule(const Use& use);

}  // namespace rnnc::sema
