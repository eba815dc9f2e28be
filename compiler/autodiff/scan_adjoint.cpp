#include "compiler/autodiff/scan_adjoint.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

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
        tape_(inner_.copy(), first_whole(), first_carry(), build_),
        sweep_(inner_, tape_, build_) {}

  ScanAdjoint run() {
    seed();
    sweep_.run();
    collect_results();
    bring_in_values();
    append_forward();
    return finish();
  }

 private:
  void seed();
  void collect_results();
  void bring_in_values();
  void append_forward();
  ScanAdjoint finish();

  size_t first_whole() const { return scan_.each.size(); }
  size_t first_carry() const { return scan_.each.size() + scan_.with.size(); }
  // A parameter of the draft that is the cotangent of a value of the body.
  ValueId add_cotangent(ValueId value, const std::string& name);
  // Which operand of the scan the value of the forward body is, as a parameter; none if it is computed there.
  std::optional<size_t> operand_of(ValueId copied) const;
  // Brings in a value of the forward body that only the steps themselves know: a carry, or a computed one.
  void add_from_tape(ValueId copied);
  // Lets the forward scan yield the value, and says as which of its outs.
  size_t yield(ValueId copied);
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
  std::vector<ir::NamedResult> yields_;            // outs of the forward scan, the tape after its own
  std::vector<std::pair<size_t, size_t>> taped_;   // slices of the adjoint and the outs they are cut from
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

std::optional<size_t> Extension::operand_of(ValueId copied) const {
  const ir::Value& value = inner_.copy()[copied];
  return value.producer.valid() ? std::nullopt : std::optional<size_t>(value.index);
}

std::vector<ValueId> Extension::copied(std::span<const ValueId> values) const {
  std::vector<ValueId> copies;
  for (ValueId value : values) copies.push_back(outer_.copied(value));
  return copies;
}

size_t Extension::yield(ValueId copied) {
  auto found =
      std::find_if(yields_.begin(), yields_.end(), [&](auto& known) { return known.value == copied; });
  auto index = static_cast<size_t>(found - yields_.begin());
  if (found != yields_.end()) return index;
  const std::string& name = inner_.copy()[copied].name;
  yields_.push_back({name.empty() ? "tape" : name, copied});
  return index;
}

// What a carry was is what it became one step earlier, which is an out of many cells anyway. One without
// batch belongs to all sequences, also to those that start late: only the step itself knows what it was.
void Extension::add_from_tape(ValueId copied) {
  const ir::Type type = inner_.copy().type(copied);
  const ir::Type stored = stored_type(type, outer_.dims());
  const std::optional<size_t> carry = operand_of(copied);
  Source source{Source::Kind::stored, {}};
  ValueId out = copied;
  if (stored != type) {
    out = inner_.build().broadcast(copied, stored);
  } else if (carry) {
    out = inner_.copied(scan_.next(*carry - first_carry()));
    source.kind = Source::Kind::previous;
    ValueId first = outer_.copied(instr_.operands[*carry]);
    if (!is_zero_constant(outer_.copy(), first)) source.first = first;
  }
  taped_.emplace_back(made_.each.size(), yield(out));
  made_.each.push_back(source);
}

void Extension::bring_in_values() {
  for (size_t i = 0; i < scan_.outs.size(); i++) {
    yields_.push_back({scan_.out_name(i), inner_.copied(scan_.out(i))});
  }
  const std::vector<bool> live = live_values(draft_, results_);
  for (const Tape::Import& import : tape_.imports()) {
    if (!live[import.parameter.index]) continue;
    std::optional<size_t> operand = operand_of(import.value);
    bool from_outside = operand && *operand < first_carry();
    if (from_outside && *operand >= first_whole()) {
      whole_.push_back(import.parameter);
      made_.with.push_back(outer_.copied(instr_.operands[*operand]));
      continue;
    }
    slices_.push_back(import.parameter);
    if (from_outside) {
      made_.each.push_back({Source::Kind::stored, outer_.copied(instr_.operands[*operand])});
    } else {
      add_from_tape(import.value);
    }
  }
}

void Extension::append_forward() {
  auto body = std::make_shared<Function>(inner_.copy());
  for (const ir::NamedResult& yield : yields_) body->add_result(yield.name, yield.value);
  for (size_t k = 0; k < scan_.finals.size(); k++) {
    body->add_result(scan_.carry_name(k), inner_.copied(scan_.next(k)));
  }
  ir::ScanAttr attr = scan_.attr;
  attr.outs = static_cast<uint32_t>(yields_.size());
  attr.body = std::move(body);
  outer_.build().at(instr_.span);
  std::vector<ValueId> results =
      outer_.build().scan(std::move(attr), copied(scan_.each), copied(scan_.with), copied(scan_.first));
  for (auto [slice, out] : taped_) made_.each[slice].value = results[out];
  results.erase(results.begin() + static_cast<ptrdiff_t>(scan_.outs.size()),
                results.begin() + static_cast<ptrdiff_t>(yields_.size()));
  outer_.replace(instr_.results, results);
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
