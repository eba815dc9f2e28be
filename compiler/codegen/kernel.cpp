#include "compiler/codegen/kernel.h"

#include <fmt/format.h>

namespace rnnc::codegen {

namespace {

class KernelCode {
 public:
  KernelCode(Code& code, const KernelShape& shape)
      : code_(code), shape_(shape), type_(code.vector(code.f32(), shape.lanes)) {}

  void write() {
    for (int pointer : {0, 3, 4}) code_.no_alias(pointer);
    Value k = code_.parameter(6);
    for (int r = 0; r < shape_.rows; ++r) {
      rows_.push_back(element(code_.parameter(0), code_.mul(code_.parameter(1), code_.whole(r))));
    }
    auto zeros = [&] { return Values(tile(), code_.zero(type_)); };
    Values sums = code_.if_else(code_.parameter(7), zeros, [&] { return load_c(); });
    auto steps = [&](Value first, Values carried, int count) {
      for (int u = 0; u < count; ++u) carried = step(code_.add(first, code_.whole(u)), carried);
      return carried;
    };
    Value unrolled = code_.both(k, code_.whole(-int64_t{shape_.unroll}));
    auto round = [&](Value first, const Values& carried) { return steps(first, carried, shape_.unroll); };
    auto single = [&](Value first, const Values& carried) { return steps(first, carried, 1); };
    sums = code_.loop(code_.whole(0), unrolled, shape_.unroll, sums, round);
    if (shape_.unroll > 1) sums = code_.loop(unrolled, k, 1, sums, single);
    store_c(sums);
  }

 private:
  size_t tile() const { return static_cast<size_t>(shape_.rows) * static_cast<size_t>(shape_.vectors); }
  Value element(Value place, Value index) { return code_.element(place, code_.f32(), index); }

  Value c_place(int row, int vector) {
    Value offset = code_.mul(code_.parameter(5), code_.whole(row));
    return element(code_.parameter(4), code_.add(offset, code_.whole(vector * shape_.lanes)));
  }
  Values load_c() {
    Values sums;
    for (int r = 0; r < shape_.rows; ++r) {
      for (int v = 0; v < shape_.vectors; ++v) sums.push_back(code_.load(type_, c_place(r, v), 4));
    }
    return sums;
  }
  void store_c(const Values& sums) {
    for (int r = 0; r < shape_.rows; ++r) {
      for (int v = 0; v < shape_.vectors; ++v) {
        code_.store(sums[static_cast<size_t>(r * shape_.vectors + v)], c_place(r, v), 4);
      }
    }
  }

  Values step(Value k, const Values& sums) {
    Values right, next;
    Value row = element(code_.parameter(3), code_.mul(k, code_.whole(shape_.vectors * shape_.lanes)));
    for (int v = 0; v < shape_.vectors; ++v) {
      right.push_back(code_.load(type_, element(row, code_.whole(v * shape_.lanes)), 4 * shape_.lanes));
    }
    Value offset = code_.mul(k, code_.parameter(2));
    for (Value place : rows_) {
      Value left = code_.splat(code_.load(code_.f32(), element(place, offset), 4), shape_.lanes);
      for (Value factor : right) next.push_back(code_.fma(left, factor, sums[next.size()]));
    }
    return next;
  }

  Code& code_;
  KernelShape shape_;
  Type type_;
  Values rows_;
};

}  // namespace

llvm::Function* kernel(Code& code, const KernelShape& shape) {
  std::string name = fmt::format("tile_{}x{}x{}", shape.rows, shape.vectors, shape.lanes);
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64();
  llvm::Function* function = code.begin(
      name, code.nothing(), {pointer, whole, whole, pointer, pointer, whole, whole, code.i1()}, false);
  KernelCode(code, shape).write();
  code.end();
  return function;
}

}  // namespace rnnc::codegen
