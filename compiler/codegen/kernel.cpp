#include "compiler/codegen/kernel.h"

#include <fmt/format.h>

namespace rnnc::codegen {

namespace {

constexpr int kUnroll = 4;
constexpr int kLinesAhead = 2;  // that each round of the loop brings nearer

class KernelCode {
 public:
  KernelCode(Code& code, const KernelShape& shape)
      : code_(code), shape_(shape), type_(code.vector(code.f32(), shape.lanes)) {}

  void write() {
    for (int array : {0, 3, 4}) code_.no_alias(array);
    Value k = code_.parameter(6);
    a_row_ = shape_.contiguous == Side::rows ? code_.whole(1) : code_.parameter(1);
    a_step_ = code_.parameter(2);
    moves_ = shape_.contiguous != Side::steps;
    for (int r = 0; r < shape_.rows && !moves_; ++r) rows_.push_back(row_of(code_.parameter(0), r));
    auto zeros = [&] { return Values(tile(), code_.zero(type_)); };
    Values sums = code_.if_else(code_.parameter(7), zeros, [&] { return load_c(); });
    auto steps = [&](Value first, Values carried, int count) {
      for (int u = 0; u < count; ++u) carried = step(first, u, carried);
      return moved(std::move(carried), count);
    };
    Value unrolled = code_.both(k, code_.whole(-int64_t{shape_.unroll}));
    auto round = [&](Value first, const Values& carried) {
      for (int line = 0; shape_.unroll > 1 && line < kLinesAhead; ++line) {
        Value done = code_.mul(first, code_.whole(kLinesAhead * kLine / shape_.unroll));
        code_.prefetch(
            code_.element(code_.parameter(8), code_.i8(), code_.add(done, code_.whole(line * kLine))));
      }
      return steps(first, carried, shape_.unroll);
    };
    auto single = [&](Value first, const Values& carried) { return steps(first, carried, 1); };
    // Places that move along are cheaper than numbers that each step multiplies.
    sums.push_back(code_.parameter(3));
    if (moves_) sums.push_back(code_.parameter(0));
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

  Value row_of(Value a, int row) { return element(a, code_.mul(a_row_, code_.whole(row))); }

  // The step `ahead` of `first`, which is where the places that are carried behind the sums stand.
  Values step(Value first, int ahead, const Values& carried) {
    Values right, next;
    const int width = shape_.vectors * shape_.lanes;
    for (int v = 0; v < shape_.vectors; ++v) {
      Value place = element(carried[tile()], code_.whole(ahead * width + v * shape_.lanes));
      right.push_back(code_.load(type_, place, 4 * shape_.lanes));
    }
    for (int r = 0; r < shape_.rows; ++r) {
      Value place = moves_ ? row_of(carried[tile() + 1], r)
                           : element(rows_[static_cast<size_t>(r)], code_.add(first, code_.whole(ahead)));
      Value left = code_.splat(code_.load(code_.f32(), place, 4), shape_.lanes);
      for (Value factor : right) next.push_back(code_.fma(left, factor, carried[next.size()]));
    }
    next.push_back(carried[tile()]);
    if (moves_) next.push_back(element(carried[tile() + 1], a_step_));
    return next;
  }

  Values moved(Values carried, int steps) {
    Value& panel = carried[tile()];
    panel = element(panel, code_.whole(int64_t{steps} * shape_.vectors * shape_.lanes));
    return carried;
  }

  Code& code_;
  KernelShape shape_;
  Type type_;
  Value a_row_ = nullptr, a_step_ = nullptr;
  bool moves_ = false;  // one place in a goes along with the steps; else each row has one, which stays
  Values rows_;
};

}  // namespace

llvm::Function* kernel(Code& code, const KernelShape& shape) {
  std::string name = fmt::format("tile_{}x{}x{}_{}", shape.rows, shape.vectors, shape.lanes,
                                 static_cast<int>(shape.contiguous));
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64();
  llvm::Function* function =
      code.begin(name, code.nothing(),
                 {pointer, whole, whole, pointer, pointer, whole, whole, code.i1(), pointer}, false);
  KernelCode(code, shape).write();
  code.end();
  return function;
}

Side side_of(Code& code, Value row_stride, Value step_stride) {
  auto is_one = [&](Value stride) {
    int64_t number = 0;
    return code.is_constant(stride, number) && number == 1;
  };
  return is_one(step_stride) ? Side::steps : is_one(row_stride) ? Side::rows : Side::none;
}

llvm::Function* kernels(Code& code, int most, int vectors, int lanes, Side contiguous) {
  std::string name = fmt::format("tiles_{}x{}x{}_{}", most, vectors, lanes, static_cast<int>(contiguous));
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64();
  llvm::Function* function =
      code.begin(name, code.nothing(),
                 {whole, pointer, whole, whole, pointer, pointer, whole, whole, code.i1(), pointer}, false);
  Values arguments;
  for (int i = 1; i <= 9; ++i) arguments.push_back(code.parameter(i));
  for (int rows = most; rows >= 1; --rows) {
    // Most tiles are of the first three heights; the others spare the code of unrolled loops.
    KernelShape shape{rows, vectors, lanes, rows + 2 >= most ? kUnroll : 1, contiguous};
    code.when(code.compare(Compare::equal, code.parameter(0), code.whole(rows)),
              [&] { code.call(kernel(code, shape), arguments); });
  }
  code.end();
  return function;
}

llvm::Function* row_kernel(Code& code, int panels, int vectors, int lanes) {
  std::string name = fmt::format("row_{}x{}x{}", panels, vectors, lanes);
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64(), type = code.vector(code.f32(), lanes);
  llvm::Function* function =
      code.begin(name, code.nothing(), {pointer, whole, pointer, pointer, whole, whole, code.i1()}, false);
  for (int array : {0, 2, 3}) code.no_alias(array);
  Value k = code.parameter(5), width = code.whole(vectors * lanes);
  auto element = [&](Value place, Value index) { return code.element(place, code.f32(), index); };
  Values starts, sums;
  for (int p = 0; p < panels; ++p)
    starts.push_back(element(code.parameter(2), code.mul(code.mul(k, width), code.whole(p))));
  auto for_sums = [&](const std::function<void(Value)>& body) {
    for (int p = 0; p < panels; ++p) {
      for (int v = 0; v < vectors; ++v) {
        Value offset = code.mul(code.parameter(4), code.whole(p));
        body(element(code.parameter(3), code.add(offset, code.whole(v * lanes))));
      }
    }
  };
  auto load_all = [&] {
    Values loaded;
    for_sums([&](Value place) { loaded.push_back(code.load(type, place, 4)); });
    return loaded;
  };
  auto zeros = [&] { return Values(static_cast<size_t>(panels * vectors), code.zero(type)); };
  sums = code.if_else(code.parameter(6), zeros, load_all);
  sums = code.loop(code.whole(0), k, 1, sums, [&](Value step, const Values& carried) {
    Value place = element(code.parameter(0), code.mul(step, code.parameter(1)));
    Value left = code.splat(code.load(code.f32(), place, 4), lanes);
    Values next;
    for (Value start : starts) {
      for (int v = 0; v < vectors; ++v) {
        Value at = element(start, code.add(code.mul(step, width), code.whole(v * lanes)));
        next.push_back(code.fma(left, code.load(type, at, 4 * lanes), carried[next.size()]));
      }
    }
    return next;
  });
  size_t next = 0;
  for_sums([&](Value place) { code.store(sums[next++], place, 4); });
  code.end();
  return function;
}

Value ahead(Code& code, Value here, Value next, int width, Value k, Value tile) {
  Value offset = code.mul(tile, code.mul(k, code.whole(kLinesAhead * kLine / kUnroll)));
  Value is_within = code.compare(Compare::less, offset, code.mul(k, code.whole(4 * width)));
  return code.select(is_within, code.element(next, code.i8(), offset), here);
}

void tiles_of_rows(Code& code, Value m, int most, const std::function<void(Value, Value, Value)>& body) {
  Value count = code.div(code.add(m, code.whole(most - 1)), code.whole(most));
  Value low = code.div(m, code.most(count, code.whole(1)));
  Value taller = code.sub(m, code.mul(low, count));
  code.loop(code.whole(0), count, 1, [&](Value i) {
    Value first = code.add(code.mul(i, low), code.least(i, taller));
    Value is_taller = code.resize(code.compare(Compare::less, i, taller), code.i64());
    body(i, first, code.add(low, is_taller));
  });
}

}  // namespace rnnc::codegen
