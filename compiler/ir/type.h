// Types of the IR: an element and a list of named dimensions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/support/id.h"

namespace rnnc::ir {

// `real` is the number that is computed with: f32 in machine code, double in the interpreter. Text form: f32.
enum class Element { real, i32, boolean };

enum class DimKind {
  constant,  // a size known at compile time
  batch,     // B: the sequences of a batch
  time,      // T, T.source, ...: steps, with one vector of lengths i32[B]
};

struct DimTag;
using DimId = support::Id<DimTag>;

struct Dim {
  DimKind kind = DimKind::constant;
  std::string name;  // unique within its table: "H", "H'", "4*H", "B", "T", "T.source"
  int64_t size = 0;  // of a constant; 0 for the symbols
  friend bool operator==(const Dim&, const Dim&) = default;
};

// The dimensions of a module, shared by all of its functions.
class DimTable {
 public:
  // A new dimension. A name that is taken gets a prime: H, H', H''.
  DimId add(DimKind kind, std::string name, int64_t size = 0);
  const Dim& operator[](DimId id) const { return dims_[id.index]; }
  size_t size() const { return dims_.size(); }
  // The dimension of that name, or an invalid id.
  DimId find(const std::string& name) const;
  friend bool operator==(const DimTable&, const DimTable&) = default;

 private:
  std::vector<Dim> dims_;
};

bool in(const std::vector<DimId>& dims, DimId dim);

// element[dims], outermost first. No dimension occurs twice. The order is part of the type: operands of
// element-wise ops have equal types; `broadcast` brings an operand into another order. A scalar has no dims.
struct Type {
  Element element = Element::real;
  std::vector<DimId> dims;

  bool has(DimId dim) const;
  int position(DimId dim) const;  // -1 if absent
  Type without(DimId dim) const;
  Type with_element(Element other) const { return {other, dims}; }
  friend bool operator==(const Type&, const Type&) = default;
};

// The time dimension of the type, or an invalid id. A type with two times (attention) gives the first.
DimId time_of(const Type& type, const DimTable& dims);

// The product of the constant dimensions: the elements of one step of one sequence. INT64_MAX if it is larger
// than that.
int64_t constant_elements(const Type& type, const DimTable& dims);

std::string to_text(Element element);                         // "f32", "i32", "bool"
std::string to_text(const Type& type, const DimTable& dims);  // "f32[T,B,H]"

}  // namespace rnnc::ir
