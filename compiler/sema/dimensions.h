// Dimensions as numbers.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/model.h"

namespace rnnc::sema {

enum class OtherSizes {
  known,  // a dimension without a value is a mistake
  open,   // dimensions that depend on them are not looked at
};

// Every dimension of every value, and every delay, must come out whole and positive; the first that does not
// is reported, at the equation of this body that it is part of.
bool check_dimensions(const Body& body, const std::map<std::string, int64_t>& sizes, OtherSizes others,
                      diagnostics::Sink& sink);

}  // namespace rnnc::sema
