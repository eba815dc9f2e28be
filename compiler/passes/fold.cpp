#include "compiler/passes/fold.h"

#include <algorithm>
#include <cmath>

#include "compiler/support/check.h"

namespace rnnc::passes {
namespace {

using ir::Element;
using ir::Family;
using ir::Op;

double larger(double a, double b) { return std::isnan(a) || a >= b ? a : b; }
double smaller(double a, double b) { return std::isnan(a) || a <= b ? a : b; }

std::optional<double> cast(double a, Element to) {
  switch (to) {
    case Element::real:
      return a;
    case Element::boolean:
      return a != 0 ? 1 : 0;
    case Element::i32:
      if (!(std::abs(a) < 0x1p31)) return std::nullopt;
      return std::trunc(a);
  }
  RNNC_UNREACHABLE("an element of no kind");
}

std::optional<double> fold_unary(Op op, double a, Element to) {
  switch (op) {
    case Op::neg:
      return -a;
    case Op::abs:
      return std::abs(a);
    case Op::exp:
      return std::exp(a);
    case Op::log:
      return std::log(a);
    case Op::sqrt:
      return std::sqrt(a);
    case Op::sigmoid:
      return 1 / (1 + std::exp(-a));
    case Op::tanh:
      return std::tanh(a);
    case Op::softplus:
      return larger(a, 0) + std::log1p(std::exp(-std::abs(a)));
    case Op::sin:
      return std::sin(a);
    case Op::cos:
      return std::cos(a);
    case Op::cast:
      return cast(a, to);
    case Op::detach:
      return a;
    default:
      RNNC_UNREACHABLE(ir::info(op).text);
  }
}

double fold_binary(Op op, double a, double b) {
  switch (op) {
    case Op::add:
      return a + b;
    case Op::sub:
      return a - b;
    case Op::mul:
      return a * b;
    case Op::div:
      return a / b;
    case Op::pow:
      return std::pow(a, b);
    case Op::max:
      return std::isnan(b) ? b : larger(a, b);
    case Op::min:
      return std::isnan(b) ? b : smaller(a, b);
    default:
      RNNC_UNREACHABLE(ir::info(op).text);
  }
}

}  // namespace

std::optional<double> uniform(const ir::Function& function, ir::ValueId value) {
  const ir::Instr* made = function.producer(value);
  if (!made || made->op != Op::constant) return std::nullopt;
  const std::vector<double>& values = std::get<ir::ConstAttr>(made->attributes).values;
  return values.size() == 1 ? std::optional(values[0]) : std::nullopt;
}

bool is_uniform(const ir::Function& function, ir::ValueId value, double number) {
  return uniform(function, value) == number;
}

std::optional<double> fold(Op op, Element operand, Element result, const std::vector<double>& operands) {
  std::optional<double> folded;
  switch (ir::info(op).family) {
    case Family::unary:
      folded = fold_unary(op, operands[0], result);
      break;
    case Family::binary:
      folded = fold_binary(op, operands[0], operands[1]);
      break;
    case Family::compare:
      return (op == Op::less ? operands[0] < operands[1] : operands[0] == operands[1]) ? 1 : 0;
    case Family::select:
      return operands[0] != 0 ? operands[1] : operands[2];
    case Family::leaf:
    case Family::product:
    case Family::reduction:
    case Family::structure:
    case Family::index:
    case Family::time:
    case Family::scan:
      return std::nullopt;
  }
  // What wraps around is left to those who wrap.
  if (operand == Element::i32 && folded && std::abs(*folded) >= 0x1p31) return std::nullopt;
  return folded;
}

}  // namespace rnnc::passes
