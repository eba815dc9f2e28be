// Machine code in this process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/backend/object_cache.h"
#include "compiler/backend/target.h"
#include "compiler/schedule/plan.h"
#include "runtime/include/rnnc/abi.h"

namespace rnnc::backend {

// A function that can be called, from several threads at the same time. Copies share the code, which lives as
// long as one of them.
class CompiledFunction {
 public:
  // The object must hold `name` and `name`_scratch and be for this processor.
  static support::Result<CompiledFunction> link(const std::string& object, const std::string& name);

  void operator()(const rnnc_arguments& arguments) const { run_(&arguments); }
  int64_t scratch_bytes(int64_t batch, const std::vector<int64_t>& steps) const {
    return scratch_(batch, steps.data());
  }
  rnnc_function function() const { return run_; }
  rnnc_scratch scratch_function() const { return scratch_; }

 private:
  struct Code;
  std::shared_ptr<Code> code_;
  rnnc_function run_ = nullptr;
  rnnc_scratch scratch_ = nullptr;
};

// Makes the object (or takes it from the cache) and links it.
support::Result<CompiledFunction> compile(const schedule::Plan& plan, const Target& target,
                                          const ObjectCache* cache = nullptr);

}  // namespace rnnc::backend
