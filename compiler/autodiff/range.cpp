#include "compiler/autodiff/range.h"

#include <algorithm>

#include "compiler/autodiff/range_arithmetic.h"
#include "compiler/ir/rewrite.h"
#include "compiler/support/check.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ValueId;

constexpr double kInfinity = Range::kInfinity;

// The value behind `detach` and `broadcast`.
ValueId stripped(const Function& function, ValueId value) {
  const Instr* instr = function.producer(value);
  while (instr != nullptr && (instr->op == Op::detach || instr->op == Op::broadcast)) {
    value = instr->operands[0];
    instr = function.producer(value);
  }
  return value;
}

// s[t] = max(a[t] + s[t-1], b[t]) is nowhere below b, nor below a + shift s, which may stand there as
// (shift s) − c with a = −c.
bool bounds_in_prefix(const Function& function, ValueId bound, ValueId value) {
  const Instr& prefix = *function.producer(bound);
  const auto& how = std::get<ir::PrefixAttr>(prefix.attributes);
  if (how.kind == ir::PrefixKind::max) return stripped(function, value) == prefix.operands[0];
  if (how.kind != ir::PrefixKind::affine || how.semiring != ir::Semiring::max_plus) return false;
  if (stripped(function, value) == prefix.operands[1]) return true;
  const Instr* sum = function.producer(value);
  if (sum == nullptr || how.direction != ir::Direction::forward) return false;
  auto is_carried = [&](ValueId operand) {
    const Instr* shift = function.producer(operand);
    return shift != nullptr && shift->op == Op::shift &&
           std::get<ir::ShiftAttr>(shift->attributes) == ir::ShiftAttr{how.time, 1} &&
           shift->operands == std::vector{bound, prefix.operands[2]};
  };
  const ValueId a = prefix.operands[0];
  if (sum->op == Op::add) {
    return (is_carried(sum->operands[0]) && sum->operands[1] == a) ||
           (is_carried(sum->operands[1]) && sum->operands[0] == a);
  }
  const Instr* negative = function.producer(a);
  return sum->op == Op::sub && is_carried(sum->operands[0]) && negative != nullptr &&
         negative->op == Op::neg && negative->operands[0] == sum->operands[1];
}

// `bound` is nowhere below `value`: it is a maximum in which `value` takes part. This is how exponential
// gates and softmax keep their exponents from being positive.
bool bounds(const Function& function, ValueId bound, ValueId value) {
  bound = stripped(function, bound);
  if (bound == stripped(function, value)) return true;
  const Instr* instr = function.producer(bound);
  if (instr == nullptr) return false;
  if (instr->op == Op::max) {
    return bounds(function, instr->operands[0], value) || bounds(function, instr->operands[1], value);
  }
  if (instr->op == Op::prefix) return bounds_in_prefix(function, bound, value);
  if (instr->op != Op::reduce) return false;
  bool maximum = std::get<ir::ReduceAttr>(instr->attributes).reduction == ir::Reduction::max;
  return maximum && stripped(function, instr->operands[0]) == stripped(function, value);
}

// Σ exp(z − max z) is at least e⁰, if both run over the same dims.
bool sums_softmax(const Function& function, const Instr& sum) {
  const Instr* exp = function.producer(sum.operands[0]);
  if (exp == nullptr || exp->op != Op::exp) return false;
  const Instr* difference = function.producer(exp->operands[0]);
  if (difference == nullptr || difference->op != Op::sub) return false;
  const Instr* largest = function.producer(stripped(function, difference->operands[1]));
  if (largest == nullptr || largest->op != Op::reduce ||
      !bounds(function, difference->operands[1], difference->operands[0])) {
    return false;
  }
  return std::get<ir::ReduceAttr>(largest->attributes).over == std::get<ir::ReduceAttr>(sum.attributes).over;
}

class Analysis {
 public:
  Analysis(const Function& function, const ir::DimTable& dims, const std::vector<std::string>& infinite,
           const std::vector<Range>& parameters)
      : function_(function), dims_(dims), infinite_(infinite) {
    ranges_.values.resize(function.values().size(), Range::anything());
    ranges_.bodies.resize(function.instrs().size());
    for (size_t i = 0; i < parameters.size(); i++) of(function.parameters()[i]) = parameters[i];
  }

