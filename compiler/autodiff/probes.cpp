#include "compiler/autodiff/probes.h"

#include <memory>
#include <utility>

#include "compiler/ir/rewrite.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::InstrId;
using ir::ValueId;

// In which orders a value goes through the sequences that the function is given.
struct Orders {
  bool ahead = false, back = false;
  void add(Orders other) { ahead |= other.ahead, back |= other.back; }
};

std::vector<Orders> orders_of(const Function& function, const ir::DimTable& dims) {
  std::vector<Orders> orders(function.values().size());
  for (const ir::Instr& instr : function.instrs()) {
    Orders read;
    if (instr.op == ir::Op::input) read.ahead = true;
    for (ValueId operand : instr.operands) read.add(orders[operand.index]);
    if (instr.op == ir::Op::flip) std::swap(read.ahead, read.back);
    for (ValueId result : instr.results) {
      if (ir::time_of(function.type(result), dims).valid()) orders[result.index] = read;
    }
  }
  return orders;
}

class Prober {
 public:
  Prober(const Function& forward, const ir::DimTable& dims,
         const std::function<bool(const std::string&)>& wanted)
      : dims_(dims), wanted_(wanted), orders_(orders_of(forward, dims)), copy_(forward, dims) {}

  Probed run() {
    const std::vector<ir::Instr>& instrs = copy_.from().instrs();
    for (uint32_t i = 0; i < instrs.size(); ++i) {
      if (instrs[i].op == ir::Op::scan) {
        probe(instrs[i]);
      } else {
        copy_.copy(InstrId{i});
      }
    }
    return {copy_.finish(), std::move(probes_)};
  }

 private:
  void probe(const ir::Instr& scan);
  // An input for the probe, as the scan goes through it.
  ValueId sequence(const std::string& path, ir::Type type, ir::DimId time, bool flipped);

  const ir::DimTable& dims_;
  const std::function<bool(const std::string&)>& wanted_;
  std::vector<Orders> orders_;
  ir::Rewriter copy_;
  std::vector<Probe> probes_;
};

ValueId Prober::sequence(const std::string& path, ir::Type type, ir::DimId time, bool flipped) {
  type.dims.insert(type.dims.begin(), time);
  const ValueId probe = copy_.build().input("probe." + path, std::move(type));
  return flipped ? copy_.build().flip(probe, time) : probe;
}

// The body of a scan, in which some carries are moved.
class Body {
 public:
  Body(const ir::ScanParts& parts, const ir::DimTable& dims, const std::vector<bool>& probed)
      : parts_(parts), copy_(parts.body, dims, ir::Rewriter::Parameters::own), moves_(probed.size()) {
    for (ValueId slice : parts.each_params) copy_.copy_parameter(slice);
    for (size_t k = 0; k < probed.size(); ++k) {
      if (!probed[k]) continue;
      moves_[k] = copy_.build().function().add_parameter(parts.body.type(parts.next(k)),
                                                         "probe." + parts.carry_name(k));
    }
    for (ValueId whole : parts.with_params) copy_.copy_parameter(whole);
    for (ValueId carry : parts.carry_params) copy_.copy_parameter(carry);
  }

  Function run() {
    for (uint32_t i = 0; i < parts_.body.instrs().size(); ++i) {
      copy_.copy(InstrId{i});
      for (ValueId made : parts_.body.instrs()[i].results) move(made, parts_.body.instrs()[i].span);
    }
    Function& body = copy_.build().function();
    for (size_t i = 0; i < parts_.outs.size(); ++i) body.add_result(parts_.out_name(i), copy_[parts_.out(i)]);
    for (size_t k = 0; k < moves_.size(); ++k) body.add_result(parts_.carry_name(k), next(k));
    return copy_.finish({});
  }

 private:
  bool computed(size_t k) const { return parts_.body.producer(parts_.next(k)) != nullptr; }

  void move(ValueId made, support::Span span) {
    for (size_t k = 0; k < moves_.size(); ++k) {
      if (!moves_[k].valid() || parts_.next(k) != made) continue;
      copy_.build().at(span);
      copy_.replace(made, copy_.build().binary(ir::Op::add, copy_[made], moves_[k]));
    }
  }

  ValueId next(size_t k) {
    const ValueId value = copy_[parts_.next(k)];
    return moves_[k].valid() && !computed(k) ? copy_.build().binary(ir::Op::add, value, moves_[k]) : value;
  }

  const ir::ScanParts& parts_;
  ir::Rewriter copy_;
  std::vector<ValueId> moves_;  // by carry; invalid: it has no probe
};

void Prober::probe(const ir::Instr& scan) {
  const ir::ScanParts parts(scan);
  Orders read;
  for (ValueId slice : parts.each) read.add(orders_[slice.index]);
  const bool flipped = read.back && !read.ahead;
  const bool backwards = flipped != (parts.attr.direction == ir::Direction::backward);
  std::vector<bool> probed;
  std::vector<ValueId> operands = copy_.mapped(parts.each), first = copy_.mapped(parts.first);
  copy_.build().at(scan.span);
  for (size_t k = 0; k < parts.first.size(); ++k) {
    const std::string& path = parts.carry_name(k);
    const ir::Type& type = parts.body.type(parts.next(k));
    probed.push_back(type.element == ir::Element::real && wanted_(path));
    if (!probed.back()) continue;
    probes_.push_back({path, parts.attr.time, backwards});
    operands.push_back(sequence(path, type, parts.attr.time, flipped));
    first[k] = copy_.build().binary(ir::Op::add, first[k], copy_.build().input("first." + path, type));
  }
  const std::vector<ValueId> whole = copy_.mapped(parts.with);
  ir::ScanAttr attr = parts.attr;
  attr.body = std::make_shared<const Function>(Body(parts, dims_, probed).run());
  const std::vector<ValueId> made = copy_.build().scan(std::move(attr), operands, whole, first);
  for (size_t i = 0; i < made.size(); ++i) copy_.replace(scan.results[i], made[i]);
}

}  // namespace

Probed with_probes(const Function& forward, const ir::DimTable& dims,
                   const std::function<bool(const std::string& path)>& wanted) {
  return Prober(forward, dims, wanted).run();
}

}  // namespace rnnc::autodiff
