#include "compiler/passes/accumulators.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::Op;
using ir::ReduceAttr;
using ir::Reduction;
using ir::ValueId;

// Finds `carry` exactly once among the terms of its next value.
bool collect_terms(const ir::ScanParts& scan, const ir::Uses& uses, ValueId carry, ValueId next,
                   std::vector<Accumulator::Term>& terms) {
  int found = 0;
  std::vector<Accumulator::Term> open = {{next}};
  while (!open.empty()) {
    auto [value, negative] = open.back();
    open.pop_back();
    const Instr* made = scan.body.producer(value);
    if (value == carry) {
      if (negative) return false;
      ++found;
    } else if (!made || uses.count(value) != 1) {
      terms.push_back({value, negative});
    } else if (made->op == Op::add || made->op == Op::sub) {
      open.push_back({made->operands[1], negative != (made->op == Op::sub)});
      open.push_back({made->operands[0], negative});
    } else if (made->op == Op::neg) {
      open.push_back({made->operands[0], !negative});
    } else {
      terms.push_back({value, negative});
    }
  }
  return found == 1 && !terms.empty();
}

bool is_sum(const Instr& instr) {
  if (instr.op == Op::contract) return !std::get<ir::OverAttr>(instr.attributes).over.empty();
  return instr.op == Op::reduce && std::get<ReduceAttr>(instr.attributes).reduction == Reduction::sum;
}

}  // namespace

std::vector<Accumulator> find_accumulators(const ir::ScanParts& scan, const ir::Uses& body_uses) {
  std::vector<Accumulator> found;
  for (size_t i = 0; i < scan.attr.carries; ++i) {
    Accumulator accumulator{i, {}};
    if (body_uses.count(scan.carry_params[i]) != 1 || body_uses.count(scan.next(i)) != 1) continue;
    if (collect_terms(scan, body_uses, scan.carry_params[i], scan.next(i), accumulator.terms)) {
      found.push_back(std::move(accumulator));
    }
  }
  return found;
}

std::vector<ValueId> needed_by_sum(const Function& body, ValueId term) {
  const Instr* made = body.producer(term);
  return made && is_sum(*made) ? made->operands : std::vector<ValueId>{term};
}

ValueId write_sum(OverTime& over_time, ir::Builder& build, const ir::ScanParts& scan, ValueId term) {
  const ir::DimId time = scan.attr.time;
  const Instr* made = scan.body.producer(term);
  auto over_all_steps = [&](ValueId step) {
    return build.reduce(Reduction::sum, over_time.sequence(step), {time});
  };
  if (made) build.at(made->span);
  if (!made || !is_sum(*made)) return over_all_steps(term);
  if (made->op == Op::reduce) {
    std::vector<ir::DimId> over = std::get<ReduceAttr>(made->attributes).over;
    over.insert(over.begin(), time);
    return build.reduce(Reduction::sum, over_time.sequence(made->operands[0]), std::move(over));
  }
  const ValueId a = made->operands[0], b = made->operands[1];
  std::vector<ir::DimId> over = std::get<ir::OverAttr>(made->attributes).over;
  const ir::Type& type = scan.body.type(term);
  // A factor that is the same at each step multiplies the sum of the other.
  if (over_time.invariant(a))
    return build.contract(over_time.value(a), over_all_steps(b), std::move(over), type);
  if (over_time.invariant(b))
    return build.contract(over_all_steps(a), over_time.value(b), std::move(over), type);
  over.insert(over.begin(), time);
  return build.contract(over_time.value(a), over_time.value(b), std::move(over), type);
}

}  // namespace rnnc::passes
