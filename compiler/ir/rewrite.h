// What every rewrite of a function needs: who reads a value, and a copy of the function under the rewrite's
// control.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "compiler/ir/builder.h"
#include "compiler/ir/function.h"

namespace rnnc::ir {

// Who reads each value of a function. Values are numbered in the order of their definition, parameters first,
// so a < b implies that b cannot be an ancestor of a.
class Uses {
 public:
  explicit Uses(const Function& function);
  // The instructions that read the value, in order; one that reads it twice stands here twice.
  std::span<const InstrId> readers(ValueId value) const;
  bool returned(ValueId value) const { return returns_[value.index] > 0; }
  // Readers, and results of the function that it is.
  size_t count(ValueId value) const { return readers(value).size() + returns_[value.index]; }

 private:
  std::vector<uint32_t> begin_;  // of each value's readers, and one past the last
  std::vector<InstrId> readers_;
  std::vector<uint32_t> returns_;
};

// A copy in the making: every value of the old function that is still needed is copied or replaced by a value
// of the new one.
class Rewriter {
 public:
  // `parameters`: the new function begins with copies of the old one's parameters; else it has those that the
  // rewrite adds.
  enum class Parameters { copied, own };
  Rewriter(const Function& from, const DimTable& dims, Parameters parameters = Parameters::copied);
  Rewriter(const Rewriter&) = delete;
  Rewriter& operator=(const Rewriter&) = delete;

  const Function& from() const { return from_; }
  Builder& build() { return builder_; }
  const Function& made() const { return made_; }

  bool has(ValueId old) const { return now_[old.index].valid(); }
  ValueId operator[](ValueId old) const;
  std::vector<ValueId> mapped(std::span<const ValueId> old) const;

  // `now`, a value of the new function, stands for `old` from here on, and takes over its name if it has
  // none.
  void replace(ValueId old, ValueId now);
  // The instruction with its operands mapped: types as they were, hence only where operands kept theirs.
  void copy(InstrId instr);
  void copy(InstrId instr, Attributes attributes);
  // A parameter of its own that stands for the old one.
  void copy_parameter(ValueId old);
  // Adds the mapped results, all of the old function's or those given, and hands the new function over.
  Function finish() { return finish(from_.results()); }
  Function finish(const std::vector<NamedResult>& old_results);

 private:
  const Function& from_;
  Function made_;
  Builder builder_;
  std::vector<ValueId> now_;
};

// The function with each scan's body replaced by what `rewrite` makes of it; `rewrite` keeps parameters and
// results.
Function map_bodies(const Function& function, const DimTable& dims,
                    const std::function<Function(const Function&)>& rewrite);

// A scan's operands, its body's parameters and its body's results, each by role.
struct ScanParts {
  explicit ScanParts(const Instr& scan);

  const ScanAttr& attr;
  const Function& body;
  std::span<const ValueId> each, with, first;                       // operands, values of the function
  std::span<const ValueId> each_params, with_params, carry_params;  // parameters of the body
  std::span<const ValueId> outs, finals;                            // results, values of the function
  ValueId out(size_t i) const { return body.results()[i].value; }   // values of the body
  ValueId next(size_t i) const { return body.results()[attr.outs + i].value; }
  const std::string& out_name(size_t i) const { return body.results()[i].name; }
  const std::string& carry_name(size_t i) const { return body.results()[attr.outs + i].name; }
};

// Time and direction of another scan, as yet without operands and body.
ScanAttr like(const ScanAttr& scan);

// A constant dimension of the same size as `like`, none of `taken`, named after it (H', H'', ...): the first
// that exists already, else a new one. Two rewrites that need "another H" therefore agree on which.
DimId another_dim(DimTable& dims, DimId like, const std::vector<DimId>& taken);

// `a` with `from` called `to`.
ValueId rename_dim(Builder& build, ValueId a, DimId from, DimId to);

}  // namespace rnnc::ir
