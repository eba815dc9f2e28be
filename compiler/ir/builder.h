// Appends instructions to a function with their types inferred. A wrong operand is a mistake of the compiler
// and ends it (RNNC_CHECK); text from outside goes through read.h, which fails as a value.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::ir {

class Builder {
 public:
  Builder(const DimTable& dims, Function& function) : dims_(dims), function_(function) {}

  const DimTable& dims() const { return dims_; }
  Function& function() { return function_; }
  const Type& type(ValueId value) const { return function_.type(value); }
  // The span that the instructions from here on carry.
  void at(support::Span span) { span_ = span; }

  ValueId param(std::string name, Type type);
  ValueId input(std::string name, Type type);
  ValueId constant(double value, Type type);                // every element `value`
  ValueId constant(std::vector<double> values, Type type);  // row-major; only constant dims
  ValueId iota(DimId dim);                                  // i32[dim]
  ValueId random(RandomAttr draw, Type type);

  ValueId unary(Op op, ValueId a);  // family unary but for cast
  ValueId cast(ValueId a, Element to);
  ValueId binary(Op op, ValueId a, ValueId b);  // families binary and compare
  ValueId select(ValueId condition, ValueId yes, ValueId no);
  ValueId contract(ValueId a, ValueId b, std::vector<DimId> over, Type type);
  // The result's dims in natural order: those of a that remain, then those of b that are not there yet.
  ValueId contract(ValueId a, ValueId b, std::vector<DimId> over);
  ValueId reduce(Reduction reduction, ValueId a, std::vector<DimId> over);
  ValueId broadcast(ValueId a, Type type);           // no instruction if the type is a's already
  ValueId view(ValueId a, std::vector<DimId> dims);  // likewise
  ValueId concat(const std::vector<ValueId>& parts, DimId along, std::vector<DimId> dims);
  ValueId slice(ValueId a, DimId from, DimId to, int64_t start);
  ValueId pad(ValueId a, DimId from, DimId to, int64_t start);
  ValueId gather(ValueId table, DimId dim, ValueId indices, std::vector<DimId> dims);
  ValueId scatter_add(ValueId updates, ValueId indices, DimId dim, std::vector<DimId> dims);
  ValueId shift(ValueId a, DimId time, int by, const std::vector<ValueId>& before = {});
  ValueId flip(ValueId a, DimId time);
  ValueId prefix(PrefixAttr how, const std::vector<ValueId>& operands);
  // Returns outs, then finals.
  std::vector<ValueId> scan(ScanAttr how, const std::vector<ValueId>& each, const std::vector<ValueId>& with,
                            const std::vector<ValueId>& first);

  // Any op, its result types inferred from operands, attributes and, where these do not say, `wanted` (the
  // type of a leaf, of contract, broadcast, view, concat, gather, scatter_add). What a pass uses to copy an
  // instruction with other operands.
  std::vector<ValueId> append(Op op, std::vector<ValueId> operands, Attributes attributes, Type wanted = {});

 private:
  const DimTable& dims_;
  Function& function_;
  support::Span span_ = {};
};

}  // namespace rnnc::ir
