// What another system computed, as the scripts beside this write it (references.py says what the files hold).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/formats/npz.h"

namespace rnnc::pytorch {

using Numbers = std::vector<double>;

// `count` numbers of the formula of references.py, from element `from` on.
Numbers value(int seed, size_t count, double scale, size_t from = 0);

size_t count(const formats::Shape& shape);
formats::Tensor array(std::string name, int seed, const formats::Shape& shape, double scale = 1);

class Reference {
 public:
  explicit Reference(const std::string& file) : tensors_(*formats::read_npz(file)) {}

  bool has(const std::string& name) const { return formats::find(tensors_, name) != nullptr; }
  const formats::Tensor& tensor(const std::string& name) const { return *formats::find(tensors_, name); }
  Numbers numbers(const std::string& name) const { return *formats::to_f64(tensor(name)); }
  uint64_t number(const std::string& name) const { return static_cast<uint64_t>(numbers(name)[0]); }
  // Of the spec: X, H, L (layers) and whatever else it has.
  std::map<std::string, int64_t> sizes() const;
  // Weights are from -scale to scale.
  double scale() const;
  // Of all gradients of parameters, absolute.
  double largest_gradient() const;

 private:
  std::vector<formats::Tensor> tensors_;
};

// To `tolerance` of the largest element, which is not 0.
void expect_near(const Numbers& have, const Numbers& want, double tolerance, const std::string& what);

// A gradient that the reference holds whole, or as its products with vectors from either side. One that is
// nothing but rounding (of a bias that cancels) is measured by the largest of all.
void expect_gradient(const Reference& reference, const std::string& name, const formats::Tensor& have,
                     double tolerance);

// Past its end, a sequence has zeros of either sign and nothing else. `y` is [batch, steps, ...].
void expect_zeros_past_ends(const formats::Tensor& y, const Numbers& lengths);

}  // namespace rnnc::pytorch
