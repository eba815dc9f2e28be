#include "compiler/codegen/lane_code.h"
#include "compiler/codegen/vector_math.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

using ir::Element;
using ir::Op;

namespace {

// Held within the range, NaN is 0.
Value real_to_i32(Code& code, Value x) {
  Value high = code.compare(Compare::less_equal, code.like(x, 0x1p31), x);
  Value low = code.compare(Compare::less, x, code.like(x, -0x1p31));
  Value outside = code.either(code.either(high, low), code.is_nan(x));
  Value whole = code.to_whole(code.select(outside, code.like(x, 0), x));
  whole = code.select(high, code.bits_like(whole, INT32_MAX), whole);
  return code.select(low, code.bits_like(whole, static_cast<uint64_t>(INT64_C(-1) << 31)), whole);
}

Value cast(Site& site, Value x, Element from, Element to) {
  Code& code = site.code();
  Value zero = code.zero(code.type_of(x));
  switch (to) {
    case Element::boolean:
      // NaN is not 0 either.
      return from == Element::boolean ? x : code.no(code.compare(Compare::equal, x, zero));
    case Element::i32:
      if (from == Element::boolean) return code.resize(x, code.i32());
      return from == Element::i32 ? x : real_to_i32(code, x);
    case Element::real:
      if (from == Element::boolean) return code.to_real(code.resize(x, code.i32()));
      return from == Element::i32 ? code.to_real(x) : x;
  }
  RNNC_UNREACHABLE("an element of no kind");
}

Value unary(Site& site, Op op, Value x, Element from, Element to) {
  Code& code = site.code();
  VectorMath math(code);
  bool real = from == Element::real;
  switch (op) {
    case Op::neg:
      return code.neg(x);
    case Op::abs:
      return real ? math.abs(x)
                  : code.select(code.compare(Compare::less, x, code.zero(code.type_of(x))), code.neg(x), x);
    case Op::exp:
      return math.exp(x);
    case Op::log:
      return math.log(x);
    case Op::sqrt:
      return code.sqrt(x);
    case Op::sigmoid:
      return math.sigmoid(x);
    case Op::tanh:
      return math.tanh(x);
    case Op::softplus:
      return math.softplus(x);
    case Op::sin:
      return math.sin(x);
    case Op::cos:
      return math.cos(x);
    case Op::cast:
      return cast(site, x, from, to);
    case Op::detach:
      return x;
    default:
      RNNC_UNREACHABLE("a lane op of one operand that is none");
  }
}

Value binary(Site& site, Op op, Value a, Value b, Element from) {
  Code& code = site.code();
  VectorMath math(code);
  bool real = from == Element::real;
  switch (op) {
    case Op::add:
      return code.add(a, b);
    case Op::sub:
      return code.sub(a, b);
    case Op::mul:
      return code.mul(a, b);
    case Op::div:
      return code.div(a, b);
    case Op::pow:
      return math.pow(a, b);
    case Op::max:
      return real ? math.max(a, b) : code.most(a, b);
    case Op::min:
      return real ? math.min(a, b) : code.least(a, b);
    case Op::less:
      return code.compare(Compare::less, a, b);
    case Op::equal:
      return code.compare(Compare::equal, a, b);
    default:
      RNNC_UNREACHABLE("a lane op of two operands that is none");
  }
}

}  // namespace

Value lane_op(Site& site, const schedule::LaneOp& op, const Values& operands, Element of_operands) {
  switch (ir::info(op.op).family) {
    case ir::Family::unary:
      return unary(site, op.op, operands[0], of_operands, op.element);
    case ir::Family::binary:
    case ir::Family::compare:
      return binary(site, op.op, operands[0], operands[1], of_operands);
    case ir::Family::select:
      return site.code().select(operands[0], operands[1], operands[2]);
    case ir::Family::leaf:
    case ir::Family::product:
    case ir::Family::reduction:
    case ir::Family::structure:
    case ir::Family::index:
    case ir::Family::time:
    case ir::Family::scan:
      break;
  }
  RNNC_UNREACHABLE("an op that is not element-wise");
}

}  // namespace rnnc::codegen
