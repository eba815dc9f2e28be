#include "compiler/autodiff/scan_adjoint.h"

#include <algorithm>
#include <string>

#include "compiler/autodiff/arrange.h"
#include "compiler/autodiff/forward.h"
#include "compiler/autodiff/sweep.h"
#include "compiler/autodiff/tape.h"
#include "compiler/autodiff/time.h"
#include "compiler/support/check.h"

namespace rnnc::autodiff {
namespace {

using ir::Function;
using ir::ValueId;
using Source = ScanAdjoint::Source;

bool is_zero_constant(const Function& function, ValueId value) {
  const ir::Instr* producer = function.producer(value);
  while (producer != nullptr && producer->op == ir::Op::broadcast)
    producer = function.producer(producer->operands[0]);
  if (producer == nullptr || producer->op != ir::Op::constant) return false;
  const std::vector<double>& values = std::get<ir::ConstAttr>(producer->attributes).values;
  return std::all_of(values.begin(), values.end(), [](double number) { return number == 0; });
}

// Differentiates a body into a function that reads what it needs, in the order in which it needs it; then
// lets the forward scan yield that, and orders the parameters as a scan wants them.
class Extension {
 public:
  Extension(Forward& outer, ir::InstrId id)
      : outer_(outer),
        instr_(outer.original()[id]),
        scan_(instr_),
        inner_(scan_.body, outer.dims(), outer.active().bodies[id.index], outer.ranges().bodies[id.index]),
        draft_("adjoint"),
        build_(outer.dims(), draft_),
        tape_(inner_.copy(), first_whole(), first_carry(), draft_),
        sweep_(inner_, tape_, build_) {}

  ScanAdjoint run() {
    seed();
    sweep_.run();
    collect_results();
    append_forward();
    connect();
    return finish();
  }

 private:
  void seed();
  void collect_results();
  void append_forward();
  void connect();
  ScanAdjoint finish();

  size_t first_whole() const { return scan_.each.size(); }
  size_t first_carry() const { return scan_.each.size() + scan_.with.size(); }
  // A parameter of the draft that is the cotangent of a value of the body.
  ValueId add_cotangent(ValueId value, const std::string& name);
  // Which operand the imported value is as a parameter of the body; past the last one if it is computed in
  // the body.
  size_t operand_of(const Tape::Import& import) const;
  // The out of the forward scan that is the imported value; if that is a carry, its value after the step.
  ValueId yielded(const Tape::Import& import) const;
  size_t out_of(ValueId copied) const;
  std::vector<ValueId> copied(std::span<const ValueId> values) const;

  Forward& outer_;
  const ir::Instr& instr_;
  ir::ScanParts scan_;
  Forward inner_;
  Function draft_;
  ir::Builder build_;
  Tape tape_;
  Sweep sweep_;

