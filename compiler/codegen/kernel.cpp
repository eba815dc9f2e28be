#include "compiler/codegen/kernel.h"

#include <fmt/format.h>

namespace rnnc::codegen {

namespace {

constexpr int kUnroll = 4;

class KernelCode {
 public:
  KernelCode(Code& code, const KernelShape& shape)
      : code_(code), shape_(shape), type_(code.vector(code.f32(), shape.lanes)) {}

  void write() {
    for (int pointer : {0, 2, 3}) code_.no_alias(pointer);
    a_ = code_.parameter(0);
    a_stride_ = code_.parameter(1);
    panel_ = code_.parameter(2);
    Value k = code_.parameter(5);
    for (int r = 0; r < shape_.rows; ++r) {
      Value row = code_.mul(a_stride_, code_.whole(r));
      rows_.push_back(shape_.along_k ? code_.element(a_, code_.f32(), row) : a_);
    }
    Values sums = code_.if_else(
        code_.parameter(6), [&] { return Values(tile(), code_.zero(type_)); }, [&] { return load_c(); });
    Value unrolled = code_.both(k, code_.whole(~int64_t{kUnroll - 1}));
    auto steps = [&](Value first, Values carried, int count) {
      for (int u = 0; u < count; ++u) carried = step(code_.add(first, code_.whole(u)), carried);
      return carried;
    };
    sums = code_.loop(code_.whole(0), unrolled, kUnroll, sums,
                      [&](Value first, const Values& carried) { return steps(first, carried, kUnroll); });
    sums = code_.loop(unrolled, k, 1, sums,
                      [&](Value first, const Values& carried) { return steps(first, carried, 1); });
    store_c(sums);
  }

 private:
  size_t tile() const { return static_cast<size_t>(shape_.rows) * static_cast<size_t>(shape_.vectors); }
  int bytes() const { return 4 * shape_.lanes; }

  Value c_place(int row, int vector) {
    Value offset = code_.mul(code_.parameter(4), code_.whole(row));
    return code_.element(code_.parameter(3), code_.f32(),
                         code_.add(offset, code_.whole(vector * shape_.lanes)));
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
    Values right;
    Value row = code_.element(panel_, code_.f32(), code_.mul(k, code_.whole(shape_.vectors * shape_.lanes)));
    for (int v = 0; v < shape_.vectors; ++v) {
      right.push_back(
          code_.load(type_, code_.element(row, code_.f32(), code_.whole(v * shape_.lanes)), bytes()));
    }
    Value column = shape_.along_k ? nullptr : code_.element(a_, code_.f32(), code_.mul(k, a_stride_));
    Values next;
    for (int r = 0; r < shape_.rows; ++r) {
      Value place = shape_.along_k ? code_.element(rows_[static_cast<size_t>(r)], code_.f32(), k)
                                   : code_.element(column, code_.f32(), code_.whole(r));
      Value left = code_.splat(code_.load(code_.f32(), place, 4), shape_.lanes);
      for (int v = 0; v < shape_.vectors; ++v) {
        next.push_back(code_.fma(left, right[static_cast<size_t>(v)], sums[next.size()]));
      }
    }
    return next;
  }

  Code& code_;
  KernelShape shape_;
  Type type_;
  Value a_ = nullptr, a_stride_ = nullptr, panel_ = nullptr;
  Values rows_;
};

}  // namespace

llvm::Function* kernel(Code& code, const KernelShape& shape) {
  std::string name =
      fmt::format("product_{}x{}x{}_{}", shape.rows, shape.vectors, shape.lanes, shape.along_k ? "k" : "m");
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64();
  llvm::Function* function =
      code.begin(name, code.nothing(), {pointer, whole, pointer, pointer, whole, whole, code.i1()}, false);
  KernelCode(code, shape).write();
  code.end();
  return function;
}

}  // namespace rnnc::codegen
