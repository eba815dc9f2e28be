#include "compiler/interp/origin.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>

#include "compiler/interp/evaluate.h"

namespace rnnc::interp {

namespace {

// The number of a fault travels in the payload of a NaN: arithmetic hands the payload of an operand that is
// NaN on to its result, so that every op, scan and sum carries it along without knowing. 0: nobody has given
// it a number.
constexpr uint64_t kQuiet = 0x7FF8'0000'0000'0000, kPayload = 0xFFFF'FFFF;

constexpr size_t kMostEvents = 200'000;  // what comes later shares the last number

double tagged(uint32_t number) { return std::bit_cast<double>(kQuiet | number); }
uint32_t tag_of(double nan) { return static_cast<uint32_t>(std::bit_cast<uint64_t>(nan) & kPayload); }

double to_f32(double x) {
  constexpr double kMost = std::numeric_limits<float>::max(), kLeast = std::numeric_limits<float>::min();
  if (std::isnan(x)) return x;
  if (std::fabs(x) > kMost) return std::copysign(std::numeric_limits<double>::infinity(), x);
  return std::fabs(x) < kLeast ? 0.0 : static_cast<double>(static_cast<float>(x));
}

bool by_elements(ir::Family family) {
  return family == ir::Family::unary || family == ir::Family::binary || family == ir::Family::select;
}

// Functions and instructions are those of the run, and live as long.
struct Event {
  const ir::Function* function;
  const ir::Instr* instr;
  const ir::Instr* scan;  // or null
  size_t result;
  Origin origin;  // only value, operands and place
};

// Where what the instruction made is read, and what is made of that.
std::vector<support::Span> readers_of(const ir::Function& function, const ir::Instr& made) {
  std::vector<bool> made_of_it(function.values().size(), false);
  for (ir::ValueId value : made.results) made_of_it[value.index] = true;
  std::vector<support::Span> readers;
  for (const ir::Instr& instr : function.instrs()) {
    if (std::ranges::none_of(instr.operands, [&](ir::ValueId value) { return made_of_it[value.index]; }))
      continue;
    readers.push_back(instr.span);
    for (ir::ValueId value : instr.results) made_of_it[value.index] = true;
  }
  return readers;
}

class Follower : public Watch {
 public:
  explicit Follower(Fault fault) : fault_(fault) {}

  void see(const Call& call, std::vector<Ref>& results) override {
    const ir::Family family = ir::info(call.instr().op).family;
    if (family == ir::Family::scan) return;  // its body has been seen
    for (size_t k = 0; k < results.size(); ++k) {
      if (call.type(k).element == ir::Element::real) results[k] = seen(call, k, results[k]);
    }
  }

  Origin origin(uint32_t number) const {
    const Event& event = events_[number - 1];
    Origin origin = event.origin;
    origin.op = event.instr->op;
    origin.span = event.instr->span;
    origin.name = (*event.function)[event.instr->results[event.result]].name;
    if (const auto* name = std::get_if<ir::NameAttr>(&event.instr->attributes)) origin.name = name->name;
    origin.readers = readers_of(*event.function, *event.instr);
    if (event.scan != nullptr) origin.readers.push_back(event.scan->span);
    return origin;
  }

 private:
  Ref seen(const Call& call, size_t result, const Ref& array) {
    auto copy = std::make_shared<Array>(*array);
    for (size_t i = 0; i < copy->values.size(); ++i) {
      double& value = copy->values[i];
      value = to_f32(value);
      if (std::isnan(value) ? tag_of(value) != 0 : !std::isinf(value)) continue;
      if (std::isinf(value) && !infinity_is_made(call, i)) continue;
      if (events_.size() < kMostEvents) events_.push_back(event(call, result, *copy, i));
      value = tagged(static_cast<uint32_t>(events_.size()));
    }
    return copy;
  }

  // Of finite numbers, where that is a fault.
  bool infinity_is_made(const Call& call, size_t i) const {
    if (fault_ == Fault::nan) return false;
    switch (call.instr().op) {
      case ir::Op::param:
        return true;
      case ir::Op::input:
      case ir::Op::constant:
        return false;
      default:
        break;
    }
    const bool single = by_elements(ir::info(call.instr().op).family);
    for (size_t k = 0; k < call.operands(); ++k) {
      const std::vector<double>& values = call.operand(k).values;
      if (single ? std::isinf(values[i])
                 : std::ranges::any_of(values, [](double x) { return std::isinf(x); }))
        return false;
    }
    return true;
  }

  static Event event(const Call& call, size_t result, const Array& array, size_t i) {
    const ir::Instr& instr = call.instr();
    Event event{&call.function(), &instr, call.context().scan, result, {}};
    Origin& origin = event.origin;
    origin.value = array.values[i];
    if (by_elements(ir::info(instr.op).family)) {
      for (size_t k = 0; k < call.operands(); ++k) origin.operands.push_back(call.operand(k).values[i]);
    }
    origin.t = call.context().t;
    const ir::Type& type = call.type(result);
    auto rest = static_cast<int64_t>(i);
    for (size_t d = type.dims.size(); d-- > 0;) {
      const int64_t at = rest % array.shape[d];
      rest /= array.shape[d];
      const ir::DimKind kind = call.extents().dims()[type.dims[d]].kind;
      if (kind == ir::DimKind::batch) origin.row = at;
      if (kind == ir::DimKind::time) origin.t = at;
    }
    return event;
  }

  Fault fault_;
  std::vector<Event> events_;  // of number k at k - 1
};

}  // namespace

support::Result<std::optional<Origin>> find_origin(const ir::Function& function, const ir::DimTable& dims,
                                                   const Arguments& arguments, Fault fault) {
  Follower follower(fault);
  auto results = interpret_watched(function, dims, arguments, &follower);
  if (!results) return results.error();
  uint32_t first = 0;
  for (const auto& [name, array] : *results) {
    for (double value : array.values) {
      if (!std::isnan(value) || array.element != ir::Element::real) continue;
      const uint32_t tag = tag_of(value);
      if (tag != 0 && (first == 0 || tag < first)) first = tag;
    }
  }
  if (first == 0) return std::optional<Origin>();
  return std::optional<Origin>(follower.origin(first));
}

}  // namespace rnnc::interp
