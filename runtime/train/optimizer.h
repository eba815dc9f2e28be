// One step down the gradient, as PyTorch defines it, in f32.
//
//   sgd      g += decay p;  v = momentum v + g;                    p -= lr v
//   rmsprop  g += decay p;  s = beta2 s + (1 - beta2) g²;  u = g / (√s + eps);
//            v = momentum v + u;                                   p -= lr v
//   adam     g += decay p;  m = beta1 m + (1 - beta1) g;  s = beta2 s + (1 - beta2) g²;
//            p -= lr / (1 - beta1^k) · m / (√s / √(1 - beta2^k) + eps)          in step k = 1, 2, ...
//   adamw    p -= lr decay p, and then adam without its first equation
//
// v, s and m start at 0. At last, with max_weight: p = clamp(p, -max_weight, max_weight).
#pragma once

#include <string>
#include <vector>

#include "runtime/core/team.h"
#include "runtime/train/arena.h"
#include "runtime/train/settings.h"

namespace rnnc::train {

class Optimizer {
 public:
  Optimizer(const Settings& settings, std::span<const ParameterInfo> parameters);

  // The threads divide the parameters. However many they are, the result is the same to the bit.
  void step(Arena& parameters, const Arena& gradients, double lr, core::Team& team = core::Team::alone());

  // All it remembers, to be saved and put back.
  struct Memory {
    std::string name;  // "momentum", "square", "mean"
    Arena values;
  };
  std::vector<Memory>& memories() { return memories_; }
  const std::vector<Memory>& memories() const { return memories_; }
  int64_t steps() const { return steps_; }  // made so far
  void set_steps(int64_t steps) { steps_ = steps; }

 private:
  void step(Arena& parameters, const Arena& gradients, double lr, core::Part part);
  float* memory(size_t index, core::Part part) { return memories_[index].values.all().data() + part.begin; }

  Settings settings_;
  std::vector<Memory> memories_;
  int64_t steps_ = 0;
};

// √Σ g², summed in double in an order that depends on nothing but the number of elements.
double norm_of(const Arena& gradients, core::Team& team = core::Team::alone());

// Times min(1, bound / (norm + 1e-6)), as PyTorch does.
void clip_to(Arena& gradients, double norm, double bound, core::Team& team = core::Team::alone());

}  // namespace rnnc::train
