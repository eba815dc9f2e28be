#include "compiler/ir/type.h"

#include <algorithm>
#include <iterator>

#include "compiler/ir/words.h"

namespace rnnc::ir {

DimId DimTable::add(DimKind kind, std::string name, int64_t size) {
  while (find(name).valid()) name += '\'';
  DimId id{static_cast<uint32_t>(dims_.size())};
  dims_.push_back({kind, std::move(name), size});
  return id;
}

DimId DimTable::find(const std::string& name) const {
  for (uint32_t i = 0; i < dims_.size(); ++i) {
    if (dims_[i].name == name) return DimId{i};
  }
  return {};
}

bool in(const std::vector<DimId>& dims, DimId dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

bool Type::has(DimId dim) const { return position(dim) >= 0; }

int Type::position(DimId dim) const {
  auto found = std::find(dims.begin(), dims.end(), dim);
  return found == dims.end() ? -1 : static_cast<int>(found - dims.begin());
}

Type Type::without(DimId dim) const {
  Type result{element, {}};
  std::copy_if(dims.begin(), dims.end(), std::back_inserter(result.dims), [&](DimId d) { return d != dim; });
  return result;
}

DimId time_of(const Type& type, const DimTable& dims) {
  for (DimId dim : type.dims) {
    if (dims[dim].kind == DimKind::time) return dim;
  }
  return {};
}

int64_t constant_elements(const Type& type, const DimTable& dims) {
  int64_t product = 1;
  for (DimId dim : type.dims) {
    if (dims[dim].kind != DimKind::constant) continue;
    if (__builtin_mul_overflow(product, dims[dim].size, &product)) return INT64_MAX;
  }
  return product;
}

std::string to_text(Element element) {
  switch (element) {
    case Element::real:
      return "f32";
    case Element::i32:
      return "i32";
    case Element::boolean:
      return "bool";
  }
  return "?";
}

std::string to_text(const Type& type, const DimTable& dims) {
  std::string text = to_text(type.element) + "[";
  for (size_t i = 0; i < type.dims.size(); ++i) {
    if (i > 0) text += ',';
    // A broken id is what a failing verifier has to print.
    text += type.dims[i].index < dims.size() ? to_word(dims[type.dims[i]].name) : "?";
  }
  return text + "]";
}

}  // namespace rnnc::ir
