// A spec by what the command line calls it, a checkpoint among others.
#pragma once

#include "compiler/driver/spec.h"
#include "compiler/driver/weights.h"

namespace rnnc::driver {

// By the file's name.
bool is_checkpoint(const std::string& name);

// load_spec(), or of a checkpoint the spec that it keeps. A file that cannot be read, and one without a spec,
// are in the sink.
Spec open_spec(const std::string& name);

// The spec that weights keep; `file` is what messages call them.
Spec load_origin(const std::string& file, const Origin& origin);

}  // namespace rnnc::driver
