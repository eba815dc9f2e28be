// Modules for tests, written in the text form, and comparisons that overlook what the text form does.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"

namespace rnnc::testing {

// The module of a text that must be well-formed; ends the test program otherwise.
inline ir::Module module_of(const std::string& text) {
  auto module = ir::read(text);
  if (!module) {
    std::fprintf(stderr, "%s\nin\n%s\n", module.error().message.c_str(), text.c_str());
    std::abort();
  }
  if (auto status = ir::verify(*module); !status) {
    std::fprintf(stderr, "%s\nin\n%s\n", status.error().message.c_str(), text.c_str());
    std::abort();
  }
  return std::move(*module);
}

// A module whose forward function has these instructions; `table` declares dims and states.
inline ir::Module forward_of(const std::string& table, const std::string& instructions) {
  return module_of("module m {\n" + table + "\nfunc @forward {\n" + instructions + "\n}\n}\n");
}

// A copy without names of values and without spans.
inline ir::Function anonymous(const ir::Function& function) {
  ir::Function copy(function.name());
  for (ir::ValueId parameter : function.parameters()) copy.add_parameter(function.type(parameter), "");
  for (const ir::Instr& instr : function.instrs()) {
    ir::Attributes attributes = instr.attributes;
    if (auto* scan = std::get_if<ir::ScanAttr>(&attributes)) {
      scan->body = std::make_shared<const ir::Function>(anonymous(*scan->body));
    }
    std::vector<ir::Type> types;
    for (ir::ValueId result : instr.results) types.push_back(function.type(result));
    copy.append(instr.op, instr.operands, std::move(attributes), std::move(types));
  }
  for (const ir::NamedResult& result : function.results()) copy.add_result(result.name, result.value);
  return copy;
}

inline ir::Module anonymous(ir::Module module) {
  module.forward = anonymous(module.forward);
  if (module.gradient) module.gradient = anonymous(*module.gradient);
  if (module.step) module.step = anonymous(*module.step);
  return module;
}

}  // namespace rnnc::testing
