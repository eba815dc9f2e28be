// A body under the sizes that someone gave.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/check.h"
#include "compiler/sema/dimensions.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

std::shared_ptr<const Body> outline(const Program& program, const ast::Body& body, diagnostics::Sink& sink) {
  Elaborator world(program, sink);
  auto checked = world.alone(body, {});
  return checked && !checked->failed ? checked->body : nullptr;
}

std::vector<SizeSymbol> symbols(const Program& program, const ast::Body& body, diagnostics::Sink& sink) {
  std::vector<SizeSymbol> result;
  const std::shared_ptr<const Body> found = outline(program, body, sink);
  if (!found) return result;
  for (const SizeSymbol& symbol : found->symbols) {
    if (!symbol.fallback) result.push_back(symbol);
  }
  return result;
}

namespace {

// The sizes given, and defaults for the others; what is missing or wrong is reported.
bool resolve_sizes(const Body& body, const std::map<std::string, int64_t>& given,
                   std::map<std::string, int64_t>& sizes, diagnostics::Sink& sink) {
  bool good = true;
  for (const auto& [name, value] : given) {
    bool known = std::any_of(body.symbols.begin(), body.symbols.end(),
                             [&](const SizeSymbol& s) { return s.name == name; });
    if (known) continue;
    std::vector<std::string> names;
    for (const SizeSymbol& symbol : body.symbols) names.push_back(symbol.name);
    std::string near = nearest(name, names);
    sink.report({Code::unknown_size,
                 fmt::format("`{}` has no size `{}`", body.name, name),
                 {body.span, ""},
                 {},
                 {},
                 near.empty() ? "" : fmt::format("did you mean `-D {}={}`?", near, value)});
    good = false;
  }
  for (const SizeSymbol& symbol : body.symbols) {
    auto found = given.find(symbol.name);
    std::optional<int64_t> value;
    if (found != given.end()) {
      value = found->second;
    } else if (symbol.fallback) {
      value = symbol.fallback->evaluate(sizes);
    }
    if (!value && found == given.end() && !symbol.fallback) {
      sink.report({Code::size_missing,
                   fmt::format("the size `{}` is not known", symbol.name),
                   {symbol.span, ""},
                   {},
                   {},
                   fmt::format("give it: `-D {}=...`, or let the data say it", symbol.name)});
      good = false;
    } else if (!value || *value < 1 || *value > (int64_t{1} << 40)) {
      sink.report({Code::size_not_positive,
                   fmt::format("the size `{}` must be a whole number, at least 1", symbol.name),
                   {symbol.span, ""},
                   {},
                   {},
                   ""});
      good = false;
    } else {
      sizes[symbol.name] = *value;
    }
  }
  return good;
}

}  // namespace

std::shared_ptr<const Model> instantiate(const Program& program, const ast::Body& body,
                                         const std::map<std::string, int64_t>& sizes,
                                         diagnostics::Sink& sink) {
  size_t before = sink.error_count();
  Elaborator world(program, sink);
  auto checked = world.alone(body, {});
  if (!checked) {
    sink.report({Code::missing_setting,
                 fmt::format("`{}` needs a function as its setting: it cannot stand alone", body.name.text),
                 {body.name.span, ""},
                 {},
                 {},
                 "write a model that uses it"});
    return nullptr;
  }
  auto model = std::make_shared<Model>();
  if (sink.error_count() > before || checked->failed ||
      !resolve_sizes(*checked->body, sizes, model->sizes, sink))
    return nullptr;
  if (!checked->counts.empty()) {  // now that numbers of layers are known
    checked = world.alone(body, model->sizes);
    if (sink.error_count() > before || checked->failed) return nullptr;
  }
  if (!check_dimensions(*checked->body, model->sizes, OtherSizes::known, sink)) return nullptr;
  model->body = checked->body;
  return model;
}

}  // namespace rnnc::sema
