#include "compiler/interp/evaluate.h"

#include "compiler/interp/clear.h"
#include "compiler/interp/ops.h"

namespace rnnc::interp {

namespace {

using ir::Op;

Array eval_array(const Call& call) {
  switch (call.instr().op) {
    case Op::param:
    case Op::input:
    case Op::detach:
    case Op::scan:
      break;
    case Op::constant:
      return eval_constant(call);
    case Op::iota:
      return eval_iota(call);
    case Op::random:
      return eval_random(call);
    case Op::neg:
      return eval_neg(call);
    case Op::abs:
      return eval_abs(call);
    case Op::exp:
      return eval_exp(call);
    case Op::log:
      return eval_log(call);
    case Op::sqrt:
      return eval_sqrt(call);
    case Op::sigmoid:
      return eval_sigmoid(call);
    case Op::tanh:
      return eval_tanh(call);
    case Op::softplus:
      return eval_softplus(call);
    case Op::sin:
      return eval_sin(call);
    case Op::cos:
      return eval_cos(call);
    case Op::cast:
      return eval_cast(call);
    case Op::add:
      return eval_add(call);
    case Op::sub:
      return eval_sub(call);
    case Op::mul:
      return eval_mul(call);
    case Op::div:
      return eval_div(call);
    case Op::pow:
      return eval_pow(call);
    case Op::max:
      return eval_max(call);
    case Op::min:
      return eval_min(call);
    case Op::less:
      return eval_less(call);
    case Op::equal:
      return eval_equal(call);
    case Op::select:
      return eval_select(call);
    case Op::contract:
      return eval_contract(call);
    case Op::reduce:
      return eval_reduce(call);
    case Op::broadcast:
      return eval_broadcast(call);
    case Op::view:
      return eval_view(call);
    case Op::concat:
      return eval_concat(call);
    case Op::slice:
      return eval_slice(call);
    case Op::pad:
      return eval_pad(call);
    case Op::gather:
      return eval_gather(call);
    case Op::scatter_add:
      return eval_scatter_add(call);
    case Op::shift:
      return eval_shift(call);
    case Op::flip:
      return eval_flip(call);
    case Op::prefix:
      return eval_prefix(call);
  }
  RNNC_UNREACHABLE("an op that makes no array of its own");
}

// The results of an instruction, 0 past the ends.
std::vector<Ref> evaluate(const Call& call) {
  switch (call.instr().op) {
    case Op::param:
      return {eval_param(call)};
    case Op::input:
      return {cleared(call.context(), call.type(), eval_input(call))};
    case Op::detach:
      return {call.shared(0)};
    case Op::scan:
      return eval_scan(call);
    default:
      break;
  }
  auto array = std::make_shared<Array>(eval_array(call));
  clear_outside(call.context(), call.type(), *array);
  return {std::move(array)};
}

}  // namespace

Array Call::zeros(const ir::Type& type) const {
  Array array{type.element, extents().shape(type), {}};
  int64_t elements = 1;
  for (int64_t size : array.shape) elements *= size;
  array.values.assign(static_cast<size_t>(elements), 0.0);
  return array;
}

Program::Program(const ir::Function& function) : function_(function), dead_after_(function.instrs().size()) {
  std::vector<bool> alive(function.values().size(), false);
  for (const ir::NamedResult& result : function.results()) alive[result.value.index] = true;
  for (size_t i = function.instrs().size(); i-- > 0;) {
    const ir::Instr& instr = function.instrs()[i];
    for (const auto* values : {&instr.results, &instr.operands}) {
      for (ir::ValueId value : *values) {
        if (!alive[value.index]) dead_after_[i].push_back(value);
        alive[value.index] = true;
      }
    }
  }
}

std::vector<Ref> Program::run(const Context& context, std::vector<Ref> parameters) const {
  std::vector<Ref> values(function_.values().size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    values[function_.parameters()[i].index] = std::move(parameters[i]);
  }
  for (size_t i = 0; i < function_.instrs().size(); ++i) {
    const ir::Instr& instr = function_.instrs()[i];
    const Call call(context, function_, instr, values);
    std::vector<Ref> results = evaluate(call);
    if (context.watch != nullptr) context.watch->see(call, results);
    for (size_t k = 0; k < results.size(); ++k) values[instr.results[k].index] = std::move(results[k]);
    for (ir::ValueId value : dead_after_[i]) values[value.index].reset();
  }
  std::vector<Ref> results;
  for (const ir::NamedResult& result : function_.results()) results.push_back(values[result.value.index]);
  return results;
}

}  // namespace rnnc::interp
