// What the evaluation of one instruction sees.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "compiler/interp/extents.h"

namespace rnnc::interp {

// Values are shared, never changed: slices and carries of scans pass from hand to hand without copies.
using Ref = std::shared_ptr<const Array>;

// Which sequences run. All of them, but in the body of a scan those that have the step.
struct Running {
  std::vector<uint8_t> rows;
  bool all = true;
};

class Watch;

struct Context {
  const Extents& extents;
  const Arguments& arguments;
  Running running;
  Watch* watch = nullptr;  // sees every instruction
  // In the body of a scan, the step and the scan.
  std::optional<int64_t> t = {};
  const ir::Instr* scan = nullptr;
};

class Call {
 public:
  Call(const Context& context, const ir::Function& function, const ir::Instr& instr,
       const std::vector<Ref>& values)
      : context_(context), function_(function), instr_(instr), values_(values) {}

  const Context& context() const { return context_; }
  const Extents& extents() const { return context_.extents; }
  const ir::Function& function() const { return function_; }
  const ir::Instr& instr() const { return instr_; }
  template <class Attr>
  const Attr& attribute() const {
    return std::get<Attr>(instr_.attributes);
  }
  size_t operands() const { return instr_.operands.size(); }
  const Ref& shared(size_t i) const { return values_[instr_.operands[i].index]; }
  const Array& operand(size_t i) const { return *shared(i); }
  const ir::Type& operand_type(size_t i) const { return function_.type(instr_.operands[i]); }
  const ir::Type& type(size_t result = 0) const { return function_.type(instr_.results[result]); }
  bool of_i32() const { return type().element == ir::Element::i32; }
  // Zeros of a result's type.
  Array make(size_t result = 0) const { return zeros(type(result)); }
  Array zeros(const ir::Type& type) const;

 private:
  const Context& context_;
  const ir::Function& function_;
  const ir::Instr& instr_;
  const std::vector<Ref>& values_;
};

// What looks over the shoulder of a run.
class Watch {
 public:
  virtual ~Watch() = default;
  // After an instruction; what is left in `results` is what others read.
  virtual void see(const Call& call, std::vector<Ref>& results) = 0;
};

// i32 arithmetic wraps around.
inline double wrapped(int64_t value) {
  return static_cast<double>(static_cast<int32_t>(static_cast<uint32_t>(value)));
}

// NaN wins; at a tie the first.
inline double larger(double a, double b) { return a != a || b != b ? a + b : (b > a ? b : a); }
inline double smaller(double a, double b) { return a != a || b != b ? a + b : (b < a ? b : a); }

}  // namespace rnnc::interp
