#include "compiler/codegen/model_code.h"

#include <algorithm>

#include "compiler/codegen/arguments.h"
#include "compiler/codegen/generate.h"
#include "compiler/codegen/site.h"
#include "compiler/schedule/freeze.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

namespace {

constexpr std::string_view kState = "state.", kHeld = "held.", kLengths = "lengths.";

// Where a name stands in a list; the list's size if it does not.
template <class List>
size_t find(const List& list, std::string_view name) {
  return static_cast<size_t>(
      std::ranges::find(list, name, [](const auto& one) -> std::string_view { return one.name; }) -
      list.begin());
}

std::string_view bytes_of(const std::vector<float>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)};
}

bool reads(const schedule::Plan& plan, const std::string& param) {
  return schedule::reads_param(plan, find(plan.params, param));
}

}  // namespace

ModelCode::ModelCode(Code& code, const Interface& interface)
    : code_(code), interface_(interface), block_(interface) {
  for (const auto& [name, value] : interface.weights) {
    const bool is_read =
        reads(interface.call, name) || (interface.has_steps() && reads(*interface.begin, name));
    weights_[name] = is_read ? code_.bytes(bytes_of(value), static_cast<int>(StateBlock::kAlign))
                             : code_.zero(code_.pointer());
  }
  if (interface.has_steps()) begin_ = write_begin(*interface.begin);
  call_ = write_call();
}

Value ModelCode::place(Value state, int64_t offset) {
  return code_.element(state, code_.i8(), code_.whole(offset));
}
Value ModelCode::word(Value state, int64_t offset) {
  return code_.load(code_.i64(), place(state, offset), 8);
}
void ModelCode::set_word(Value state, int64_t offset, Value value) {
  code_.store(value, place(state, offset), 8);
}
Value ModelCode::in_phase(Value state, Phase phase) {
  return code_.compare(Compare::equal, word(state, block_.phase()), code_.whole(static_cast<int>(phase)));
}
void ModelCode::set_phase(Value state, Phase phase) {
  set_word(state, block_.phase(), code_.whole(static_cast<int>(phase)));
  set_word(state, block_.begins(), code_.whole(phase == Phase::at_start ? 1 : 0));
}
void ModelCode::set_steps(Value state, size_t time, Value steps) {
  set_word(state, block_.steps(time), steps);
  set_word(state, block_.length(time), steps);
}

// The first State goes to generation 0.
llvm::Function* ModelCode::write_begin(const schedule::Plan& before) {
  llvm::Function* plan = write_function(code_, before, interface_.prefix + ".begin.plan");
  const std::vector<Type> parameters(1 + interface_.begin_inputs.size(), code_.pointer());
  llvm::Function* function = code_.begin(interface_.prefix + ".begin", code_.nothing(), parameters, false);
  Value state = code_.parameter(0);
  auto input = [&](const std::string& name) {
    const size_t port = find(interface_.begin_inputs, name);
    return port < interface_.begin_inputs.size() ? code_.parameter(1 + static_cast<int>(port))
                                                 : own_input(name, nullptr);
  };
  auto result = [&](const std::string& name) -> Value {
    const int64_t at = block_.array(name);
    return at < 0 ? code_.zero(code_.pointer()) : place(state, at);
  };
  call(plan, before, input, result);
  set_word(state, block_.generation(), code_.whole(0));
  set_phase(state, Phase::at_start);
  code_.end();
  return function;
}

