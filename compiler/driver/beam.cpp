#include "compiler/driver/beam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rnnc::driver {

namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

struct Candidate {
  double score;
  Beam::Way way;
};

// Of equal scores the first row and the smallest token.
bool better(const Candidate& a, const Candidate& b) {
  if (a.score != b.score) return a.score > b.score;
  if (a.way.parent != b.way.parent) return a.way.parent < b.way.parent;
  return a.way.token < b.way.token;
}

// log(sum(exp(logits))).
double log_sum(std::span<const double> logits) {
  const double largest = *std::ranges::max_element(logits);
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

}  // namespace

// At first all rows of a sequence are the same, and one of them is enough.
Beam::Beam(size_t sequences, size_t width) : width_(width), scores_(sequences * width, kNever) {
  for (size_t i = 0; i < sequences; ++i) scores_[i * width] = 0;
}

train::Result<std::vector<Beam::Way>> Beam::go_on(std::span<const double> logits,
                                                  const std::vector<bool>& runs) {
  const size_t tokens = logits.size() / std::max<size_t>(scores_.size(), 1);
  std::vector<Way> ways;
  std::vector<double> scores;
  std::vector<size_t> order(tokens);
  for (size_t first = 0; first < scores_.size(); first += width_) {
    std::vector<Candidate> candidates;
    for (size_t row = first; row < first + width_; ++row) {
      if (scores_[row] == kNever) continue;
      if (!runs[row]) {
        candidates.push_back({scores_[row], {row, std::nullopt}});
        continue;
      }
      const auto own = logits.subspan(row * tokens, tokens);
      if (std::ranges::any_of(own, [](double logit) { return std::isnan(logit); }))
        return train::failure("a prediction is not a number; the weights are damaged");
      const double total = log_sum(own);
      if (std::isinf(total)) return train::failure("a prediction is infinite; the weights are damaged");
      std::iota(order.begin(), order.end(), size_t{0});
      const auto most = order.begin() + static_cast<ptrdiff_t>(std::min(width_, tokens));
      std::partial_sort(order.begin(), most, order.end(),
                        [&](size_t a, size_t b) { return own[a] != own[b] ? own[a] > own[b] : a < b; });
      for (auto token = order.begin(); token != most; ++token) {
        candidates.push_back({scores_[row] + own[*token] - total, {row, static_cast<int32_t>(*token)}});
      }
    }
    const size_t kept = std::min(width_, candidates.size());
    std::partial_sort(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(kept), candidates.end(),
                      better);
    for (size_t i = 0; i < width_; ++i) {
      // Fewer ways than rows: the rest stand for nothing.
      ways.push_back(i < kept ? candidates[i].way : Way{first, std::nullopt});
      scores.push_back(i < kept ? candidates[i].score : kNever);
    }
  }
  scores_ = std::move(scores);
  return ways;
}

}  // namespace rnnc::driver
