// Draws the text of expressions of a wanted shape, over the values of a cell: legal, and tame in numbers.
#pragma once

#include <optional>

#include "tests/random_cells/terms.h"

namespace rnnc::random_cells {

// Where an expression stands decides what `linear` may look like there.
enum class Place {
  line,   // its shape is the line's, and it is reached through single elements: `linear(x)`
  inner,  // elsewhere: `linear[A](x)`
};

class Expressions {
 public:
  // `smooth`: no max, no comparison, nothing with a corner.
  Expressions(Dice& dice, bool smooth);

  void add_dim(const Dim& dim) { dims_.push_back(dim); }
  void add(Value value) { values_.push_back(std::move(value)); }
  // An input or a state: it may be read through a window.
  void add_with_past(const std::string& name, const Dims& dims) { with_past_.push_back({name, dims}); }

  const std::vector<Dim>& dims() const { return dims_; }
  const std::vector<Value>& values() const { return values_; }
  // Lines `param W: [A, B]` for what was drawn so far.
  const std::vector<std::string>& parameters() const { return parameters_; }

  // Of the dims, no larger than the bound.
  Term draw(const Dims& dims, int depth, Place place, double bound);
  // A new parameter of the dims.
  std::string parameter(const Dims& dims);
  // A value of exactly these dims, if there is one.
  std::optional<Value> value(const Dims& dims);
  // One or two values, or a join of two: what `linear` takes.
  std::string linear_arguments();
  Dim any_dim() { return dice_.of(dims_); }
  // A dim that is none of these, if there is one.
  std::optional<Dim> other_dim(const Dims& dims);

  bool smooth() const { return smooth_; }
  Dice& dice() { return dice_; }
  // "0.37", within (-1, 1) or (0, 1)
  std::string number(bool positive = false);
  // Signs, in one of the notations that there are.
  const std::string& times() const { return times_; }
  const std::string& minus() const { return minus_; }
  const std::string& at() const { return at_; }

 private:
  Term any(const Dims& dims, int depth, Place place);
  Term leaf(const Dims& dims, Place place);
  Term bounded(Term term, double bound);
  // Each of these draws one form; nothing if it does not suit the dims.
  std::optional<Term> unary(const Dims& dims, int depth, Place place);
  std::optional<Term> guarded(const Dims& dims, int depth, Place place);
  std::optional<Term> function(const Dims& dims, int depth, Place place);
  std::optional<Term> arithmetic(const Dims& dims, int depth, Place place);
  std::optional<Term> cornered(const Dims& dims, int depth, Place place);
  std::optional<Term> reduced(const Dims& dims, int depth);
  std::optional<Term> softmax(const Dims& dims, int depth);
  std::optional<Term> product(const Dims& dims, int depth);
  std::optional<Term> outer(const Dims& dims, int depth);
  std::optional<Term> window(const Dims& dims);
  std::optional<Term> arranged(const Dims& dims, int depth);
  // Of the dims, or sometimes of some of them: broadcasting is by name.
  Term part(const Dims& dims, int depth, Place place, double bound);

  Dice& dice_;
  bool smooth_;
  std::string times_ = " * ", minus_ = " - ", at_ = " @ ";
  std::vector<Dim> dims_;
  std::vector<Value> values_;
  std::vector<std::pair<std::string, Dims>> with_past_;
  std::vector<std::string> parameters_;
};

}  // namespace rnnc::random_cells
