// What several rules ask.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

bool known_shape(const Use& use, const Val& value, size_t i) {
  const Shape& shape = use.scope.type(value).shape;
  if (std::none_of(shape.begin(), shape.end(), [](const Size& s) { return s.is_pack(); })) return true;
  use.scope.error(
      Code::shapeless_input, use.at(i),
      fmt::format("`{}` needs a shape, and an input without a shape may have any shape", use.callable.name),
      {}, "declare it: `input x: [X]`");
  return false;
}

Dependencies present(Dependencies sees) {
  for (auto& [target, how] : sees) how = Sees::present;
  return sees;
}

std::optional<uint32_t> axis_of(const Use& use, const Shape& shape, const Static* named) {
  if (named == nullptr) {
    if (!shape.empty()) return static_cast<uint32_t>(shape.size() - 1);
    use.fail(Code::no_such_dimension, fmt::format("`{}` of a single number", use.callable.name),
             "it runs over a dimension; this has none");
    return std::nullopt;
  }
  const Size* size = std::get_if<Size>(named);
  if (size == nullptr) {
    use.fail(Code::not_a_size,
             fmt::format("`{}` names a dimension, or `t`, in its brackets", use.callable.name),
             std::string(use.callable.builtin->usage));
    return std::nullopt;
  }
  auto count = std::count(shape.begin(), shape.end(), *size);
  if (count == 1) return static_cast<uint32_t>(std::find(shape.begin(), shape.end(), *size) - shape.begin());
  use.fail(
      count == 0 ? Code::no_such_dimension : Code::repeated_dimension,
      fmt::format("`{}[{}]` of {}: {}", use.callable.name, size->text(), text(shape),
                  count == 0 ? "it has no such dimension"
                             : "the dimension occurs twice; give the two their own names"),
      shape.empty() ? "" : fmt::format("for example `{}[{}](...)`", use.callable.name, shape.back().text()));
  return std::nullopt;
}

bool needs_time(const Use& use, const Val& value) {
  if (use.scope.type(value).clock) return true;
  use.fail(Code::needs_sequence,
           use.scope.in_cell()
               ? fmt::format("`{}` needs a whole sequence; a cell sees one step", use.callable.name)
               : fmt::format("`{}`: it needs a sequence", use.callable.name),
           use.scope.in_cell() ? "declare `input memory: seq [M]` to see a sequence whole"
                               : "declare the input `seq [X]`");
  return false;
}

}  // namespace rnnc::sema