  ScanAdjoint made_;
  std::vector<ir::NamedResult> results_;           // of the adjoint
  std::vector<Tape::Import> imports_;              // those that are live
  std::vector<ir::NamedResult> yields_;            // outs of the forward scan, the tape after its own
  std::vector<ValueId> copies_;                    // its results
  std::vector<ValueId> slices_, whole_, carried_;  // parameters of the adjoint
};

ValueId Extension::add_cotangent(ValueId value, const std::string& name) {
  ValueId parameter = draft_.add_parameter(scan_.body.type(value), "grad." + name);
  sweep_.add(value, parameter);
  return parameter;
}

// A carry needs no cotangent if neither a later step nor its final can reach a loss by it.
void Extension::seed() {
  for (size_t i = 0; i < scan_.outs.size(); i++) {
    if (!outer_.active()[scan_.outs[i]]) continue;
    slices_.push_back(add_cotangent(scan_.out(i), scan_.out_name(i)));
    made_.each.push_back({Source::Kind::cotangent, scan_.outs[i]});
  }
  for (size_t k = 0; k < scan_.finals.size(); k++) {
    if (!inner_.active()[scan_.carry_params[k]] && !outer_.active()[scan_.finals[k]]) continue;
    carried_.push_back(add_cotangent(scan_.next(k), scan_.carry_name(k)));
    made_.carries.push_back(k);
  }
  for (size_t j = 0; j < scan_.with.size(); j++) {
    ValueId whole = scan_.with_params[j];
    if (!inner_.active()[whole]) continue;
    carried_.push_back(add_cotangent(whole, scan_.body[whole].name));
    made_.accumulators.push_back(first_whole() + j);
  }
}

void Extension::collect_results() {
  auto add_result = [&](ValueId value, const std::string& name) {
    results_.push_back({"grad." + name, sweep_.cotangent_or_zeros(value)});
  };
  for (size_t i = 0; i < scan_.each.size(); i++) {
    ValueId slice = scan_.each_params[i];
    if (!sweep_.cotangent(slice).valid()) continue;
    add_result(slice, scan_.body[slice].name);
    made_.outs.push_back(i);
  }
  for (size_t k : made_.carries) add_result(scan_.carry_params[k], scan_.carry_name(k));
  for (size_t operand : made_.accumulators) {
    ValueId whole = scan_.body.parameters()[operand];
    add_result(whole, scan_.body[whole].name);
  }
}

size_t Extension::operand_of(const Tape::Import& import) const {
  const std::vector<ValueId>& parameters = inner_.copy().parameters();
  return static_cast<size_t>(std::find(parameters.begin(), parameters.end(), import.value) -
                             parameters.begin());
}

ValueId Extension::yielded(const Tape::Import& import) const {
  size_t operand = operand_of(import);
  if (operand >= instr_.operands.size()) return import.value;
  return inner_.copied(scan_.next(operand - first_carry()));
}

size_t Extension::out_of(ValueId copied) const {
  auto found =
      std::find_if(yields_.begin(), yields_.end(), [&](auto& yield) { return yield.value == copied; });
  return static_cast<size_t>(found - yields_.begin());
}

std::vector<ValueId> Extension::copied(std::span<const ValueId> values) const {
  std::vector<ValueId> copies;
  for (ValueId value : values) copies.push_back(outer_.copied(value));
  return copies;
}

void Extension::append_forward() {
  for (size_t i = 0; i < scan_.outs.size(); i++)
    yields_.push_back({scan_.out_name(i), inner_.copied(scan_.out(i))});
  const std::vector<bool> live = live_values(draft_, results_);
  for (const Tape::Import& import : tape_.imports()) {
    if (!live[import.parameter.index]) continue;
    imports_.push_back(import);
    if (operand_of(import) < first_carry()) continue;
    ValueId value = yielded(import);
    if (out_of(value) == yields_.size()) yields_.push_back({inner_.copy()[value].name, value});
  }
  auto body = std::make_shared<Function>(inner_.copy());
  for (const ir::NamedResult& yield : yields_) body->add_result(yield.name, yield.value);
  for (size_t k = 0; k < scan_.finals.size(); k++)
    body->add_result(scan_.carry_name(k), inner_.copied(scan_.next(k)));
  ir::ScanAttr attr = scan_.attr;
  attr.outs = static_cast<uint32_t>(yields_.size());
  attr.body = std::move(body);
  outer_.build().at(instr_.span);
  copies_ = outer_.build().scan(std::move(attr), copied(scan_.each), copied(scan_.with), copied(scan_.first));
  std::vector<ValueId> originals = copies_;
  originals.erase(originals.begin() + static_cast<ptrdiff_t>(scan_.outs.size()),
                  originals.begin() + static_cast<ptrdiff_t>(yields_.size()));
  outer_.replace(instr_.results, originals);
}

void Extension::connect() {
  for (const Tape::Import& import : imports_) {
    size_t operand = operand_of(import);
    if (operand < first_whole()) {
      slices_.push_back(import.parameter);
      made_.each.push_back({Source::Kind::stored, outer_.copied(instr_.operands[operand])});
    } else if (operand < first_carry()) {
      whole_.push_back(import.parameter);
      made_.with.push_back(outer_.copied(instr_.operands[operand]));
    } else {
      slices_.push_back(import.parameter);
      Source source{Source::Kind::stored, copies_[out_of(yielded(import))]};
      if (operand < instr_.operands.size()) {
        source.kind = Source::Kind::previous;
        ValueId first = outer_.copied(instr_.operands[operand]);
        if (!is_zero_constant(outer_.copy(), first)) source.first = first;
      }
      made_.each.push_back(source);
    }
  }
}

ScanAdjoint Extension::finish() {
  std::vector<ValueId> parameters = slices_;
  parameters.insert(parameters.end(), whole_.begin(), whole_.end());
  parameters.insert(parameters.end(), carried_.begin(), carried_.end());
  ir::ScanAttr& attr = made_.attr;
  attr.direction = opposite(scan_.attr.direction);
  attr.time = scan_.attr.time;
  attr.each = static_cast<uint32_t>(slices_.size());
  attr.with = static_cast<uint32_t>(whole_.size());
  attr.carries = static_cast<uint32_t>(carried_.size());
  attr.outs = static_cast<uint32_t>(made_.outs.size());
  attr.body = std::make_shared<const Function>(arranged(draft_, outer_.dims(), parameters, results_));
  return std::move(made_);
}

}  // namespace

ScanAdjoint extend_scan(Forward& outer, ir::InstrId scan) { return Extension(outer, scan).run(); }

}  // namespace rnnc::autodiff
