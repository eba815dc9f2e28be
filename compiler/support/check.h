// RNNC_CHECK is for what only we can get wrong. What a user can cause is a Result or a diagnostic.
#pragma once

#include <string_view>

namespace rnnc::support {

// Prints the failed condition with its place and ends the process with status 101, "the compiler is at
// fault".
[[noreturn]] void check_failed(const char* condition, std::string_view message, const char* file, int line);

}  // namespace rnnc::support

#define RNNC_CHECK(condition, message)                 \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::rnnc::support::check_failed(#condition, message, __FILE__, __LINE__))

#define RNNC_UNREACHABLE(message) ::rnnc::support::check_failed("unreachable", message, __FILE__, __LINE__)
