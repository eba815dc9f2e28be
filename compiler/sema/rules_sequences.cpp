// What is made of whole sequences.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

Val last_rule(const Use& use) {
  Val value = use.value(0);
  const bool reverse = use.callable.builtin->kind == BuiltinKind::reverse;
  if (value.bad()) return use.scope.bad();
  if (value.bundle || !value.several.empty()) return use.scope.is_vector(value, use.at(0)), use.scope.bad();
  if (!needs_time(use, value)) return use.scope.bad();
  use.scope.note_whole_use(use.line, use.span);
  Type type = use.scope.type(value);
  if (!reverse) {
    type.clock.reset();
    bool backwards =
        value.applied && std::any_of(value.applied->parts.begin(), value.applied->parts.end(),
                                     [](const auto& part) { return part.second->reversed_half; });
    if (backwards) {
      use.scope.world().report(
          {Code::last_of_bidirectional,
           "`last` of `bidirectional`: the backward half has read one step there",
           {use.span, ""},
           {},
           {},
           "take `mean[t](y)`, or both ends: `b = LSTM[H](reverse(x))` and `[last(a), last(b)]`"});
    }
    return use.scope.make(node::Last{value.node}, type, use.span, present(value.sees));
  }
  return use.scope.make(node::Reverse{value.node}, type, use.span, present(value.sees));
}

Val final_rule(const Use& use) {
  Val value = use.value(0);
  if (value.bad()) return use.scope.bad();
  auto remembers = [](const Applied& applied, const auto& self) -> bool {
    if (!applied.chain.empty() && applied.chain.back().cell->stateful) return true;
    return std::any_of(applied.parts.begin(), applied.parts.end(),
                       [&](const auto& part) { return self(*part.second, self); });
  };
  if (!value.applied || !remembers(*value.applied, remembers)) {
    return use.fail(Code::final_needs_cell,
                    "`final`: what made this keeps no state; take `final` right after the cell",
                    "`s = final(x |> LSTM[H])`, and what follows on another line");
  }
  use.scope.note_whole_use(use.line, use.span);
  Val result;
  result.bundle = true;
  result.applied = value.applied;
  result.sees = present(value.sees);
  return result;
}

Val repeat_rule(const Use& use) {
  Val value = use.value(0), like = use.value(1);
  if (!use.scope.is_vector(value, use.at(0)) || like.bad() || !like.node.valid()) return use.scope.bad();
  const Type type = use.scope.type(value);
  const auto clock = use.scope.type(like).clock;
  if (type.clock || !clock) {
    return use.fail(Code::repeat_arguments,
                    "`repeat(z, x)` takes a single value, and a sequence to last as long as",
                    type.clock ? "the first is a sequence; a value of it is `last(...)`"
                               : "the second is no sequence; one that is declared `seq` is");
  }
  Dependencies sees = value.sees;
  for (const auto& [target, how] : like.sees) sees.emplace(target, Sees::past);
  return use.scope.make(node::Repeat{value.node, like.node}, {type.shape, {}, clock}, use.span,
                        std::move(sees));
}

}  // namespace rnnc::sema
