// From a compiled model and its weights to what an object file and its header are made of.
#pragma once

#include <optional>
#include <string>

#include "compiler/backend/emit.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/initialise.h"

namespace rnnc::driver {

struct EmissionOptions {
  std::string prefix;                   // a name in C
  std::optional<int64_t> longest = {};  // steps of sequences that are seen whole
  std::vector<backend::VocabularyTable> vocabularies = {};
};

// Of a model that cannot run step by step, the interface is that of whole sequences. Fails where a length
// must be known and is not, and where names or values cannot be C's. What comes from files, vocabulary and
// comments, is left to the caller.
Outcome<backend::Emission> make_emission(const Compiled& compiled, const Values& weights,
                                         const backend::Target& target, const EmissionOptions& options);

}  // namespace rnnc::driver
