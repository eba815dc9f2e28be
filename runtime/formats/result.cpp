#include "runtime/formats/result.h"

#include <cstdio>
#include <cstdlib>

namespace rnnc::formats {

void misused_result(const char* what) {
  std::fprintf(stderr, "rnnc: internal error: %s\n  This is a mistake of rnnc. Please report it.\n", what);
  std::fflush(stderr);
  std::_Exit(101);
}

}  // namespace rnnc::formats
