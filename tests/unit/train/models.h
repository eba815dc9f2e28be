// Models small enough to write down with their gradients.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

#include "runtime/train/arena.h"
#include "runtime/train/model.h"

namespace rnnc::train {

// logits = b + W[token one step ago]; loss cross_entropy(logits, text). Unknown targets are not counted.
class Bigram : public CompiledModel {
 public:
  explicit Bigram(int64_t tokens) : tokens_(tokens) {
    const auto size = static_cast<uint64_t>(tokens);
    signature_.parameters = {{"W", {size, size}}, {"b", {size}}};
    signature_.arrays = {{"text", Element::kInt, true, size_t{0}, {}, tokens}};
    signature_.times = {"text"};
    signature_.state = {{"text.1", Element::kInt, {}, -1}};
  }
  const Signature& signature() const override { return signature_; }

  Status gradient(const Call& call, std::span<const float* const> parameters,
                  std::span<float* const> gradients, std::span<LossSum> losses) override {
    const auto size = static_cast<size_t>(tokens_);
    std::fill_n(gradients[0], size * size, 0.0f);
    std::fill_n(gradients[1], size, 0.0f);
    run(call, parameters, gradients, losses);
    return ok();
  }
  Status forward(const Call& call, Mode /*mode*/, std::span<const float* const> parameters,
                 std::span<LossSum> losses) override {
    run(call, parameters, {}, losses);
    return ok();
  }

 private:
  void run(const Call& call, std::span<const float* const> parameters, std::span<float* const> gradients,
           std::span<LossSum> losses) const {
    const auto size = static_cast<size_t>(tokens_);
    const auto* text = static_cast<const int32_t*>(call.arrays[0]);
    const auto* first = static_cast<const int32_t*>(call.state[0]);
    auto* next = static_cast<int32_t*>(call.next_state[0]);
    double count = 0;
    for (int64_t b = 0; b < call.batch; ++b) {
      for (int32_t t = 0; t < call.lengths[0][b]; ++t) count += text[t * call.batch + b] >= 0 ? 1 : 0;
    }
    losses[0] = {0, count};
    std::vector<double> p(size);
    for (int64_t b = 0; b < call.batch; ++b) {
      int32_t before = first[b];
      for (int32_t t = 0; t < call.lengths[0][b]; ++t) {
        const int32_t target = text[t * call.batch + b];
        if (target >= 0) {
          double sum = 0;
          for (size_t k = 0; k < size; ++k) {
            const float row = before >= 0 ? parameters[0][static_cast<size_t>(before) * size + k] : 0.0f;
            sum += p[k] = std::exp(static_cast<double>(row + parameters[1][k]));
          }
          losses[0].sum += std::log(sum) - std::log(p[static_cast<size_t>(target)]);
          for (size_t k = 0; k < size && !gradients.empty(); ++k) {
            const double d = (p[k] / sum - (k == static_cast<size_t>(target) ? 1 : 0)) / count;
            if (before >= 0) gradients[0][static_cast<size_t>(before) * size + k] += static_cast<float>(d);
            gradients[1][k] += static_cast<float>(d);
          }
        }
        before = target;
      }
      next[b] = before;
    }
  }

  int64_t tokens_;
  Signature signature_;
};

// h = tanh(u x + w h[t-1] + b), y = o h; loss mse(y, target), of one unit. In training x is multiplied by a
// draw of (seed, epoch, sequence, t), as dropout would. Through a hook a test sees every call.
class TinyRnn : public CompiledModel {
 public:
  enum { kU, kW, kB, kO };

  TinyRnn() {
    signature_.parameters = {{"u", {}}, {"w", {}}, {"b", {}}, {"o", {}}};
    signature_.arrays = {{"x", Element::kReal, false, size_t{0}, {}, 0},
                         {"y", Element::kReal, true, size_t{0}, {}, 0}};
    signature_.times = {"x"};
    signature_.state = {{"h", Element::kReal, {}, 0.25}};
  }
  const Signature& signature() const override { return signature_; }
  std::function<void(const Call&, bool learns)> seen;

  Status gradient(const Call& call, std::span<const float* const> parameters,
                  std::span<float* const> gradients, std::span<LossSum> losses) override {
    if (seen) seen(call, true);
    double d[4] = {};
    run(call, true, parameters, d, losses);
    for (size_t i = 0; i < 4; ++i) *gradients[i] = static_cast<float>(d[i]);
    return ok();
  }
  Status forward(const Call& call, Mode mode, std::span<const float* const> parameters,
                 std::span<LossSum> losses) override {
    if (seen) seen(call, false);
    run(call, mode == Mode::kTraining, parameters, nullptr, losses);
    return ok();
  }

 private:
  static double draw(const Call& call, int64_t b, int32_t t) {
    uint64_t key = call.seed * 31 + call.epoch;
    key = key * 1'000'003 + call.sequence[b];
    key = key * 1'000'003 + call.first_t[b] + static_cast<uint64_t>(t);
    return (key * 0x9E3779B97F4A7C15u >> 60) < 4 ? 0.0 : 1.0;
  }

  static void run(const Call& call, bool training, std::span<const float* const> parameters, double* d,
                  std::span<LossSum> losses) {
    const double u = *parameters[kU], w = *parameters[kW], bias = *parameters[kB], o = *parameters[kO];
    const auto* x = static_cast<const float*>(call.arrays[0]);
    const auto* y = static_cast<const float*>(call.arrays[1]);
    double count = 0;
    for (int64_t b = 0; b < call.batch; ++b) count += call.lengths[0][b];
    losses[0] = {0, count};
    for (int64_t b = 0; b < call.batch; ++b) {
      const int32_t length = call.lengths[0][b];
      std::vector<double> h = {static_cast<const float*>(call.state[0])[b]};
      std::vector<double> in, error;
      for (int32_t t = 0; t < length; ++t) {
        in.push_back(x[t * call.batch + b] * (training ? draw(call, b, t) : 1.0));
        h.push_back(std::tanh(u * in.back() + w * h.back() + bias));
        error.push_back(o * h.back() - y[t * call.batch + b]);
        losses[0].sum += error.back() * error.back();
      }
      static_cast<float*>(call.next_state[0])[b] = static_cast<float>(h.back());
      double dh = 0;
      for (int32_t t = length; d != nullptr && t-- > 0;) {
        const auto at = static_cast<size_t>(t);
        const double dy = 2 * error[at] / count;
        d[kO] += dy * h[at + 1];
        const double dz = (dy * o + dh) * (1 - h[at + 1] * h[at + 1]);
        d[kU] += dz * in[at];
        d[kW] += dz * h[at];
        d[kB] += dz;
        dh = dz * w;
      }
    }
  }

  Signature signature_;
};

}  // namespace rnnc::train
