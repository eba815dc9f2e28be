#include "runtime/train/optimizer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace rnnc::train {

namespace {

constexpr size_t kLine = RNNC_ALIGN / sizeof(float);

core::Part part_of(const Arena& arena, int i, const core::Team& team) {
  return core::part_of(arena.all().size(), kLine, i, team.size());
}

// The loops are over raw pointers that do not overlap, so that they become vector code.
struct Range {
  float* __restrict p;
  const float* __restrict g;
  size_t size;
};

void sgd(Range range, float* __restrict v, float lr, float decay, float momentum) {
  for (size_t i = 0; i < range.size; ++i) {
    v[i] = momentum * v[i] + (range.g[i] + decay * range.p[i]);
    range.p[i] -= lr * v[i];
  }
}

void plain_sgd(Range range, float lr, float decay) {
  for (size_t i = 0; i < range.size; ++i) range.p[i] -= lr * (range.g[i] + decay * range.p[i]);
}

struct RmspropRates {
  float lr, decay, momentum, smoothing, rest, eps;
};

void rmsprop(Range range, float* __restrict s, float* __restrict v, RmspropRates rates) {
  for (size_t i = 0; i < range.size; ++i) {
    const float g = range.g[i] + rates.decay * range.p[i];
    s[i] = rates.smoothing * s[i] + rates.rest * g * g;
    v[i] = rates.momentum * v[i] + g / (std::sqrt(s[i]) + rates.eps);
    range.p[i] -= rates.lr * v[i];
  }
}

struct AdamRates {
  float lr;      // over 1 - beta1^k
  float root;    // √(1 - beta2^k)
  float decay;   // added to the gradient
  float shrink;  // 1 - lr decay, of adamw
  float beta1, beta2, rest1, rest2, eps;
};

void adam(Range range, float* __restrict m, float* __restrict s, AdamRates rates) {
  for (size_t i = 0; i < range.size; ++i) {
    const float p = range.p[i] * rates.shrink;
    const float g = range.g[i] + rates.decay * p;
    m[i] = rates.beta1 * m[i] + rates.rest1 * g;
    s[i] = rates.beta2 * s[i] + rates.rest2 * g * g;
    range.p[i] = p - rates.lr * (m[i] / (std::sqrt(s[i]) / rates.root + rates.eps));
  }
}

AdamRates adam_rates(const Settings& settings, double lr, int64_t step) {
  const double beta2 = smoothing(settings);
  const auto k = static_cast<double>(step);
  const bool decoupled = settings.optimizer == OptimizerKind::kAdamw;
  const auto narrow = [](double value) { return static_cast<float>(value); };
  return {.lr = narrow(lr / (1 - std::pow(settings.beta1, k))),
          .root = narrow(std::sqrt(1 - std::pow(beta2, k))),
          .decay = decoupled ? 0 : narrow(settings.weight_decay),
          .shrink = decoupled ? narrow(1 - lr * settings.weight_decay) : 1,
          .beta1 = narrow(settings.beta1),
          .beta2 = narrow(beta2),
          .rest1 = narrow(1 - settings.beta1),
          .rest2 = narrow(1 - beta2),
          .eps = narrow(settings.eps)};
}

std::vector<const char*> memory_names(const Settings& settings) {
  switch (settings.optimizer) {
    case OptimizerKind::kSgd:
      if (settings.momentum == 0) return {};
      return {"momentum"};
    case OptimizerKind::kRmsprop:
      return {"square", "momentum"};
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw:
      return {"mean", "square"};
  }
  return {};
}

}  // namespace

Optimizer::Optimizer(const Settings& settings, std::span<const ParameterInfo> parameters)
    : settings_(settings) {
  for (const char* name : memory_names(settings)) memories_.push_back({name, Arena(parameters)});
}

void Optimizer::step(Arena& parameters, const Arena& gradients, double lr, core::Team& team) {
  ++steps_;
  team.run([&](int i) { step(parameters, gradients, lr, part_of(parameters, i, team)); });
}

void Optimizer::step(Arena& parameters, const Arena& gradients, double lr, core::Part part) {
  const Range range = {parameters.all().data() + part.begin, gradients.all().data() + part.begin,
                       part.end - part.begin};
  const auto rate = static_cast<float>(lr);
  const auto decay = static_cast<float>(settings_.weight_decay);
  const auto momentum = static_cast<float>(settings_.momentum);
  switch (settings_.optimizer) {
    case OptimizerKind::kSgd:
      if (memories_.empty()) {
        plain_sgd(range, rate, decay);
      } else {
        sgd(range, memory(0, part), rate, decay, momentum);
      }
      break;
    case OptimizerKind::kRmsprop:
      rmsprop(range, memory(0, part), memory(1, part),
              {rate, decay, momentum, static_cast<float>(smoothing(settings_)),
               static_cast<float>(1 - smoothing(settings_)), static_cast<float>(settings_.eps)});
      break;
    case OptimizerKind::kAdam:
    case OptimizerKind::kAdamw:
      adam(range, memory(0, part), memory(1, part), adam_rates(settings_, lr, steps_));
      break;
  }
  if (!settings_.max_weight) return;
  const auto bound = static_cast<float>(*settings_.max_weight);
  for (size_t i = 0; i < range.size; ++i) range.p[i] = std::clamp(range.p[i], -bound, bound);
}

namespace {

double sum_of_squares(std::span<const float> values) {
  // Element i goes to sum i mod 8: a vector register's worth of chains instead of one.
  std::array<double, 8> sums = {};
  static_assert(kLine % std::tuple_size_v<decltype(sums)> == 0);
  for (size_t i = 0; i < values.size(); i += sums.size()) {
    for (size_t lane = 0; lane < sums.size(); ++lane) {
      const double g = values[i + lane];
      sums[lane] += g * g;
    }
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

double norm_of(const Arena& gradients, core::Team& team) {
  // Blocks whose sums are added in their order, whichever thread made them.
  constexpr size_t kBlock = 1 << 13;
  const auto values = gradients.all();
  std::vector<double> sums((values.size() + kBlock - 1) / kBlock);
  team.run([&](int i) {
    const core::Part part = core::part_of(sums.size(), 1, i, team.size());
    for (size_t block = part.begin; block < part.end; ++block)
      sums[block] = sum_of_squares(
          values.subspan(block * kBlock).first(std::min(kBlock, values.size() - block * kBlock)));
  });
  return std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
}

void clip_to(Arena& gradients, double norm, double bound, core::Team& team) {
  const double scale = bound / (norm + 1e-6);
  if (scale >= 1) return;
  team.run([&](int i) {
    const core::Part part = part_of(gradients, i, team);
    for (float& g : gradients.all().subspan(part.begin, part.end - part.begin))
      g *= static_cast<float>(scale);
  });
}

}  // namespace rnnc::train
