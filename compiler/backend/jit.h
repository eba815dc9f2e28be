// Machine code in this process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "compiler/backend/object.h"
#include "compiler/backend/object_cache.h"
#include "compiler/backend/target.h"
#include "compiler/schedule/plan.h"
#include "runtime/include/rnnc/abi.h"

namespace rnnc::backend {

// A function that can be called, from several threads at the same time. Copies share the code, which lives as
// long as one of them.
class CompiledFunction {
 public:
  // The objects together must hold `name` and `name`_scratch, if it counts also `name`_cycles, and be for
  // this processor.
  static support::Result<CompiledFunction> link(const std::string& object, const std::string& name) {
    return link(std::vector{Object{object}}, name, Counting::no);
  }
  static support::Result<CompiledFunction> link(const std::vector<Object>& objects, const std::string& name,
                                                Counting counting);

  void operator()(const rnnc_arguments& arguments) const { run_(&arguments); }
  int64_t scratch_bytes(int64_t batch, const std::vector<int64_t>& steps) const {
    return scratch_(batch, steps.data());
  }
  rnnc_function function() const { return run_; }
  rnnc_scratch scratch_function() const { return scratch_; }
  // By stage of the plan, added up over all calls; null unless the code counts. Not for calls from several
  // threads.
  uint64_t* cycles() const { return cycles_; }

 private:
  struct Code;
  std::shared_ptr<Code> code_;
  rnnc_function run_ = nullptr;
  rnnc_scratch scratch_ = nullptr;
  uint64_t* cycles_ = nullptr;
};

// Makes the object (or takes it from the cache) and links it.
support::Result<CompiledFunction> compile(const schedule::Plan& plan, const Target& target,
                                          const ObjectCache* cache = nullptr,
                                          Counting counting = Counting::no);

}  // namespace rnnc::backend
