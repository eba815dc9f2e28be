#include "compiler/codegen/draws.h"

namespace rnnc::codegen {

namespace {

// One function a module: (counter low, counter high: i64; key: i32, i32) -> 4 x i32.
llvm::Function* philox_function(Code& code) {
  const char* name = "philox";
  if (llvm::Function* known = code.known(name)) return known;
  llvm::Function* function =
      code.begin(name, code.vector(code.i32(), 4), {code.i64(), code.i64(), code.i32(), code.i32()}, false);
  auto low = [&](Value x) { return code.resize(x, code.i32()); };
  auto high = [&](Value x) { return code.resize(code.shift_right(x, 32), code.i32()); };
  auto wide = [&](Value x) { return code.resize(x, code.i64()); };
  Value a = code.parameter(0), b = code.parameter(1);
  Values start = {low(a), high(a), low(b), high(b), code.parameter(2), code.parameter(3)};
  Values end = code.loop(code.whole(0), code.whole(10), 1, start, [&](Value, const Values& c) {
    Value p = code.mul(wide(c[0]), code.whole(0xD2511F53)), q = code.mul(wide(c[2]), code.whole(0xCD9E8D57));
    return Values{code.differ(code.differ(high(q), c[1]), c[4]), low(q),
                  code.differ(code.differ(high(p), c[3]), c[5]), low(p),
                  code.add(c[4], code.whole32(0x9E3779B9)),      code.add(c[5], code.whole32(0xBB67AE85))};
  });
  Value words = code.zero(code.vector(code.i32(), 4));
  for (int i = 0; i < 4; ++i) words = code.with_lane(words, end[static_cast<size_t>(i)], i);
  code.end(words);
  return function;
}

}  // namespace

Value philox(Code& code, Value counter_low, Value counter_high, Value key0, Value key1) {
  return code.call(philox_function(code), {counter_low, counter_high, key0, key1});
}

Value draw_word(Code& code, const Values& row, Value element, int j) {
  auto shifted = [&](Value x, int bits) { return code.differ(x, code.shift_right(x, bits)); };
  auto times = [&](Value x, uint32_t factor) { return code.mul(x, code.bits_like(x, factor)); };
  Value x = code.add(element, row[static_cast<size_t>(2 * j)]);
  x = times(shifted(x, 17), 0xED5AD4BB);
  x = code.add(x, row[static_cast<size_t>(2 * j + 1)]);
  x = times(shifted(x, 11), 0xAC4C1B51);
  x = times(shifted(x, 15), 0x31848BAB);
  return shifted(x, 14);
}

}  // namespace rnnc::codegen
