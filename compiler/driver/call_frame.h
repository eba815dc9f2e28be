// Everything that one compiled function works on, for one batch and numbers of steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/driver/machine_code.h"
#include "runtime/core/aligned.h"
#include "runtime/core/team.h"

namespace rnnc::driver {

class CallFrame {
 public:
  // All arrays are zeros, but for lengths: every sequence has all steps. Throws std::bad_alloc where they do
  // not fit into memory.
  CallFrame(std::shared_ptr<const MachineCode> code, int64_t batch, std::vector<int64_t> steps);

  const schedule::Plan& plan() const { return code_->plan; }
  std::vector<int64_t> shape(const ir::Type& type) const;

  // By their places in the signature.
  std::span<std::byte> param(size_t i) { return params_[i]; }
  std::span<std::byte> input(size_t i) { return inputs_[i]; }
  std::span<std::byte> result(size_t i) { return results_[i]; }
  // By name; empty if there is none.
  std::span<std::byte> input(const std::string& name);
  std::span<std::byte> result(const std::string& name);

  // What random draws depend on.
  uint64_t seed = 0, epoch = 0, step = 0;
  std::vector<uint64_t> sequence, first_t;  // of each row

  void run(core::Team& team = core::Team::alone());
  // Results become inputs of the same name; the results' old contents are lost.
  void carry_over(const std::string& prefix);

 private:
  using Bytes = core::AlignedVector<std::byte>;
  Bytes make(const ir::Type& type) const;

  std::shared_ptr<const MachineCode> code_;
  int64_t batch_;
  std::vector<int64_t> steps_;
  std::vector<Bytes> params_, inputs_, results_;
  Bytes scratch_;
};

// Numbers to elements of their type, and back.
void store(std::span<std::byte> to, ir::Element element, const std::vector<double>& values);
std::vector<double> load(std::span<const std::byte> from, ir::Element element);

}  // namespace rnnc::driver
