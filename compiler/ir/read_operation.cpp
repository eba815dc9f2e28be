#include <fmt/format.h>

#include <algorithm>

#include "compiler/ir/reader.h"
#include "compiler/support/check.h"

namespace rnnc::ir {

ValueId Reader::operand(const Scope& scope) {
  if (token_.kind != TokenKind::value) expected("a value");
  auto found = scope.values.find(token_.text);
  if (found == scope.values.end()) fail(fmt::format("no value %{} before this", token_.text));
  advance();
  return found->second;
}

std::vector<ValueId> Reader::operands(const Scope& scope) {
  std::vector<ValueId> values;
  do values.push_back(operand(scope));
  while (accept(","));
  return values;
}

Operation Reader::operation(const Scope& scope) {
  const auto& ops = all_ops();
  auto row =
      std::find_if(ops.begin(), ops.end(), [&](const OpInfo& candidate) { return at_word(candidate.text); });
  if (row == ops.end()) expected("an op");
  advance();
  Op op = row->op;
  switch (op) {
    case Op::param:
    case Op::input:
      return {op, {}, NameAttr{name()}};
    case Op::constant:
      return constant();
    case Op::iota:
      return {op, {}, DimAttr{dim_name()}};
    case Op::random:
      return random();
    case Op::contract:
      return contract(scope);
    case Op::reduce:
      return reduce(scope);
    case Op::concat:
    case Op::gather:
    case Op::scatter_add:
      return {op, operands(scope), DimAttr{along()}};
    case Op::slice:
    case Op::pad:
      return range(scope, op);
    case Op::shift:
      return shift(scope);
    case Op::flip:
      return {op, operands(scope), FlipAttr{along()}};
    case Op::prefix:
      return prefix(scope);
    case Op::scan:
      return scan(scope);
    case Op::neg:
    case Op::abs:
    case Op::exp:
    case Op::log:
    case Op::sqrt:
    case Op::sigmoid:
    case Op::tanh:
    case Op::softplus:
    case Op::sin:
    case Op::cos:
    case Op::cast:
    case Op::detach:
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::div:
    case Op::pow:
    case Op::max:
    case Op::min:
    case Op::less:
    case Op::equal:
    case Op::select:
    case Op::broadcast:
    case Op::view:
      return {op, operands(scope)};
  }
  RNNC_UNREACHABLE("an op that is not in the table");
}

DimId Reader::along() {
  expect_word("along");
  return dim_name();
}

std::vector<DimId> Reader::over() {
  expect_word("over");
  return dim_list("{", "}");
}

// const 1.5; const [1, 2, 3]
Operation Reader::constant() {
  ConstAttr attribute;
  if (accept("[")) {
    do attribute.values.push_back(number());
    while (accept(","));
    expect("]");
  } else {
    attribute.values.push_back(number());
  }
  return {Op::constant, {}, std::move(attribute)};
}

// random bernoulli 0.8 site 3 per step
Operation Reader::random() {
  RandomAttr draw{choice({Distribution::uniform, Distribution::normal, Distribution::bernoulli})};
  if (draw.distribution == Distribution::bernoulli) draw.p = number();
  expect_word("site");
  draw.site = static_cast<uint32_t>(integer(0, UINT32_MAX));
  expect_word("per");
  draw.per = choice({DrawPer::step, DrawPer::sequence, DrawPer::parameter});
  return {Op::random, {}, draw};
}

Operation Reader::contract(const Scope& scope) {
  std::vector<ValueId> values = operands(scope);
  return {Op::contract, std::move(values), OverAttr{over()}};
}

Operation Reader::reduce(const Scope& scope) {
  Reduction reduction = choice({Reduction::sum, Reduction::max, Reduction::min});
  std::vector<ValueId> values = operands(scope);
  return {Op::reduce, std::move(values), ReduceAttr{reduction, over()}};
}

// slice %a from G to H at 128
Operation Reader::range(const Scope& scope, Op op) {
  std::vector<ValueId> values = operands(scope);
  RangeAttr attribute;
  expect_word("from");
  attribute.from = dim_name();
  expect_word("to");
  attribute.to = dim_name();
  expect_word("at");
  attribute.start = integer(0, INT64_MAX);
  return {op, std::move(values), attribute};
}

// shift %x, %before along T by 1
Operation Reader::shift(const Scope& scope) {
  std::vector<ValueId> values = operands(scope);
  ShiftAttr attribute{along()};
  expect_word("by");
  attribute.by = static_cast<int32_t>(integer(INT32_MIN, INT32_MAX));
  return {Op::shift, std::move(values), attribute};
}

// prefix affine plus_times forward %a, %b, %first along T
Operation Reader::prefix(const Scope& scope) {
  PrefixAttr attribute;
  attribute.kind = choice({PrefixKind::sum, PrefixKind::max, PrefixKind::affine});
  if (attribute.kind == PrefixKind::affine) {
    attribute.semiring = choice({Semiring::plus_times, Semiring::max_plus});
  }
  attribute.direction = direction();
  std::vector<ValueId> values = operands(scope);
  attribute.time = along();
  return {Op::prefix, std::move(values), attribute};
}

// scan forward T @LSTM each(%x) with(%W) carry(%h0)
Operation Reader::scan(const Scope& scope) {
  Operation operation{Op::scan};
  ScanAttr attribute;
  attribute.direction = direction();
  attribute.time = dim_name();
  if (accept("@")) operation.body_name = name();
  auto role = [&](std::string_view word) {
    expect_word(word);
    expect("(");
    std::vector<ValueId> values = at(")") ? std::vector<ValueId>{} : operands(scope);
    expect(")");
    operation.operands.insert(operation.operands.end(), values.begin(), values.end());
    return static_cast<uint32_t>(values.size());
  };
  attribute.each = role("each");
  attribute.with = role("with");
  attribute.carries = role("carry");
  operation.attributes = std::move(attribute);
  return operation;
}

}  // namespace rnnc::ir
