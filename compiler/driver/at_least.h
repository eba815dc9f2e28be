// Whole numbers that options take.
#pragma once

#include <cstdint>

namespace CLI {
class Validator;
}

namespace rnnc::driver {

CLI::Validator at_least(int64_t least);

}  // namespace rnnc::driver
