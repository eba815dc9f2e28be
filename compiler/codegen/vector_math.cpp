#include "compiler/codegen/vector_math.h"

#include <limits>

namespace rnnc::codegen {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// ln 2 in two parts, the first of so few bits that its multiples are exact. (Cody, Waite 1980; Cephes)
constexpr double kLn2High = 0.693359375, kLn2Low = -2.12194440e-4;
constexpr double kLog2E = 1.44269504088896340736;
// Added to a small number and taken away again, it leaves the nearest whole number.
constexpr double kRound32 = 0x1.8p23, kRound64 = 0x1.8p52;
constexpr uint64_t kWhole = 0x4B400000;  // the bits of kRound32: what is above them is that number

}  // namespace

Value VectorMath::polynomial(Value x, std::initializer_list<double> coefficients) {
  Value sum = nullptr;
  for (double coefficient : coefficients) {
    Value term = code_.like(x, coefficient);
    sum = sum ? code_.fma(sum, x, term) : term;
  }
  return sum;
}

Value VectorMath::abs(Value x) {
  Value bits = code_.bits(x);
  return code_.from_bits(code_.both(bits, code_.bits_like(bits, 0x7FFFFFFF)));
}

Value VectorMath::with_sign_of(Value magnitude, Value sign) {
  Value bits = code_.bits(sign);
  Value only_sign = code_.both(bits, code_.bits_like(bits, 0x80000000));
  return code_.from_bits(code_.either(code_.bits(magnitude), only_sign));
}

Value VectorMath::max(Value a, Value b) {
  Value larger = code_.select(code_.compare(Compare::greater, b, a), b, a);
  return code_.select(code_.either(code_.is_nan(a), code_.is_nan(b)), code_.add(a, b), larger);
}

Value VectorMath::min(Value a, Value b) {
  Value smaller = code_.select(code_.compare(Compare::less, b, a), b, a);
  return code_.select(code_.either(code_.is_nan(a), code_.is_nan(b)), code_.add(a, b), smaller);
}

// x = n ln 2 + r, |r| <= ln 2 / 2: n, as the low bits of `shifted`, and e^r - 1.
VectorMath::Power VectorMath::power(Value x) {
  Value shifted = code_.fma(x, code_.like(x, kLog2E), code_.like(x, kRound32));
  Value n = code_.sub(shifted, code_.like(x, kRound32));
  Value r = code_.fma(n, code_.like(x, -kLn2High), x);
  r = code_.fma(n, code_.like(x, -kLn2Low), r);
  Value q = polynomial(r, {0x1.694c86p-10, 0x1.12397cp-7, 0x1.555a26p-5, 0x1.555492p-3, 0x1.fffffap-2});
  return {code_.bits(shifted), code_.fma(code_.mul(r, r), q, r)};
}

// e^x = 2^n e^r. 2^n is multiplied on in two halves, since n may be 128 where the result is still finite.
// Bounds are set by comparisons that are false for NaN, which therefore stays.
Value VectorMath::exp(Value x) {
  x = code_.select(code_.compare(Compare::greater, x, code_.like(x, 89)), code_.like(x, 89), x);
  x = code_.select(code_.compare(Compare::less, x, code_.like(x, -104)), code_.like(x, -104), x);
  auto [whole, less_one] = power(x);
  // 512 keeps the division by two one of positive numbers.
  Value biased = code_.sub(whole, code_.bits_like(whole, kWhole - 512));
  Value half = code_.shift_right(biased, 1);
  Value rest = code_.sub(biased, half);
  auto two_to = [&](Value exponent) {
    return code_.from_bits(code_.shift_left(code_.sub(exponent, code_.bits_like(exponent, 256 - 127)), 23));
  };
  Value p = code_.add(less_one, code_.like(x, 1));
  return code_.mul(code_.mul(p, two_to(half)), two_to(rest));
}

// e^-|x|: 2^n is far from overflow, but may be too small for a number by itself, as 2^(n + 64) is not.
Value VectorMath::exp_of_minus(Value x) {
  x = code_.neg(abs(x));
  x = code_.select(code_.compare(Compare::less, x, code_.like(x, -104)), code_.like(x, -104), x);
  auto [whole, less_one] = power(x);
  Value biased = code_.sub(whole, code_.bits_like(whole, kWhole - 127 - 64));
  Value p = code_.add(less_one, code_.like(x, 1));
  return code_.mul(code_.mul(p, code_.from_bits(code_.shift_left(biased, 23))), code_.like(x, 0x1p-64));
}

// s (e^r - 1) + (s - 1) with s = 2^n: without loss near 0, where s is 1.
Value VectorMath::exp_minus_one(Value x) {
  auto [whole, less_one] = power(x);
  Value s = code_.from_bits(code_.shift_left(code_.sub(whole, code_.bits_like(whole, kWhole - 127)), 23));
  return code_.fma(s, less_one, code_.sub(s, code_.like(s, 1)));
}

