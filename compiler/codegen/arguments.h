// The words of rnnc_arguments (runtime/include/rnnc/abi.h), all of 64 bits.
#pragma once

namespace rnnc::codegen {

enum Field {
  kParams,
  kInputs,
  kResults,
  kBatch,
  kSteps,
  kSeed,
  kEpoch,
  kStep,
  kSequence,
  kFirstT,
  kScratch,
  kThreads,
  kThread,
  kBarrier,
  kTeam,
  kFields
};

}  // namespace rnnc::codegen
