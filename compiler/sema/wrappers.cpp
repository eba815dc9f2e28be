// stack and bidirectional: one layer several times, and a layer in both directions. They are calls of the
// layer; no trace of them is left in the nodes.
#include <fmt/format.h>

#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

constexpr int64_t kMostLayers = 1000;

// The layer that a wrapper repeats, or null and a diagnostic.
std::shared_ptr<Callable> inner_layer(Scope& scope, const Callable& wrapper, Span span) {
  const auto* layer =
      wrapper.positional.empty() ? nullptr : std::get_if<std::shared_ptr<Callable>>(&wrapper.positional[0]);
  if (layer != nullptr) return *layer;
  scope.error(
      Code::missing_setting, span,
      fmt::format("`{}` needs the layer that it repeats: `{}`", wrapper.name, wrapper.builtin->usage));
  return nullptr;
}

// One part of a wrapper: its parameters' path is that of the wrapper and `part`.
Val apply_part(Scope& scope, const Callable& inner, const std::string& path, const std::string& part,
               const Val& value, const std::optional<Val>& init, Span span) {
  Callable layer = inner;
  const std::string own_path = path + "." + part;
  Line line;
  line.name = own_path;
  if (inner.function == nullptr && !inner.path) layer.path = own_path;
  Arguments arguments;
  arguments.positional.push_back({nullptr, value, span});
  if (init) arguments.named.emplace_back("init", Argument{nullptr, *init, span});
  return scope.apply(layer, std::move(arguments), line, std::nullopt, span);
}

// The first values for each part, if `init` was given. False after a mistake.
bool split_init(Scope& scope, const Callable& callable, Arguments& arguments, Line& line,
                const std::vector<std::string>& parts, std::vector<std::optional<Val>>& inits) {
  inits.resize(parts.size());
  for (const auto& [name, argument] : arguments.named) {
    if (name != "init") {
      scope.error(Code::unknown_argument, argument.name_span,
                  fmt::format("`{}` takes only `init`", callable.name), {},
                  "all first values at once: `init = final(y)`");
      return false;
    }
    Val value = scope.evaluate(argument, line);
    if (value.bad()) return false;
    if (!value.bundle) {
      scope.error(Code::init_takes_final, argument.span, "`init` takes `final(...)`", {},
                  "the last states of a layer built alike");
      return false;
    }
    const auto& from = value.applied->parts;
    bool same = from.size() == parts.size();
    for (size_t i = 0; same && i < parts.size(); ++i) same = from[i].first == parts[i];
    if (!same) {
      scope.error(
          Code::init_states_differ, argument.span,
          fmt::format("`init`: the states of `{}` are those of {} parts, these are of {}", callable.name,
                      parts.size(), from.empty() ? "one layer" : fmt::format("{} parts", from.size())));
      return false;
    }
    for (size_t i = 0; i < parts.size(); ++i) {
      Val one;
      one.bundle = true;
      one.applied = from[i].second;
      one.sees = value.sees;
      inits[i] = one;
    }
  }
  return true;
}

}  // namespace

Val Scope::stack(const Callable& callable, Arguments& arguments, Line& line, Span span) {
  auto inner = inner_layer(*this, callable, span);
  if (!inner) return bad();
  if (arguments.positional.size() != 1) {
    error(Code::wrong_value_count, span, "`stack` takes 1 value", {}, std::string(callable.builtin->usage));
    return bad();
  }
  const Size* layers = callable.positional.size() == 2 ? std::get_if<Size>(&callable.positional[1]) : nullptr;
  if (layers == nullptr) {
    error(Code::missing_setting, span, "`stack` needs the number of its layers", {},
          std::string(callable.builtin->usage));
    return bad();
  }
  auto count = layers->evaluate(root_->counts_);
  if (!count) {  // checked for all numbers of layers by the case of two
    for (const std::string& name : layers->names()) root_->out_->counts.insert(name);
    count = 2;
  }
  if (*count < 1 || *count > kMostLayers) {
    error(Code::bad_setting, span,
          fmt::format("a stack of {} layers: there must be 1 to {}", *count, kMostLayers));
    return bad();
  }
  Val value = evaluate(arguments.positional[0], line);
  if (!is_vector(value, arguments.positional[0].span)) return bad();
  std::string path = callable.path ? *callable.path : own(line, "stack", span);
  std::vector<std::string> parts;
  for (int64_t i = 0; i < *count; ++i) parts.push_back(fmt::format("{}", i));
  std::vector<std::optional<Val>> inits;
  if (!split_init(*this, callable, arguments, line, parts, inits)) return bad();
  auto applied = std::make_shared<Applied>(Applied{"stack", {}, {}});
  for (size_t i = 0; i < parts.size(); ++i) {
    value = apply_part(*this, *inner, path, parts[i], value, inits[i], span);
    if (!is_vector(value, span)) return bad();
    applied->parts.emplace_back(parts[i], value.applied ? value.applied : std::make_shared<Applied>());
  }
  value.applied = applied;
  return value;
}

Val Scope::bidirectional(const Callable& callable, Arguments& arguments, Line& line, Span span) {
  auto inner = inner_layer(*this, callable, span);
  if (!inner) return bad();
  if (in_cell()) {
    error(Code::bidirectional_in_cell, span, "`bidirectional` inside a cell looks into the future", {},
          "a cell sees this step and earlier ones; use `bidirectional` in a model");
    return bad();
  }
  if (arguments.positional.size() != 1 || callable.positional.size() != 1) {
    error(Code::wrong_value_count, span, "`bidirectional` takes one layer in brackets and 1 value", {},
          std::string(callable.builtin->usage));
    return bad();
  }
  Val value = evaluate(arguments.positional[0], line);
  if (!is_vector(value, arguments.positional[0].span)) return bad();
  if (!type(value).clock) {
    error(Code::needs_sequence, span, "`bidirectional`: it needs a sequence", {},
          "declare the input `seq [X]`");
    return bad();
  }
  std::string path = callable.path ? *callable.path : own(line, "bidirectional", span);
  std::vector<std::optional<Val>> inits;
  if (!split_init(*this, callable, arguments, line, {"ahead", "back"}, inits)) return bad();
  note_whole_use(line, span);
  Val turned = make(node::Reverse{value.node}, type(value), span, value.sees);
  Val ahead = apply_part(*this, *inner, path, "ahead", value, inits[0], span);
  Val back = apply_part(*this, *inner, path, "back", turned, inits[1], span);
  if (!is_vector(ahead, span) || !is_vector(back, span)) return bad();
  Val straight = make(node::Reverse{back.node}, type(back), span, back.sees);
  Val result = join({ahead, straight}, {span, span}, span);
  for (auto& [target, how] : result.sees) how = Sees::present;
  auto applied = std::make_shared<Applied>(Applied{"bidirectional", {}, {}});
  auto half = [](const Val& of, bool reversed) {
    auto part = of.applied ? std::make_shared<Applied>(*of.applied) : std::make_shared<Applied>();
    part->reversed_half = reversed;
    return part;
  };
  applied->parts = {{"ahead", half(ahead, false)}, {"back", half(back, true)}};
  result.applied = applied;
  return result;
}

}  // namespace rnnc::sema
