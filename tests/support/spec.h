// A spec, from its text to IR, through the real front end. Mistakes end the test program: what is tested here
// comes after them.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/diagnostics/render.h"
#include "compiler/ir/verify.h"
#include "compiler/irgen/generate.h"
#include "compiler/library/library.h"
#include "compiler/parse/parse.h"
#include "compiler/sema/check.h"

namespace rnnc::testing {

using NamedSizes = std::map<std::string, int64_t>;

class Spec {
 public:
  explicit Spec(std::string text) {
    auto library = read(std::string(library::name()), std::string(library::text()));
    auto own = read("spec.rnn", std::move(text));
    program_ = sema::resolve({own}, {library}, sink_);
    end_if_wrong();
  }
  // The standard library itself, as if it were somebody's own file.
  static Spec of_library() { return Spec(std::string(library::text())); }

  // Cells and models, in order of the text.
  const std::vector<const ast::Body*>& bodies() const { return program_.own; }
  const ast::Body& body(const std::string& name) const {
    for (const ast::Body* body : program_.own) {
      if (body->name.text == name) return *body;
    }
    std::fprintf(stderr, "no %s\n", name.c_str());
    std::abort();
  }

  // Every size of the body is one of `sizes`, or 2. `sizes` may hold others too.
  std::shared_ptr<const sema::Model> model(const ast::Body& body, const NamedSizes& sizes) {
    NamedSizes given;
    for (const auto& symbol : sema::symbols(program_, body, sink_)) given[symbol.name] = 2;
    for (const ast::Setting& setting : body.settings) {
      auto found = sizes.find(setting.name.text);
      if (found != sizes.end()) given[setting.name.text] = found->second;
    }
    for (auto& [name, size] : given) {
      if (auto found = sizes.find(name); found != sizes.end()) size = found->second;
    }
    auto model = sema::instantiate(program_, body, given, sink_);
    end_if_wrong();
    return model;
  }

  support::Result<irgen::Generated, irgen::Unsupported> try_generate(const ast::Body& body,
                                                                     const NamedSizes& sizes = {},
                                                                     irgen::Options options = {}) {
    return irgen::generate(*model(body, sizes), options);
  }

  // Verified.
  irgen::Generated generate(const ast::Body& body, const NamedSizes& sizes = {},
                            irgen::Options options = {}) {
    auto generated = try_generate(body, sizes, options);
    if (!generated) end(generated.error().message);
    if (auto status = ir::verify(generated->module); !status) end(status.error().message);
    return std::move(*generated);
  }
  irgen::Generated generate(const std::string& name, const NamedSizes& sizes = {},
                            irgen::Options options = {}) {
    return generate(body(name), sizes, options);
  }

 private:
  std::shared_ptr<const ast::File> read(std::string name, std::string text) {
    auto file = parse::parse(sources_, sources_.add(std::move(name), std::move(text)), sink_);
    end_if_wrong();
    return std::make_shared<const ast::File>(std::move(*file));
  }
  void end_if_wrong() {
    if (!sink_.has_errors()) return;
    for (const auto& diagnostic : sink_.sorted()) {
      std::fputs(diagnostics::render_text(diagnostic, sources_, false).c_str(), stderr);
    }
    std::abort();
  }
  [[noreturn]] static void end(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    std::abort();
  }

  support::SourceMap sources_;
  diagnostics::Sink sink_;
  sema::Program program_;
};

}  // namespace rnnc::testing
