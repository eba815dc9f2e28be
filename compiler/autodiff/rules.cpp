#include "compiler/autodiff/rules.h"

namespace rnnc::autodiff {

void apply_rule(Step& step) {
  using ir::Op;
  switch (step.instr().op) {
    case Op::neg:
      return vjp_neg(step);
    case Op::abs:
      return vjp_abs(step);
    case Op::exp:
      return vjp_exp(step);
    case Op::log:
      return vjp_log(step);
    case Op::sqrt:
      return vjp_sqrt(step);
    case Op::sigmoid:
      return vjp_sigmoid(step);
    case Op::tanh:
      return vjp_tanh(step);
    case Op::softplus:
      return vjp_softplus(step);
    case Op::sin:
      return vjp_sin(step);
    case Op::cos:
      return vjp_cos(step);
    case Op::cast:
      return vjp_cast(step);
    case Op::add:
      return vjp_add(step);
    case Op::sub:
      return vjp_sub(step);
    case Op::mul:
      return vjp_mul(step);
    case Op::div:
      return vjp_div(step);
    case Op::pow:
      return vjp_pow(step);
    case Op::max:
      return vjp_max(step);
    case Op::min:
      return vjp_min(step);
    case Op::select:
      return vjp_select(step);
    case Op::contract:
      return vjp_contract(step);
    case Op::reduce:
      return vjp_reduce(step);
    case Op::broadcast:
      return vjp_broadcast(step);
    case Op::view:
      return vjp_view(step);
    case Op::concat:
      return vjp_concat(step);
    case Op::slice:
      return vjp_slice(step);
    case Op::pad:
      return vjp_pad(step);
    case Op::gather:
      return vjp_gather(step);
    case Op::scatter_add:
      return vjp_scatter_add(step);
    case Op::shift:
      return vjp_shift(step);
    case Op::flip:
      return vjp_flip(step);
    case Op::prefix:
      return vjp_prefix(step);
    case Op::scan:
      return vjp_scan(step);
    case Op::param:
    case Op::input:
    case Op::constant:
    case Op::iota:
    case Op::random:  // depend on nothing
    case Op::less:
    case Op::equal:   // are not real
    case Op::detach:  // passes nothing on
      return;
  }
}

}  // namespace rnnc::autodiff
