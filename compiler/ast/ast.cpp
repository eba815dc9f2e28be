#include "compiler/ast/ast.h"

namespace rnnc::ast {

std::string Path::text() const {
  std::string result;
  for (const std::string& part : parts) {
    if (!result.empty()) result += '.';
    result += part;
  }
  return result;
}

}  // namespace rnnc::ast
