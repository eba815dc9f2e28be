#include "tests/random_cells/expressions.h"

#include <fmt/format.h>

#include <cmath>

namespace rnnc::random_cells {

namespace {

constexpr double kValue = 2;  // a value's magnitude

Term operation(const Term& a, const std::string& sign, const Term& b, double bound) {
  return {in_parens(a) + sign + in_parens(b), bound, false};
}

Term call(const std::string& function, const Term& argument, double bound) {
  return {fmt::format("{}({})", function, argument.text), bound};
}

}  // namespace

Expressions::Expressions(Dice& dice, bool smooth) : dice_(dice), smooth_(smooth) {
  if (dice.chance(20)) times_ = " ⊙ ";
  if (dice.chance(20)) minus_ = " − ";
  if (dice.chance(20)) at_ = " · ";
}

std::string Expressions::number(bool positive) {
  const auto hundredths = static_cast<int>(dice_.below(97)) + 1;
  const bool negative = !positive && dice_.chance(40);
  return fmt::format("{}0.{:02}", negative ? "-" : "", hundredths);
}

std::optional<Dim> Expressions::other_dim(const Dims& dims) {
  std::vector<Dim> others;
  for (const Dim& dim : dims_) {
    if (!has(dims, dim)) others.push_back(dim);
  }
  if (others.empty()) return std::nullopt;
  return dice_.of(others);
}

std::string Expressions::parameter(const Dims& dims) {
  const std::string name = fmt::format("p{}", parameters_.size() + 1);
  static const std::vector<std::string> starts = {"", "", " ~ uniform(-0.5, 0.5)", " ~ normal(0, 0.3)",
                                                  " ~ constant(0.2)"};
  parameters_.push_back(fmt::format("param {}: {}{}", name, text(dims), dice_.of(starts)));
  return name;
}

std::optional<Value> Expressions::value(const Dims& dims) {
  std::vector<Value> fitting;
  for (const Value& value : values_) {
    if (value.dims == dims) fitting.push_back(value);
  }
  if (fitting.empty()) return std::nullopt;
  // The last ones more often, for what nothing reads tests little.
  const size_t from = dice_.chance(50) ? fitting.size() / 2 : 0;
  return fitting[from + dice_.below(fitting.size() - from)];
}

// A name may stand only once among them, for `linear` labels its weights by it.
std::string Expressions::linear_arguments() {
  const Value first = dice_.of(values_);
  std::string all = first.text;
  const size_t form = dice_.below(4);
  const Value second = dice_.of(values_);
  if (second.text == first.text || form == 0) return all;
  if (form == 1 && !first.dims.empty() && first.dims.size() == second.dims.size()) {
    const bool join = std::equal(first.dims.begin(), first.dims.end() - 1, second.dims.begin());
    if (join) return fmt::format("[{}, {}]", first.text, second.text);
  }
  return form == 2 ? fmt::format("{}, second = tanh({})", all, second.text) : all + ", " + second.text;
}

Term Expressions::draw(const Dims& dims, int depth, Place place, double bound) {
  return bounded(any(dims, depth, place), bound);
}

Term Expressions::bounded(Term term, double bound) {
  if (term.bound <= bound) return term;
  switch (dice_.below(smooth_ ? 4 : 5)) {
    case 0:
      return call("sigmoid", term, 1);
    case 1:
      return call("sin", term, 1);
    case 4: {
      const std::string low = number(true), high = number(true);
      return {fmt::format("clamp({}, -{}, {})", term.text, low, high), 1};
    }
    default:
      return call("tanh", term, 1);
  }
}

Term Expressions::any(const Dims& dims, int depth, Place place) {
  if (depth <= 0 || dice_.chance(10)) return leaf(dims, place);
  for (int attempt = 0; attempt < 8; ++attempt) {
    std::optional<Term> term;
    switch (dice_.below(16)) {
      case 0:
      case 1:
        term = unary(dims, depth, place);
        break;
      case 2:
        term = guarded(dims, depth, place);
        break;
      case 3:
        term = function(dims, depth, place);
        break;
      case 4:
      case 5:
      case 6:
        term = arithmetic(dims, depth, place);
        break;
      case 7:
      case 8:
        term = cornered(dims, depth, place);
        break;
      case 9:
        term = reduced(dims, depth);
        break;
      case 10:
        term = softmax(dims, depth);
        break;
      case 11:
      case 12:
        term = product(dims, depth);
        break;
      case 13:
        term = outer(dims, depth);
        break;
      case 14:
        term = window(dims);
        break;
      default:
        term = arranged(dims, depth);
        break;
    }
    if (term) return *term;
  }
  return leaf(dims, place);
}

Term Expressions::leaf(const Dims& dims, Place place) {
  const size_t form = dice_.below(100);
  if (place == Place::line && form < 25) {
    const std::string arguments = linear_arguments();
    return {fmt::format("linear{}({})", dice_.chance(15) ? "[bias = false]" : "", arguments), 4};
  }
  if (place == Place::line && form < 35 && dims.size() >= 2) {
    for (const Value& value : values_) {
      if (value.dims.size() >= 2 && value.dims[0] == dims[0] && dice_.chance(60))
        return {fmt::format("headwise({})", value.text), 4};
    }
  }
  if (form >= 90 && !dims.empty()) {
    std::string sizes = text(dims);
    const std::string arguments = linear_arguments();
    return {fmt::format("linear{}({})", sizes, arguments), 4};
  }
  if (auto known = value(dims); known && form < 85) return {known->text, kValue};
  if (dims.empty() && form % 2 == 0) return {number(true), 1};
  return {parameter(dims), 1};
}

Term Expressions::part(const Dims& dims, int depth, Place place, double bound) {
  if (dims.empty() || dice_.chance(60)) return draw(dims, depth, place, bound);
  Dims fewer;
  for (const Dim& dim : dims) {
    if (dice_.chance(50)) fewer.push_back(dim);
  }
  // `linear` would take the shape of the whole line.
  return draw(fewer, depth, fewer == dims ? place : Place::inner, bound);
}

std::optional<Term> Expressions::unary(const Dims& dims, int depth, Place place) {
  static const std::vector<std::string> names = {"sigmoid", "tanh", "sin", "cos", "σ"};
  if (dice_.chance(15)) {
    const Term negated = any(dims, depth - 1, place);
    return Term{"-" + in_parens(negated), negated.bound, false};
  }
  const std::string name = dice_.of(names);
  return call(name, any(dims, depth - 1, place), 1);
}

// What may overflow or has no value everywhere.
std::optional<Term> Expressions::guarded(const Dims& dims, int depth, Place place) {
  const size_t form = dice_.below(7);
  const Term a = draw(dims, depth - 1, place, 1.5);
  switch (form) {
    case 0:
      return call("exp", a, std::exp(1.5));
    case 1:
      return Term{fmt::format("log({} ^ 2 + 0.6)", in_parens(a)), 1.1};
    case 2:
      return Term{fmt::format("sqrt({} ^ 2 + 0.4)", in_parens(a)), 1.7};
    case 3:
      return Term{fmt::format("√({} ^ 2 + 0.4)", in_parens(a)), 1.7, false};
    case 4:
      return Term{in_parens(a) + (dice_.chance(50) ? " ^ 2" : " ^ 3"), 3.4, false};
    case 5: {
      const Term exponent = draw(dims, depth - 1, place, 1);
      return Term{fmt::format("(0.4 + {} ^ 2) ^ {}", in_parens(a), in_parens(exponent)), 2.7, false};
    }
    default: {
      const Term b = part(dims, depth - 1, place, 1.5);
      return Term{fmt::format("{} / (1.2 + exp({}))", in_parens(a), b.text), 1.3, false};
    }
  }
}

// Of the library.
std::optional<Term> Expressions::function(const Dims& dims, int depth, Place place) {
  static const std::vector<std::string> smooth = {"silu", "log_sigmoid", "square", "softplus", "detach"};
  static const std::vector<std::string> all = {"silu",   "log_sigmoid",  "square",          "softplus",
                                               "detach", "hard_sigmoid", "leaky_relu[0.1]", "relu"};
  const std::string name = dice_.of(smooth_ ? smooth : all);
  if (dice_.chance(20)) {  // drops nothing, for nothing is trained
    const Term dropped = draw(dims, depth - 1, place, 2);
    return call(dice_.chance(50) ? "dropout[0.2]" : "dropout[0.5, per = sequence]", dropped, 2);
  }
  // A gradient that stops is not what differences see.
  if (smooth_ && name == "detach") return std::nullopt;
  return call(name, draw(dims, depth - 1, place, 2), 4);
}

std::optional<Term> Expressions::arithmetic(const Dims& dims, int depth, Place place) {
  const size_t form = dice_.below(4);
  Term a = form == 2 ? draw(dims, depth - 1, place, 2) : part(dims, depth - 1, place, 2);
  Term b = draw(dims, depth - 1, place, 2);
  if (dice_.chance(50)) std::swap(a, b);
  switch (form) {
    case 0:
      return operation(a, " + ", b, a.bound + b.bound);
    case 1:
      return operation(a, minus_, b, a.bound + b.bound);
    case 2: {
      const Term gate = part(dims, 0, place, 1);  // it stands there twice
      return Term{fmt::format("{}{}{} + (1{}{}){}{}", in_parens(gate), times_, in_parens(a), minus_,
                              in_parens(gate), times_, in_parens(b)),
                  a.bound + 2 * b.bound, false};
    }
    default:
      return operation(a, times_, b, a.bound * b.bound);
  }
}

std::optional<Term> Expressions::cornered(const Dims& dims, int depth, Place place) {
  if (smooth_) return std::nullopt;
  static const std::vector<std::string> comparisons = {"<", "<=", ">", ">=", "≤", "≥"};
  const size_t form = dice_.below(5);
  const Term a = draw(dims, depth - 1, place, 2);
  if (form == 0) return call("abs", a, a.bound);
  if (form == 1) {
    const std::string low = number(true), high = number(true);
    return Term{fmt::format("clamp({}, -{}, {})", a.text, low, high), 1};
  }
  const Term b = part(dims, depth - 1, place, 2);
  const std::string turn = dice_.of(comparisons), at_number = number();
  if (form == 2) return Term{fmt::format("{}({}, {})", dice_.chance(50) ? "max" : "min", a.text, b.text), 2};
  const Term asked = part(dims, depth - 1, place, 2);
  if (form == 3)
    return Term{fmt::format("({} {} {}){}{}", in_parens(asked), turn, at_number, times_, in_parens(a)), 2,
                false};
  return Term{fmt::format("where({} {} {}, {}, {})", in_parens(asked), turn, at_number, a.text, b.text), 2};
}

std::optional<Term> Expressions::reduced(const Dims& dims, int depth) {
  const auto over = other_dim(dims);
  if (!over) return std::nullopt;
  Dims wide = dims;
  wide.insert(wide.begin() + static_cast<std::ptrdiff_t>(dice_.below(dims.size() + 1)), *over);
  static const std::vector<std::string> all = {"sum", "mean", "max", "min"}, smooth = {"sum", "mean"};
  const std::string name = dice_.of(smooth_ ? smooth : all);
  const Term inside = draw(wide, depth - 1, Place::inner, 1.5);
  return Term{fmt::format("{}[{}]({})", name, over->text, inside.text), name == "sum" ? 5. : 1.5};
}

std::optional<Term> Expressions::softmax(const Dims& dims, int depth) {
  if (dims.empty()) return std::nullopt;
  const bool log = dice_.chance(30), named = dice_.chance(40);
  const Dim over = named ? dice_.of(dims) : dims.back();
  if (std::count(dims.begin(), dims.end(), over) != 1) return std::nullopt;
  const Term inside = draw(dims, depth - 1, Place::inner, 2);
  return Term{
      fmt::format("{}softmax{}({})", log ? "log_" : "", named ? "[" + over.text + "]" : "", inside.text),
      log ? 5. : 1.};
}

// W @ v, v @ W, M @ v with a matrix of each sample, dot.
std::optional<Term> Expressions::product(const Dims& dims, int depth) {
  const size_t form = dice_.below(5);
  const double grown = 5;
  const auto other = other_dim(dims);
  if (form == 4) {
    if (!other) return std::nullopt;
    const Term a = draw(with(dims, *other), depth - 1, Place::inner, 1.5);
    const Term b = draw(with(dims, *other), 0, Place::inner, 1.5);
    return Term{fmt::format("dot({}, {})", a.text, b.text), grown};
  }
  if (form == 3 && dims.size() == 2 && other) {  // the first dim goes along
    const Term a = draw(with(dims, *other), depth - 1, Place::inner, 1.5);
    const Term b = draw({dims[0], *other}, depth - 1, Place::inner, 1.5);
    return operation(a, at_, b, grown);
  }
  if (dims.size() > 2) return std::nullopt;
  if (form == 2 && !dims.empty()) {
    const auto left = value({any_dim()}), right = value({any_dim()});
    if (!left || !right || left->text == right->text) return std::nullopt;
    const Dim joined{left->dims[0].text + " + " + right->dims[0].text};
    const std::string weights = parameter(with(dims, joined));
    return Term{fmt::format("{}{}[{}, {}]", weights, at_, left->text, right->text), grown, false};
  }
  const bool square = !dims.empty() && dice_.chance(50);
  if (!square && !other) return std::nullopt;
  const Dim over = square ? dims.back() : *other;
  const Term vector = draw({over}, depth - 1, Place::inner, 2);
  if (form == 0 || dims.empty()) return operation({parameter(with(dims, over))}, at_, vector, grown);
  Dims turned = dims;
  turned.insert(turned.begin(), over);
  return operation(vector, at_, {parameter(turned)}, grown);
}

std::optional<Term> Expressions::outer(const Dims& dims, int depth) {
  if (dims.size() < 2 || dims[dims.size() - 1] == dims[dims.size() - 2]) return std::nullopt;
  Dims left(dims.begin(), dims.end() - 1), right = left;
  right.back() = dims.back();
  const Term a = draw(left, depth - 1, Place::inner, 1.5);
  const Term b = draw(right, depth - 1, Place::inner, 1.5);
  return Term{fmt::format("outer({}, {})", a.text, b.text), a.bound * b.bound};
}

// The last values of an input or a state, under weights or not.
std::optional<Term> Expressions::window(const Dims& dims) {
  std::vector<std::string> fitting;
  for (const auto& [name, shape] : with_past_) {
    if (shape == dims) fitting.push_back(name);
  }
  if (fitting.empty()) return std::nullopt;
  const std::string name = dice_.of(fitting);
  const std::string count = fmt::format("{}", dice_.below(3) + 1);
  static const std::vector<std::string> all = {"sum", "mean", "max", "min"}, smooth = {"sum", "mean"};
  const std::string over = dice_.of(smooth_ ? smooth : all);
  std::string inside = fmt::format("window[{}]({})", count, name);
  if (dice_.chance(60)) {
    Dims wide = dims;
    wide.insert(wide.begin(), {count});
    inside = parameter(wide) + times_ + inside;
  }
  return Term{fmt::format("{}[{}]({})", over, count, inside), 4};
}

// The same numbers under another shape.
std::optional<Term> Expressions::arranged(const Dims& dims, int depth) {
  if (dims.size() < 2) return std::nullopt;
  std::string flat;
  for (const Dim& dim : dims) {
    const bool sum = dim.text.find('+') != std::string::npos;
    flat += (flat.empty() ? "" : " * ") + (sum ? "(" + dim.text + ")" : dim.text);
  }
  const Dims turned(dims.rbegin(), dims.rend());
  if (dice_.chance(50)) {
    const Term inside = draw(turned, depth - 1, Place::inner, 2);
    const std::string sizes = text(dims);
    return Term{fmt::format("reshape{}({})", sizes, inside.text), 2};
  }
  const std::string arguments = linear_arguments();
  return Term{fmt::format("reshape{}(tanh(linear[{}]({})))", text(dims), flat, arguments), 1};
}

}  // namespace rnnc::random_cells
