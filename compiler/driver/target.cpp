#include "compiler/driver/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "compiler/support/nearest.h"

namespace rnnc::driver {

namespace {

// NAME=NUMBER; the number may be anything but must be one: the checker says what a size may be.
std::string wrong_define(const std::string& text) {
  const size_t equals = text.find('=');
  int64_t value = 0;
  if (equals != std::string::npos && equals > 0) {
    const char* end = text.data() + text.size();
    auto [stop, failure] = std::from_chars(text.data() + equals + 1, end, value);
    if (failure == std::errc() && stop == end) return {};
  }
  return fmt::format("`{}` is no size: write `-D NAME=NUMBER`, for example `-D H=512`", text);
}

}  // namespace

CLI::Option* Target::add_options(CLI::App& app) {
  auto* option =
      app.add_option("SPEC", spec, "A .rnn file, `-` for standard input, `library:NAME`, or a checkpoint")
          ->required();
  add_sizes(app);
  auto* by_model =
      app.add_option("--model", model, "The model, where the file holds several")->option_text("NAME");
  app.add_option("--cell", cell, "A cell that runs alone, over a sequence")
      ->option_text("NAME")
      ->excludes(by_model);
  return option;
}

void Target::add_sizes(CLI::App& app) {
  app.add_option("-D", defines, "Set a size: -D H=512")
      ->option_text("NAME=NUMBER")
      ->allow_extra_args(false)
      ->check(CLI::Validator(wrong_define, ""));
}

std::map<std::string, int64_t> Target::sizes() const {
  std::map<std::string, int64_t> result;
  for (const std::string& define : defines) {
    const size_t equals = define.find('=');
    int64_t value = 0;
    std::from_chars(define.data() + equals + 1, define.data() + define.size(), value);
    result[define.substr(0, equals)] = value;
  }
  return result;
}

const ast::Body* choose(const Target& target, Spec& spec) {
  const bool from_library = !spec.chosen.empty();
  const bool cells = from_library || !target.cell.empty();
  const std::string wanted = from_library ? spec.chosen : cells ? target.cell : target.model;
  if (wanted.empty() && !cells && !spec.model.empty()) {
    for (const ast::Body* body : spec.program.own) {
      if (body->name.text == spec.model) return body;
    }
  }
  std::vector<const ast::Body*> models, own_cells;
  for (const ast::Body* body : spec.program.own) {
    (body->kind == ast::BodyKind::model ? models : own_cells).push_back(body);
  }
  const std::vector<const ast::Body*>& bodies =
      cells || (wanted.empty() && models.empty()) ? own_cells : models;
  std::vector<std::string> names;
  for (const ast::Body* body : bodies) {
    if (body->name.text == wanted || (wanted.empty() && bodies.size() == 1)) return body;
    names.push_back(body->name.text);
  }
  const char* kind = &bodies == &models ? "model" : "cell";
  auto report = [&](diagnostics::Code code, std::string message, std::string help) {
    spec.sink.report({code, std::move(message), {}, {}, {}, std::move(help)});
    return nullptr;
  };
  if (!wanted.empty()) {
    const std::string near = support::nearest(wanted, names);
    return report(diagnostics::Code::no_such_body,
                  fmt::format("there is no {} `{}` in `{}`", kind, wanted, target.spec),
                  near.empty() ? fmt::format("there are: {}", fmt::join(names, ", "))
                               : fmt::format("did you mean `{}`?", near));
  }
  if (names.empty()) {
    return report(diagnostics::Code::no_such_body,
                  fmt::format("`{}` holds no model and no cell", target.spec),
                  "write one, or name a cell of the library: `library:NAME`");
  }
  return report(diagnostics::Code::which_body,
                fmt::format("`{}` holds {} {}s: {}", target.spec, names.size(), kind, fmt::join(names, ", ")),
                fmt::format("choose one: `--{} {}`", kind, names.front()));
}

std::shared_ptr<const sema::Model> instantiate(const Target& target, Spec& spec, const SizeHints& hints) {
  if (!spec.good()) return nullptr;
  const ast::Body* body = choose(target, spec);
  if (body == nullptr) return nullptr;
  std::map<std::string, int64_t> sizes = target.sizes();
  if (const auto outline = sema::outline(spec.program, *body, spec.sink)) {
    for (const sema::SizeSymbol& symbol : outline->symbols) {
      for (const std::map<std::string, int64_t>* hint : {&hints.weights, &std::as_const(spec.sizes)}) {
        auto known = hint->find(symbol.name);
        if (known != hint->end()) sizes.insert(*known);
      }
    }
    if (hints.data) sizes.merge(hints.data(*outline));
  }
  if (!spec.good()) return nullptr;
  return sema::instantiate(spec.program, *body, sizes, spec.sink);
}

}  // namespace rnnc::driver