  Ranges run() {
    for (size_t index = 0; index < function_.instrs().size(); index++) {
      const Instr& instr = function_.instrs()[index];
      if (instr.op == Op::scan) {
        scan(instr, index);
      } else {
        of(instr.results[0]) = result(instr);
      }
    }
    return std::move(ranges_);
  }

 private:
  Range& of(ValueId value) { return ranges_.values[value.index]; }
  Range& a(const Instr& instr) { return of(instr.operands[0]); }
  Range& b(const Instr& instr) { return of(instr.operands[1]); }

  Range result(const Instr& instr);
  Range input(const Instr& instr);
  Range constant(const Instr& instr);
  Range random(const Instr& instr);
  Range cast(const Instr& instr);
  Range sub(const Instr& instr);
  Range contract(const Instr& instr);
  Range reduce(const Instr& instr);
  Range any_operand(const Instr& instr);
  Range prefix(const Instr& instr);
  void scan(const Instr& instr, size_t index);

  const Function& function_;
  const ir::DimTable& dims_;
  const std::vector<std::string>& infinite_;
  Ranges ranges_;
};

Range Analysis::result(const Instr& instr) {
  switch (instr.op) {
    case Op::param:
      return {};
    case Op::input:
      return input(instr);
    case Op::constant:
      return constant(instr);
    case Op::iota:
      return {0, kInfinity};
    case Op::random:
      return random(instr);
    case Op::neg:
      return range_neg(a(instr));
    case Op::abs:
      return range_abs(a(instr));
    case Op::exp:
      return range_exp(a(instr));
    case Op::log:
      return range_log(a(instr));
    case Op::sqrt:
      return range_sqrt(a(instr));
    case Op::sigmoid:
      return range_squash(a(instr), 0, 1);
    case Op::tanh:
      return range_squash(a(instr), -1, 1);
    case Op::softplus:
      return range_softplus(a(instr));
    case Op::sin:
    case Op::cos:
      return range_wave(a(instr));
    case Op::cast:
      return cast(instr);
    case Op::add:
      return range_add(a(instr), b(instr));
    case Op::sub:
      return sub(instr);
    case Op::mul:
      return instr.operands[0] == instr.operands[1] ? range_square(a(instr)) : range_mul(a(instr), b(instr));
    case Op::div:
      return range_div(a(instr), b(instr));
    case Op::pow:
      return range_pow(a(instr), b(instr));
    case Op::max:
      return range_max(a(instr), b(instr));
    case Op::min:
      return range_min(a(instr), b(instr));
    case Op::less:
    case Op::equal:
      return {0, 1};
    case Op::select:
      return hull(b(instr), of(instr.operands[2]));
    case Op::contract:
      return contract(instr);
    case Op::reduce:
      return reduce(instr);
    case Op::detach:
    case Op::broadcast:
    case Op::view:
    case Op::slice:
    case Op::flip:
      return a(instr);
    case Op::concat:
      return any_operand(instr);
    case Op::pad:
    case Op::gather:
      return with_zero(a(instr));
    case Op::scatter_add:
      return range_sum(a(instr));
    case Op::shift:
      return with_zero(any_operand(instr));
    case Op::prefix:
      return prefix(instr);
    case Op::scan:
      break;
  }
  RNNC_UNREACHABLE("a scan has several results");
}

Range Analysis::input(const Instr& instr) {
  const std::string& name = std::get<ir::NameAttr>(instr.attributes).name;
  bool infinite = std::find(infinite_.begin(), infinite_.end(), name) != infinite_.end();
  if (infinite) return {-kInfinity, kInfinity, true, true, false};
  return name.starts_with("lengths.") ? Range{0, kInfinity} : Range{};
}