// (e^2a - 1) / (e^2a + 1); above 9.1 it is 1 to the last bit.
Value VectorMath::tanh(Value x) {
  Value a = abs(x);
  a = code_.select(code_.compare(Compare::greater, a, code_.like(a, 9.1)), code_.like(a, 9.1), a);
  Value e = exp_minus_one(code_.add(a, a));
  return with_sign_of(code_.div(e, code_.add(e, code_.like(e, 2))), x);
}

// e^x of the negative side keeps small results exact and never overflows.
Value VectorMath::sigmoid(Value x) {
  Value e = exp_of_minus(x);
  Value above = code_.select(code_.compare(Compare::less, x, code_.like(x, 0)), e, code_.like(x, 1));
  return code_.div(above, code_.add(e, code_.like(e, 1)));
}

// x = 2^e (1 + z), 1 + z in [√½, √2). (Cephes logf)
Value VectorMath::log_of_positive(Value x) {
  Value bits = code_.bits(x);
  // Counted from √½, so that the exponent's bits change where the mantissa should begin anew.
  Value from_root = code_.sub(bits, code_.bits_like(bits, 0x3F3504F3));
  Value exponent_bits = code_.both(from_root, code_.bits_like(bits, 0xFF800000));
  Value m = code_.from_bits(code_.sub(bits, exponent_bits));
  Value negative = code_.compare(Compare::less, exponent_bits, code_.zero(code_.type_of(exponent_bits)));
  Value exponent = code_.shift_right(exponent_bits, 23);
  exponent =
      code_.sub(exponent, code_.select(negative, code_.bits_like(bits, 512), code_.bits_like(bits, 0)));
  Value e = code_.to_real(exponent);
  Value z = code_.sub(m, code_.like(m, 1)), zz = code_.mul(z, z);
  Value p =
      polynomial(z, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1,
                     -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1});
  Value y = code_.mul(code_.mul(zz, z), p);
  y = code_.fma(e, code_.like(e, kLn2Low), y);
  y = code_.fma(zz, code_.like(zz, -0.5), y);
  return code_.fma(e, code_.like(e, kLn2High), code_.add(z, y));
}

Value VectorMath::log(Value x) {
  Value result = log_of_positive(x), zero = code_.like(x, 0);
  Value infinite = code_.compare(Compare::equal, x, code_.like(x, kInfinity));
  result = code_.select(code_.either(infinite, code_.is_nan(x)), x, result);
  result = code_.select(code_.compare(Compare::equal, x, zero), code_.like(x, -kInfinity), result);
  return code_.select(code_.compare(Compare::less, x, zero), code_.like(x, kNaN), result);
}

// What rounding takes from 1 + y is added again, which is NaN for NaN.
Value VectorMath::log1p(Value y) {
  Value one = code_.like(y, 1), u = code_.add(y, one);
  Value lost = code_.sub(y, code_.sub(u, one));
  return code_.add(log_of_positive(u), code_.div(lost, u));
}

Value VectorMath::softplus(Value x) {
  Value zero = code_.like(x, 0);
  Value positive = code_.select(code_.compare(Compare::greater, x, zero), x, zero);
  return code_.add(positive, log1p(exp_of_minus(x)));
}

