// Products, and numbers in another arrangement.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/rules.h"

namespace rnnc::sema {

Val onehot_rule(const Use& use) {
  Val value = use.value(0);
  if (value.bad()) return use.scope.bad();
  if (!value.node.valid() || !use.scope.type(value).token) {
    return use.fail(Code::vector_as_token, "`onehot` needs a token",
                    "declare the input `token[V]` or `seq token[V]`");
  }
  const Type type = use.scope.type(value);
  return use.scope.make(node::OneHot{value.node}, {{*type.token}, {}, type.clock}, use.span, value.sees);
}

Val two_vectors_rule(const Use& use) {
  Val a = use.value(0), b = use.value(1);
  std::optional<Clock> clock;
  Dependencies sees;
  if (!use.scope.is_vector(a, use.at(0)) || !use.scope.is_vector(b, use.at(1)) ||
      !use.scope.meet({a, b}, clock, sees, use.span))
    return use.scope.bad();
  if (!known_shape(use, a, 0) || !known_shape(use, b, 1)) return use.scope.bad();
  const Shape x = use.scope.type(a).shape, y = use.scope.type(b).shape;
  if (use.callable.builtin->kind == BuiltinKind::dot) {
    if (x != y || x.empty()) {
      use.scope.error(Code::dot_shapes, use.span, fmt::format("`dot` of {} and {}", text(x), text(y)), {},
                      "both need the same shape; the last dimension is summed",
                      {{use.at(0), text(x)}, {use.at(1), text(y)}});
      return use.scope.bad();
    }
    auto batch = static_cast<uint32_t>(x.size() - 1);
    return use.scope.make(node::Contract{a.node, b.node, batch, 1},
                          {Shape(x.begin(), x.end() - 1), {}, clock}, use.span, sees);
  }
  uint32_t batch = 0;  // outer sets aside leading names that both share
  while (batch + 1 < x.size() && batch + 1 < y.size() && x[batch] == y[batch]) ++batch;
  Shape shape = x;
  shape.insert(shape.end(), y.begin() + batch, y.end());
  return use.scope.make(node::Contract{a.node, b.node, batch, 0}, {shape, {}, clock}, use.span, sees);
}

Val split_rule(const Use& use) {
  if (use.line.count < 2) {
    return use.fail(Code::split_needs_names, "`split` gives its parts to the names of a line",
                    "for example `a, b: [H] = split(x)`");
  }
  auto owned_before = use.line.taken;
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  if (use.line.taken != owned_before) {
    use.scope.error(
        Code::split_owns, use.at(0), "what `split` takes apart owns parameters: give it a line of its own",
        {}, "`a = linear[2 * H](x)`, then `x, y: [H] = split(a)`; on one line each name would own a copy");
    return use.scope.bad();
  }
  if (!known_shape(use, value, 0)) return use.scope.bad();
  const Type type = use.scope.type(value);
  Size count(use.line.count);
  Shape part = type.shape;
  if (part.empty()) return use.fail(Code::split_parts, "a single number cannot be split");
  if (use.line.shape) {
    Shape want = *use.line.shape;
    if (want.empty() || want.size() != part.size() ||
        !std::equal(want.begin(), want.end() - 1, part.begin()) || count * want.back() != part.back()) {
      use.scope.error(
          Code::split_parts, use.at(0),
          fmt::format("`split`: {} parts of {} do not make {}", use.line.count, text(want), text(part)),
          text(part), "the line has as many names as there are parts; their lengths add up to the whole");
      return use.scope.bad();
    }
    part = want;
  } else {
    part.back() = *Size::divide(part.back(), count);
  }
  return use.scope.make(node::Part{value.node, use.line.index, use.line.count}, {part, {}, type.clock},
                        use.span, value.sees);
}

Val reshape_rule(const Use& use) {
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0)) || !known_shape(use, value, 0)) return use.scope.bad();
  const Type type = use.scope.type(value);
  Shape shape;
  if (use.callable.builtin->kind == BuiltinKind::flatten) {
    shape = {product(type.shape)};
  } else {
    for (const Static& given : use.callable.positional) {
      const Size* size = std::get_if<Size>(&given);
      if (size == nullptr)
        return use.fail(Code::not_a_size, "`reshape` takes sizes in brackets", "`reshape[N, D](x)`");
      shape.push_back(*size);
    }
    if (product(shape) != product(type.shape)) {
      return use.fail(Code::reshape_count,
                      fmt::format("`reshape`: {} has {} numbers, {} has {}", text(type.shape),
                                  product(type.shape).text(), text(shape), product(shape).text()),
                      "declare the sizes so that they agree as names: `input x: [N * D]`");
    }
  }
  Val result = use.scope.make(node::Reshape{value.node}, {shape, {}, type.clock}, use.span, value.sees);
  result.origin = use.span;
  return result;
}

Val window_rule(const Use& use) {
  const Size* count =
      use.callable.positional.size() == 1 ? std::get_if<Size>(&use.callable.positional[0]) : nullptr;
  if (count == nullptr || (count->number() && *count->number() < 1)) {
    return use.fail(Code::missing_setting, "`window` needs how many values it holds: `window[4](x)`");
  }
  Val value = use.value(0);
  if (!use.scope.is_vector(value, use.at(0))) return use.scope.bad();
  if (use.scope.past(value, Size(1), use.span).bad())
    return use.scope.bad();  // it has a past, or this says why not
  Type type = use.scope.type(value);
  type.shape.insert(type.shape.begin(), *count);
  return use.scope.make(node::Window{value.node, *count}, type, use.span, value.sees);
}

}  // namespace rnnc::sema
