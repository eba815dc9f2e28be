#include "compiler/driver/initialise.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

// SplitMix64 (Steele, Lea & Flood 2014), begun at the seed and the name.
class Draws {
 public:
  Draws(uint64_t seed, const std::string& name) : state_(seed) {
    for (unsigned char c : name) state_ = (state_ ^ c) * 0x100000001b3u;  // FNV-1a
    next();
  }
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // [0, 1)
  // Box & Muller 1958.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// `count` orthonormal vectors of `length` >= count: Gram-Schmidt, twice over, of normal draws.
std::vector<double> orthonormal(int64_t count, int64_t length, Draws& draws) {
  std::vector<double> all(static_cast<size_t>(count * length));
  auto row = [&](int64_t i) {
    return std::span(all).subspan(static_cast<size_t>(i * length), static_cast<size_t>(length));
  };
  for (int64_t i = 0; i < count; ++i) {
    std::span<double> now = row(i);
    for (double& element : now) element = draws.normal();
    for (int pass = 0; pass < 2; ++pass) {
      for (int64_t j = 0; j < i; ++j) {
        const double share = dot(row(j), now);
        for (size_t k = 0; k < now.size(); ++k) now[k] -= share * row(j)[k];
      }
    }
    const double norm = std::sqrt(dot(now, now));
    for (double& element : now) element /= norm;
  }
  return all;
}

void orthogonal(std::span<double> matrix, int64_t rows, int64_t columns, Draws& draws) {
  const bool wide = rows <= columns;
  const std::vector<double> vectors = orthonormal(wide ? rows : columns, wide ? columns : rows, draws);
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c) {
      matrix[static_cast<size_t>(r * columns + c)] =
          vectors[static_cast<size_t>(wide ? r * columns + c : c * rows + r)];
    }
  }
}

}  // namespace

std::vector<double> initial_value(const sema::Parameter& parameter, uint64_t seed) {
  using Kind = sema::Initialiser::Kind;
  const std::vector<double>& given = parameter.initialiser.arguments;
  std::vector<double> values(static_cast<size_t>(parameter.rows * parameter.columns));
  Draws draws(seed, parameter.path);
  const int64_t heads = std::max<int64_t>(parameter.heads, 1);
  const int64_t rows = parameter.rows / heads, columns = parameter.columns;
  auto uniform = [&](double low, double high) {
    for (double& value : values) value = low + (high - low) * draws.uniform();
  };
  switch (parameter.initialiser.kind) {
    case Kind::zeros:
      break;
    case Kind::ones:
      values.assign(values.size(), 1);
      break;
    case Kind::constant:
      values.assign(values.size(), given[0]);
      break;
    case Kind::uniform:
      uniform(given[0], given[1]);
      break;
    case Kind::normal:
      for (double& value : values) value = given[0] + given[1] * draws.normal();
      break;
    case Kind::glorot_uniform: {
      const double bound = std::sqrt(6.0 / static_cast<double>(rows + columns));
      uniform(-bound, bound);
      break;
    }
    case Kind::orthogonal:
      for (int64_t head = 0; head < heads; ++head) {
        orthogonal(std::span(values).subspan(static_cast<size_t>(head * rows * columns),
                                             static_cast<size_t>(rows * columns)),
                   rows, columns, draws);
      }
      break;
    case Kind::linspace:
      for (size_t i = 0; i < values.size(); ++i) {
        const double share =
            values.size() > 1 ? static_cast<double>(i) / static_cast<double>(values.size() - 1) : 0;
        values[i] = given[0] + (given[1] - given[0]) * share;
      }
      break;
  }
  for (double& value : values) value = static_cast<float>(value);
  return values;
}

Values initial_values(const sema::Model& model, uint64_t seed) {
  Values values;
  for (const sema::Parameter& parameter : sema::parameters(model)) {
    values[parameter.path] = initial_value(parameter, seed);
  }
  return values;
}

}  // namespace rnnc::driver