namespace {

// i64(bits of an f32 of 2^20 or more): how many quarter turns it is, mod 4, above the bits of the rest as
// f32. x = m 2^k; of 2/π only the bits count whose product with 2^k is less than 4 and, for a rest of 32 good
// bits, the next 96. (Payne, Hanek 1983)
llvm::Function* turn_function(Code& code) {
  const char* name = "turn";
  if (llvm::Function* known = code.known(name)) return known;
  llvm::Function* function = code.begin(name, code.i64(), {code.i32()}, false);
  // 2/π in words, after one of zeros.
  Value words = code.array(code.i32(), {0, 0xA2F9836Ep0, 0x4E441529p0, 0xFC2757D1p0, 0xF534DDC0p0,
                                        0xDB629599p0, 0x3C439041p0, 0xFE5163ABp0});
  auto wide = [&](Value x) { return code.resize(x, code.i64()); };
  Value bits = wide(code.parameter(0));
  Value exponent = code.both(code.shift_right(bits, 23), code.whole(255));
  Value m = code.either(code.both(bits, code.whole(0x7FFFFF)), code.whole(0x800000));
  // The place in the words of the bit that 2^k makes 2: k - 1 of the fraction, k = exponent - 150.
  Value place = code.sub(exponent, code.whole(120));
  Value word = code.shift_right(place, 5), shift = code.both(place, code.whole(31));
  auto pair = [&](int64_t first) {
    auto at = [&](int64_t i) {
      return wide(code.load(code.i32(), code.element(words, code.i32(), code.add(word, code.whole(i))), 4));
    };
    return code.either(code.shift_left(at(first), 32), at(first + 1));
  };
  Value above = pair(0), below = pair(2);
  Value high = code.either(code.shift_left(above, shift),
                           code.shift_right(code.shift_right(below, 1), code.sub(code.whole(63), shift)));
  Value low = code.shift_right(code.shift_left(below, shift), 32);
  // In units of 2^-62 quarter turns; what is above 4 quarters is lost, as it may be.
  Value turn = code.add(code.mul(m, high), code.shift_right(code.mul(m, low), 32));
  Value quarter = code.shift_right(code.add(turn, code.whole(int64_t{1} << 61)), 62);
  Value rest = code.to_f64(code.sub(turn, code.shift_left(quarter, 62)));
  rest = code.to_f32(code.mul(rest, code.like(rest, 1.57079632679489661923 * 0x1p-62)));
  Value negative = code.compare(Compare::less, code.parameter(0), code.whole32(0));
  quarter = code.select(negative, code.neg(quarter), quarter);
  rest = code.select(negative, code.neg(rest), rest);
  code.end(code.either(code.shift_left(quarter, 32), wide(code.bits(rest))));
  return function;
}

constexpr double kLarge = 0x1p20;

}  // namespace

// In double precision, whose bits beyond those of f32 are what the reduction loses. π/2 in two parts.
// (fdlibm)
VectorMath::Reduced VectorMath::reduce(Value x) {
  Value wide = code_.to_f64(x);
  Value shifted =
      code_.add(code_.mul(wide, code_.like(wide, 0.63661977236758134308)), code_.like(wide, kRound64));
  Value n = code_.sub(shifted, code_.like(wide, kRound64));
  Value rest = code_.sub(wide, code_.mul(n, code_.like(wide, 1.57079632673412561417)));
  rest = code_.sub(rest, code_.mul(n, code_.like(wide, 6.07710050650619224932e-11)));
  Reduced small{code_.resize(code_.bits(shifted), code_.i32()), code_.to_f32(rest)};
  Value any = code_.any(code_.compare(Compare::less_equal, code_.like(x, kLarge), abs(x)));
  Values reduced = code_.if_else(
      any,
      [&] {
        Reduced all = reduce_large(x, small);
        return Values{all.quarter, all.rest};
      },
      [&] { return Values{small.quarter, small.rest}; });
  return {reduced[0], reduced[1]};
}

// Lane by lane; angles that large are rare.
VectorMath::Reduced VectorMath::reduce_large(Value x, const Reduced& small) {
  int lanes = code_.lanes(x);
  Value angles = code_.local(code_.f32(), lanes, 64), quarters = code_.local(code_.i32(), lanes, 64);
  code_.store(x, angles, 4);
  llvm::Function* turn = turn_function(code_);
  code_.loop(code_.whole(0), code_.whole(lanes), 1, [&](Value lane) {
    Value place = code_.element(angles, code_.f32(), lane);
    Value angle = code_.load(code_.f32(), place, 4), size = abs(angle);
    Value large = code_.both(code_.compare(Compare::less_equal, code_.like(size, kLarge), size),
                             code_.compare(Compare::less, size, code_.like(size, kInfinity)));
    code_.when(large, [&] {
      Value packed = code_.call(turn, {code_.bits(angle)});
      code_.store(code_.resize(packed, code_.i32()), place, 4);
      Value quarter = code_.resize(code_.shift_right(packed, 32), code_.i32());
      code_.store(quarter, code_.element(quarters, code_.i32(), lane), 4);
    });
  });
  Value large = code_.both(code_.compare(Compare::less_equal, code_.like(x, kLarge), abs(x)),
                           code_.compare(Compare::less, abs(x), code_.like(x, kInfinity)));
  Value rest = code_.load(code_.type_of(x), angles, 4);
  Value quarter = code_.load(code_.type_of(small.quarter), quarters, 4);
  return {code_.select(large, quarter, small.quarter), code_.select(large, rest, small.rest)};
}

// sin(angle + quarters_ahead · π/2). (Cephes sinf, cosf)
Value VectorMath::wave(const Reduced& angle, int quarters_ahead) {
  Value r = angle.rest, z = code_.mul(r, r);
  Value s = polynomial(z, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
  Value sine = code_.fma(code_.mul(s, z), r, r);
  Value c = polynomial(z, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2});
  Value cosine = code_.fma(code_.mul(c, z), z, code_.fma(z, code_.like(z, -0.5), code_.like(z, 1)));
  Value quarter =
      code_.add(angle.quarter, code_.bits_like(angle.quarter, static_cast<uint64_t>(quarters_ahead)));
  Value is_odd = code_.resize(quarter, code_.i1());
  Value value = code_.select(is_odd, cosine, sine);
  Value sign = code_.shift_left(code_.both(quarter, code_.bits_like(quarter, 2)), 30);
  return code_.from_bits(code_.differ(code_.bits(value), sign));
}

