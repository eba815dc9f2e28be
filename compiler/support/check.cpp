#include "compiler/support/check.h"

#include <cstdio>
#include <cstdlib>

namespace rnnc::support {

void check_failed(const char* condition, std::string_view message, const char* file, int line) {
  std::fflush(stdout);
  std::fprintf(
      stderr,
      "rnnc: internal error: %.*s\n  at %s:%d, which expects: %s\n"
      "  This is a mistake of the compiler, not of your program. Please report it with the .rnn file.\n",
      static_cast<int>(message.size()), message.data(), file, line, condition);
  std::fflush(stderr);
  std::_Exit(101);
}

}  // namespace rnnc::support
