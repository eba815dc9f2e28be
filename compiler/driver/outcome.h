// A value, or the diagnostic that says why there is none.
#pragma once

#include <string>
#include <utility>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/support/result.h"

namespace rnnc::driver {

template <class T = support::Unit>
using Outcome = support::Result<T, diagnostics::Diagnostic>;

// One that no text is to blame for.
inline diagnostics::Diagnostic problem(diagnostics::Code code, std::string message, std::string help = {}) {
  return {code, std::move(message), {}, {}, {}, std::move(help)};
}

}  // namespace rnnc::driver