llvm::Function* ModelCode::write_call() {
  const std::string own_name = interface_.prefix + (interface_.has_steps() ? ".step" : ".whole");
  llvm::Function* plan = write_function(code_, interface_.call, own_name + ".plan");
  const size_t inputs = interface_.inputs.size();
  const std::vector<Type> parameters(1 + inputs + interface_.outputs.size(), code_.pointer());
  llvm::Function* function = code_.begin(own_name, code_.nothing(), parameters, false);
  Value state = code_.parameter(0);
  Value generation = word(state, block_.generation()), other = code_.differ(generation, code_.whole(1));
  auto input = [&](const std::string& name) {
    const size_t port = find(interface_.inputs, name);
    return port < inputs ? code_.parameter(1 + static_cast<int>(port)) : own_input(name, generation);
  };
  auto result = [&](const std::string& name) -> Value {
    if (name.starts_with(kState)) {
      return block_.array(name) < 0 ? code_.zero(code_.pointer()) : own_input(name, other);
    }
    const size_t port = find(interface_.outputs, name);
    return port < interface_.outputs.size() ? code_.parameter(static_cast<int>(1 + inputs + port))
                                            : code_.zero(code_.pointer());
  };
  call(plan, interface_.call, input, result);
  if (interface_.has_steps()) {
    set_word(state, block_.generation(), other);
    set_phase(state, Phase::within);
  }
  code_.end();
  return function;
}

Value ModelCode::first_value(const std::string& name) {
  const ir::NamedType& input = interface_.call.inputs[find(interface_.call.inputs, name)];
  const int64_t elements = ir::constant_elements(input.type, interface_.call.dims);
  return code_.array(type_in_memory(code_, input.type.element),
                     std::vector<double>(static_cast<size_t>(elements), interface_.first.at(name)));
}

Value ModelCode::own_input(const std::string& name, Value generation) {
  Value state = code_.parameter(0);
  if (name.starts_with(kState)) {
    if (!interface_.has_steps()) return first_value(name);
    Value from = code_.mul(generation, code_.whole(block_.between_generations()));
    return code_.element(place(state, block_.array(name)), code_.i8(), from);
  }
  if (name.starts_with(kHeld)) return place(state, block_.array(name));
  if (name.starts_with(kLengths)) {
    return place(state,
                 block_.length(find(interface_.times, std::string_view(name).substr(kLengths.size()))));
  }
  RNNC_CHECK(name == "sequence.begins", "an input that nobody gives: " + name);
  return place(state, block_.begins());
}

Value ModelCode::table(const std::vector<ir::NamedType>& entries, const Find& find) {
  Value all = code_.local(code_.pointer(), std::max<int64_t>(1, std::ssize(entries)), 8);
  for (size_t i = 0; i < entries.size(); ++i) {
    code_.store(find(entries[i].name), code_.element(all, code_.i64(), code_.whole(static_cast<int64_t>(i))),
                8);
  }
  return all;
}

Value ModelCode::steps_table(const schedule::Plan& plan) {
  Value all = code_.local(code_.i64(), std::max<int64_t>(1, std::ssize(plan.times)), 8);
  for (size_t i = 0; i < plan.times.size(); ++i) {
    const size_t time = find(interface_.times, plan.dims[plan.times[i]].name);
    code_.store(word(code_.parameter(0), block_.steps(time)),
                code_.element(all, code_.i64(), code_.whole(static_cast<int64_t>(i))), 8);
  }
  return all;
}

void ModelCode::call(llvm::Function* function, const schedule::Plan& plan, const Find& input,
                     const Find& result) {
  Value arguments = code_.local(code_.i64(), kFields, 8), zero = code_.local(code_.i64(), 1, 8);
  auto set = [&](Field field, Value value) {
    code_.store(value, code_.element(arguments, code_.i64(), code_.whole(field)), 8);
  };
  code_.store(code_.whole(0), zero, 8);
  set(kParams, table(plan.params, [&](const std::string& name) { return weights_.at(name); }));
  set(kInputs, table(plan.inputs, input));
  set(kResults, table(plan.results, result));
  set(kBatch, code_.whole(1));
  set(kSteps, steps_table(plan));
  for (Field field : {kSeed, kEpoch, kStep, kThreads}) set(field, code_.whole(0));
  for (Field field : {kSequence, kFirstT}) set(field, zero);
  set(kScratch, place(code_.parameter(0), block_.scratch()));
  code_.call(function, {arguments});
}

}  // namespace rnnc::codegen
