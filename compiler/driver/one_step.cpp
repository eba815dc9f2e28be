#include "compiler/driver/one_step.h"

#include <algorithm>
#include <set>

namespace rnnc::driver {

namespace {

using interp::Array;
using ir::Op;
using ir::ValueId;

// What keeps an instruction from being run a step at a time; empty if nothing does.
std::string across_time(const ir::DimTable& dims, const ir::Instr& instr) {
  auto is_time = [&](ir::DimId dim) { return dims[dim].kind == ir::DimKind::time; };
  if (instr.op == Op::flip) return "`reverse`, also that of `bidirectional`, begins at the end of a sequence";
  const auto* dim = std::get_if<ir::DimAttr>(&instr.attributes);
  if (instr.op == Op::iota && is_time(dim->dim))
    return "a cell inside of a cell begins with a value that is computed there";
  if (instr.op == Op::gather && is_time(dim->dim)) return "`last` comes after the end of a sequence";
  const auto* reduce = std::get_if<ir::ReduceAttr>(&instr.attributes);
  const auto* contract = std::get_if<ir::OverAttr>(&instr.attributes);
  const bool sums = (reduce != nullptr && std::ranges::any_of(reduce->over, is_time)) ||
                    (contract != nullptr && std::ranges::any_of(contract->over, is_time));
  return sums ? "what is summed over `t` comes after the end of a sequence" : "";
}

// Row `row` of [B, ...] in all rows.
Array repeated(const Array& from, size_t row, size_t rows) {
  Array array{from.element, from.shape, {}};
  const size_t width = from.values.size() / static_cast<size_t>(from.shape[0]);
  const auto begin = from.values.begin() + static_cast<ptrdiff_t>(row * width);
  for (size_t i = 0; i < rows; ++i)
    array.values.insert(array.values.end(), begin, begin + static_cast<ptrdiff_t>(width));
  array.shape[0] = static_cast<int64_t>(rows);
  return array;
}

}  // namespace

std::string why_no_steps(const ir::Function& forward, const ir::DimTable& dims) {
  std::vector<ValueId> open;
  std::set<ir::DimId> times;
  for (const ir::Instr& instr : forward.instrs()) {
    if (instr.op != Op::scan) continue;
    open.insert(open.end(), instr.operands.begin(), instr.operands.end());
    times.insert(std::get<ir::ScanAttr>(instr.attributes).time);
  }
  if (times.size() > 1) return "it runs over several sequences, each with lengths of its own";
  std::set<ValueId> seen;
  while (!open.empty()) {
    const ValueId value = open.back();
    open.pop_back();
    const ir::Instr* made = forward.producer(value);
    if (made == nullptr || !seen.insert(value).second) continue;
    const auto* scan = std::get_if<ir::ScanAttr>(&made->attributes);
    if (scan != nullptr && forward[value].index >= scan->outs)
      return "`final` comes after the end of a sequence";
    if (std::string why = across_time(dims, *made); !why.empty()) return why;
    open.insert(open.end(), made->operands.begin(), made->operands.end());
  }
  return {};
}

OneStep::OneStep(const ir::Function& function, const ir::DimTable& dims, const interp::Arguments& whole,
                 size_t sequence)
    : inputs_(ir::inputs_of(function)), dims_(dims), whole_(whole), sequence_(sequence) {}

int64_t OneStep::length() const {
  const auto& [time, steps] = *whole_.steps.begin();
  auto given = whole_.inputs.find("lengths." + time);
  return given == whole_.inputs.end() ? steps : static_cast<int64_t>(given->second.values[sequence_]);
}

interp::Arguments OneStep::before_the_first() const {
  interp::Arguments arguments = this->arguments(1);
  for (auto& [name, array] : arguments.inputs) {
    if (name.starts_with("lengths.")) array.values = {0};
    if (name == "sequence.begins") array = repeated(whole_.inputs.at(name), sequence_, 1);
  }
  return arguments;
}

interp::Arguments OneStep::arguments(size_t rows) const {
  interp::Arguments arguments;
  arguments.params = whole_.params;
  arguments.batch = static_cast<int64_t>(rows);
  for (const auto& [time, steps] : whole_.steps) {
    arguments.steps[time] = 1;
    arguments.inputs["lengths." + time] = {ir::Element::i32, {arguments.batch}, std::vector<double>(rows, 1)};
  }
  for (const ir::NamedType& input : inputs_) {
    if (input.name.starts_with("grad.") || arguments.inputs.contains(input.name)) continue;
    const Array& given = whole_.inputs.at(input.name);
    arguments.inputs[input.name] = in_time(input) ? slice(given, 0, rows) : repeated(given, sequence_, rows);
    if (input.name == "sequence.begins") std::ranges::fill(arguments.inputs[input.name].values, 0.0);
  }
  return arguments;
}

Arrays OneStep::at(int64_t t, size_t rows, const Arrays& state) const {
  Arrays inputs;
  for (const ir::NamedType& input : inputs_) {
    if (input.name.starts_with("state.")) {
      inputs[input.name] = repeated(state.at(input.name), 0, rows);
    } else if (in_time(input)) {
      inputs[input.name] = slice(whole_.inputs.at(input.name), t, rows);
    }
  }
  return inputs;
}

// Step t of [T, B, ...].
Array OneStep::slice(const Array& from, int64_t t, size_t rows) const {
  const int64_t batch = from.shape[1];
  Array steps{from.element, from.shape, from.values};
  steps.shape.erase(steps.shape.begin());
  steps.shape[0] *= from.shape[0];  // a row for each step of each sequence
  Array array = repeated(steps, static_cast<size_t>(t * batch) + sequence_, rows);
  array.shape.insert(array.shape.begin(), 1);
  return array;
}

}  // namespace rnnc::driver
