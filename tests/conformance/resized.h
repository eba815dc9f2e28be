// The same module with dims of other sizes.
#pragma once

#include <fmt/format.h>

#include <map>
#include <string>

#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"
#include "compiler/support/check.h"

namespace rnnc::testing {

// Sizes by the names of constant dims. The module must stay well-formed with them.
inline ir::Module resized(const ir::Module& module, const std::map<std::string, int64_t>& sizes) {
  std::string text = ir::print(module);
  for (const auto& [name, size] : sizes) {
    ir::DimId dim = module.dims.find(name);
    if (!dim.valid()) continue;
    std::string spelled = name.find_first_not_of("0123456789") == 0 ? name : "\"" + name + "\"";
    std::string before = fmt::format("dim {} = {}\n", spelled, module.dims[dim].size);
    size_t at = text.find(before);
    RNNC_CHECK(at != std::string::npos, before);
    text.replace(at, before.size(), fmt::format("dim {} = {}\n", spelled, size));
  }
  auto read = ir::read(text);
  RNNC_CHECK(read, read.error().message);
  auto status = ir::verify(read->forward, read->dims);
  RNNC_CHECK(status, status.error().message);
  return *read;
}

}  // namespace rnnc::testing