Value VectorMath::sin(Value x) { return wave(reduce(x), 0); }
Value VectorMath::cos(Value x) { return wave(reduce(x), 1); }

Value VectorMath::cos_of_turn(Value m) {
  Value quarter = code_.shift_right(code_.add(m, code_.bits_like(m, 1 << 21)), 22);
  Value rest = code_.to_real(code_.sub(m, code_.shift_left(quarter, 22)));
  return wave({quarter, code_.mul(rest, code_.like(rest, 6.28318530717958647693 * 0x1p-24))}, 1);
}

// 2 atanh((m - 1) / (m + 1)) / ln 2 + e, m in [√½, √2).
Value VectorMath::log2_f64(Value x) {
  Value bits = code_.bits(x);
  Value from_root = code_.sub(bits, code_.bits_like(bits, 0x3FE6A09E667F3BCD));
  Value exponent_bits = code_.both(from_root, code_.bits_like(bits, 0xFFF0000000000000));
  Value m = code_.from_bits(code_.sub(bits, exponent_bits));
  // The exponent becomes a double by way of its bits: 2^52 + 2^51 + e has e in its low bits.
  Value exponent = code_.shift_right(exponent_bits, 52);
  Value negative = code_.compare(Compare::less, exponent_bits, code_.zero(code_.type_of(bits)));
  exponent =
      code_.sub(exponent, code_.select(negative, code_.bits_like(bits, 4096), code_.bits_like(bits, 0)));
  Value e = code_.from_bits(code_.add(exponent, code_.bits_like(bits, 0x4338000000000000)));
  e = code_.sub(e, code_.like(e, kRound64));
  Value one = code_.like(m, 1);
  Value s = code_.div(code_.sub(m, one), code_.add(m, one)), ss = code_.mul(s, s);
  Value series = polynomial(ss, {1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1});
  return code_.fma(code_.mul(s, series), code_.like(s, 2 * kLog2E), e);
}

Value VectorMath::exp2_f64(Value x) {
  Value shifted = code_.add(x, code_.like(x, kRound64));
  Value r = code_.mul(code_.sub(x, code_.sub(shifted, code_.like(x, kRound64))), code_.like(x, 1 / kLog2E));
  Value p = polynomial(
      r, {1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1});
  Value power = code_.shift_left(code_.bits(shifted), 52);
  return code_.from_bits(code_.add(code_.bits(p), power));
}

// 2^(y log2 |x|) in double precision, rounded once; then the special cases of C.
Value VectorMath::pow(Value x, Value y) {
  Value one = code_.like(x, 1), zero = code_.like(x, 0), infinity = code_.like(x, kInfinity);
  Value magnitude = abs(x);
  Value exponent = code_.mul(code_.to_f64(y), log2_f64(code_.to_f64(magnitude)));
  Value most = code_.like(exponent, 200), least = code_.like(exponent, -200);
  exponent = code_.select(code_.compare(Compare::greater, exponent, most), most, exponent);
  exponent = code_.select(code_.compare(Compare::less, exponent, least), least, exponent);
  Value power = code_.to_f32(exp2_f64(exponent));

  // From 2^24 on every float is an even number.
  Value small = code_.compare(Compare::less, abs(y), code_.like(y, 0x1p24));
  Value whole = code_.to_whole(code_.select(small, y, zero));
  Value is_whole = code_.either(code_.no(small), code_.compare(Compare::equal, code_.to_real(whole), y));
  Value is_odd = code_.both(code_.resize(whole, code_.i1()), code_.both(small, is_whole));
  power = code_.select(is_odd, with_sign_of(power, x), power);
  Value root_of_negative = code_.both(code_.compare(Compare::less, x, zero), code_.no(is_whole));
  root_of_negative = code_.both(root_of_negative, code_.compare(Compare::less, magnitude, infinity));
  power = code_.select(root_of_negative, code_.like(x, kNaN), power);
  power = code_.select(code_.either(code_.is_nan(x), code_.is_nan(y)), code_.add(x, y), power);
  Value of_minus_one = code_.both(code_.compare(Compare::equal, x, code_.like(x, -1)),
                                  code_.compare(Compare::equal, abs(y), infinity));
  Value is_one = code_.either(code_.compare(Compare::equal, x, one), code_.compare(Compare::equal, y, zero));
  return code_.select(code_.either(is_one, of_minus_one), one, power);
}

}  // namespace rnnc::codegen
