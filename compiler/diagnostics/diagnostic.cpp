#include "compiler/diagnostics/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "compiler/support/check.h"

namespace rnnc::diagnostics {

const std::vector<CodeInfo>& all_codes() {
  using enum Severity;
  static const std::vector<CodeInfo> codes = {
#define RNNC_CODE(number, severity, name, title, explanation) \
  CodeInfo{Code::name, number, severity, #name, title, explanation},
#include "compiler/diagnostics/codes.def"
#undef RNNC_CODE
  };
  return codes;
}

const CodeInfo& info(Code code) {
  const auto& codes = all_codes();
  auto found = std::find_if(codes.begin(), codes.end(), [&](const CodeInfo& c) { return c.code == code; });
  RNNC_CHECK(found != codes.end(), "a diagnostic code without a row in codes.def");
  return *found;
}

std::string CodeInfo::id() const {
  return fmt::format("{}{:04}", severity == Severity::error ? 'E' : 'W', number);
}

void Sink::report(Diagnostic diagnostic) {
  for (const Diagnostic& known : diagnostics_) {
    if (known.code == diagnostic.code && known.primary.span == diagnostic.primary.span &&
        known.message == diagnostic.message) {
      return;
    }
  }
  if (info(diagnostic.code).severity == Severity::error) ++errors_;
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> Sink::sorted() const {
  std::vector<Diagnostic> result = diagnostics_;
  std::stable_sort(result.begin(), result.end(), [](const Diagnostic& a, const Diagnostic& b) {
    const auto& x = a.primary.span;
    const auto& y = b.primary.span;
    return std::tie(x.file, x.begin) < std::tie(y.file, y.begin);
  });
  return result;
}

}  // namespace rnnc::diagnostics
