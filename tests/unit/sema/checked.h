// A text and what the checker makes of it.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/diagnostics/render.h"
#include "compiler/driver/spec.h"
#include "compiler/sema/parameters.h"

namespace rnnc::sema {

struct Look {
  explicit Look(std::string text) : spec(driver::load_text("spec.rnn", std::move(text), ".")) { run(); }
  explicit Look(const std::filesystem::path& path) : spec(driver::load_spec(path.string())) { run(); }

  // "E0210 4:9 `f` does not fit `c`: ...", in order of place.
  std::vector<std::string> found() const {
    std::vector<std::string> result;
    for (const auto& d : spec.sink.sorted()) {
      support::Position at;
      if (d.primary.span.valid()) at = spec.sources.file(d.primary.span.file).position(d.primary.span.begin);
      result.push_back(
          fmt::format("{} {}:{} {}", diagnostics::info(d.code).id(), at.line, at.column, d.message));
    }
    return result;
  }
  // All diagnostics as people see them.
  std::string rendered() const {
    std::string result;
    for (const auto& d : spec.sink.sorted()) result += diagnostics::render_text(d, spec.sources, false);
    return result;
  }
  const ast::Body* body(const std::string& name) const {
    for (const ast::Body* own : spec.program.own) {
      if (own->name.text == name) return own;
    }
    return nullptr;
  }
  std::shared_ptr<const Model> model(const std::string& name,
                                     const std::map<std::string, int64_t>& sizes = {}) {
    const ast::Body* found_body = body(name);
    EXPECT_NE(found_body, nullptr) << name;
    return found_body == nullptr ? nullptr : instantiate(spec.program, *found_body, sizes, spec.sink);
  }

  driver::Spec spec;

 private:
  void run() {
    if (spec.good()) check(spec.program, spec.sink);
  }
};

}  // namespace rnnc::sema
