// Machine code as a model to be trained: functions of the C ABI, called on the trainer's own arrays.
#pragma once

#include <string>
#include <vector>

#include "runtime/core/aligned.h"
#include "runtime/core/team.h"
#include "runtime/include/rnnc/abi.h"
#include "runtime/train/model.h"

namespace rnnc::train {

// One function with its signature, all in the function's order.
struct AbiFunction {
  rnnc_function run = nullptr;
  rnnc_scratch scratch = nullptr;
  std::vector<std::string> params;
  std::vector<std::string> inputs;  // arrays, "lengths.<time>", "state.<path>", "sequence.begins"
  std::vector<std::string>
      results;                     // "loss.<k>.sum", "loss.<k>.count", "state.<path>", "grad.<param>", others
  std::vector<std::string> times;  // as `lengths` call them
};

struct AbiFunctions {
  AbiFunction gradient;    // in training mode, with all losses, states and gradients
  AbiFunction training;    // the same without gradients
  AbiFunction evaluation;  // without random draws
};

class AbiModel : public CompiledModel {
 public:
  // `times` says what the functions call the times of the signature. Fails where a function reads what a call
  // has not, or lacks a result. The threads of `team`, which must outlive the model, run each call together.
  static Result<AbiModel> create(Signature signature, const std::vector<std::string>& times,
                                 const AbiFunctions& functions, core::Team& team = core::Team::alone());

  const Signature& signature() const override { return signature_; }
  Status gradient(const Call& call, std::span<const float* const> parameters,
                  std::span<float* const> gradients, std::span<LossSum> losses) override;
  Status forward(const Call& call, Mode mode, std::span<const float* const> parameters,
                 std::span<LossSum> losses) override;

 private:
  // Which of a call's arrays an argument is.
  enum class Role : uint8_t { kArray, kLengths, kState, kBegins, kLossSum, kLossCount, kGradient, kUnused };
  struct Slot {
    Role role;
    size_t index;
  };
  struct Bound {
    rnnc_function run = nullptr;
    rnnc_scratch scratch = nullptr;
    std::vector<size_t> params, times;
    std::vector<Slot> inputs, results;
  };

  AbiModel(Signature signature, core::Team& team) : signature_(std::move(signature)), team_(&team) {}
  Result<Bound> bind(const AbiFunction& function, const std::vector<std::string>& times,
                     bool gradients) const;
  Slot input_slot(const std::string& name, const std::vector<std::string>& times) const;
  Slot result_slot(const std::string& name) const;
  Status run(const Bound& bound, const Call& call, std::span<const float* const> parameters,
             std::span<float* const> gradients, std::span<LossSum> losses);
  Status grow_scratch(int64_t bytes);

  Signature signature_;
  core::Team* team_;
  Bound gradient_, training_, evaluation_;
  std::vector<float> sums_, counts_;
  core::AlignedVector<std::byte> scratch_;
};

}  // namespace rnnc::train
