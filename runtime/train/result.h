// The runtime's values-or-failures, under this room's name.
#pragma once

#include "runtime/formats/result.h"

namespace rnnc::train {

using formats::Cause;
using formats::Failure;
using formats::failure;
using formats::ok;
using formats::Result;
using formats::Status;

}  // namespace rnnc::train