Range Analysis::constant(const Instr& instr) {
  Range range{kInfinity, -kInfinity};
  for (double value : std::get<ir::ConstAttr>(instr.attributes).values) {
    if (value != value) range.nan = true;
    if (value == kInfinity) range.plus_infinity = true;
    if (value == -kInfinity) range.minus_infinity = true;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range.low <= range.high ? range : Range::anything();
}

Range Analysis::random(const Instr& instr) {
  bool normal = std::get<ir::RandomAttr>(instr.attributes).distribution == ir::Distribution::normal;
  return normal ? Range{} : Range{0, 1};
}

Range Analysis::cast(const Instr& instr) {
  if (function_.type(instr.results[0]).element == ir::Element::boolean) return {0, 1};
  return a(instr);
}

Range Analysis::sub(const Instr& instr) {
  Range range = range_add(a(instr), range_neg(b(instr)));
  if (bounds(function_, instr.operands[1], instr.operands[0])) {
    range.high = std::min(range.high, 0.0);
    range.plus_infinity = false;
  }
  return range;
}

Range Analysis::contract(const Instr& instr) {
  bool square = instr.operands[0] == instr.operands[1];
  Range product = square ? range_square(a(instr)) : range_mul(a(instr), b(instr));
  return std::get<ir::OverAttr>(instr.attributes).over.empty() ? product : range_sum(product);
}

Range Analysis::reduce(const Instr& instr) {
  const auto& attr = std::get<ir::ReduceAttr>(instr.attributes);
  if (attr.reduction != ir::Reduction::sum) {
    bool surely_some = std::all_of(attr.over.begin(), attr.over.end(), [&](ir::DimId dim) {
      return dims_[dim].kind == ir::DimKind::constant && dims_[dim].size > 0;
    });
    return surely_some ? a(instr) : with_zero(a(instr));
  }
  Range range = range_sum(a(instr));
  // Where there are no elements the sum is 0, but then nothing is divided by it either.
  if (sums_softmax(function_, instr)) range.low = 1;
  return range;
}

Range Analysis::any_operand(const Instr& instr) {
  Range range = a(instr);
  for (ValueId operand : instr.operands) range = hull(range, of(operand));
  return range;
}

Range Analysis::prefix(const Instr& instr) {
  const auto& attr = std::get<ir::PrefixAttr>(instr.attributes);
  Range all = any_operand(instr);
  if (attr.kind == ir::PrefixKind::max) return all;
  if (attr.kind == ir::PrefixKind::sum) return range_sum(all);
  if (all.finite()) return {};
  if (attr.semiring == ir::Semiring::plus_times) return Range::anything();
  // max(a + s, b) is -∞ only where b is.
  const Range& candidate = b(instr);
  bool opposite = all.plus_infinity && all.minus_infinity;
  return {candidate.low, kInfinity, candidate.minus_infinity, all.plus_infinity, all.nan || opposite};
}

// Carries start at their first values and grow until the body adds nothing; a bound that moves jumps to
// infinity, so few rounds do.
void Analysis::scan(const Instr& instr, size_t index) {
  const ir::ScanParts scan(instr);
  std::vector<Range> parameters;
  for (ValueId operand : instr.operands) parameters.push_back(of(operand));
  Range* carries = parameters.data() + scan.each.size() + scan.with.size();
  bool grew = true;
  Ranges body;
  while (grew) {
    body = Analysis(scan.body, dims_, infinite_, parameters).run();
    grew = false;
    for (size_t k = 0; k < scan.first.size(); k++) {
      Range wider = hull(carries[k], body[scan.next(k)]);
      if (wider == carries[k]) continue;
      if (wider.low < carries[k].low) wider.low = -kInfinity;
      if (wider.high > carries[k].high) wider.high = kInfinity;
      carries[k] = wider;
      grew = true;
    }
  }
  for (size_t i = 0; i < scan.outs.size(); i++) of(scan.outs[i]) = body[scan.out(i)];
  for (size_t k = 0; k < scan.finals.size(); k++) of(scan.finals[k]) = carries[k];
  ranges_.bodies[index] = std::move(body);
}

}  // namespace

Ranges ranges_of(const Function& function, const ir::DimTable& dims,
                 const std::vector<std::string>& infinite) {
  return Analysis(function, dims, infinite, {}).run();
}

}  // namespace rnnc::autodiff
