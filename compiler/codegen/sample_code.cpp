#include "compiler/codegen/sample_code.h"

#include <limits>

namespace rnnc::codegen {

namespace {

// Every operation stands alone: a product and a sum are never one instruction.
class SampleCode {
 public:
  SampleCode(Code& code, int64_t tokens) : code_(code), tokens_(code.whole(tokens)) {}

  // The token, as a whole number of 64 bits.
  Value write(Value logits, Value temperature, Value random) {
    logits_ = logits;
    Values most = code_.loop(code_.whole(1), tokens_, 1, {code_.whole(0), logit(code_.whole(0))},
                             [&](Value i, const Values& so_far) {
                               Value value = logit(i);
                               Value larger = code_.compare(Compare::greater, value, so_far[1]);
                               return Values{code_.select(larger, i, so_far[0]),
                                             code_.select(larger, value, so_far[1])};
                             });
    likeliest_ = most[0];
    largest_ = most[1];
    Value warm = code_.compare(Compare::less_equal, real(1e-30f), temperature);
    return code_.if_else(
        warm, [&] { return Values{draw(temperature, random)}; }, [&] { return Values{likeliest_}; })[0];
  }

 private:
  Value real(float value) { return code_.real(value); }
  Value logit(Value i) { return code_.load(code_.f32(), code_.element(logits_, code_.f32(), i), 4); }
  Value weight(Value i) { return exp(code_.mul(code_.sub(logit(i), largest_), inverse_)); }

  Value draw(Value temperature, Value random) {
    inverse_ = code_.div(real(1), temperature);
    Value sum = code_.loop(code_.whole(0), tokens_, 1, {real(0)}, [&](Value i, const Values& so_far) {
      return Values{code_.add(so_far[0], weight(i))};
    })[0];
    Value usual = code_.both(code_.compare(Compare::less, real(0), sum),
                             code_.compare(Compare::less, sum, real(std::numeric_limits<float>::infinity())));
    return code_.if_else(
        usual, [&] { return Values{first_above(code_.mul(uniform(random), sum))}; },
        [&] { return Values{code_.whole(-1)}; })[0];
  }

  // The first token at which the weights have added up to more than the threshold; else the last that has
  // any.
  Value first_above(Value threshold) {
    Value none = code_.whole(-1);
    Values seen = code_.loop(
        code_.whole(0), tokens_, 1, {none, likeliest_, real(0)}, [&](Value i, const Values& so_far) {
          Value w = weight(i);
          Value below = code_.add(so_far[2], w);
          Value is_first = code_.both(code_.compare(Compare::equal, so_far[0], none),
                                      code_.compare(Compare::greater, below, threshold));
          return Values{code_.select(is_first, i, so_far[0]),
                        code_.select(code_.compare(Compare::greater, w, real(0)), i, so_far[1]), below};
        });
    return code_.select(code_.compare(Compare::equal, seen[0], none), seen[1], seen[0]);
  }

  // splitmix64.
  Value uniform(Value random) {
    auto number = [&](uint64_t bits) { return code_.whole(static_cast<int64_t>(bits)); };
    Value state = code_.add(code_.load(code_.i64(), random, 8), number(0x9E3779B97F4A7C15u));
    code_.store(state, random, 8);
    Value z = code_.mul(code_.differ(state, code_.shift_right(state, 30)), number(0xBF58476D1CE4E5B9u));
    z = code_.mul(code_.differ(z, code_.shift_right(z, 27)), number(0x94D049BB133111EBu));
    z = code_.differ(z, code_.shift_right(z, 31));
    return code_.mul(code_.to_real(code_.resize(code_.shift_right(z, 40), code_.i32())), real(0x1p-24f));
  }

  Value exp(Value x) {
    Value shifted = code_.add(code_.mul(x, real(1.44269504088896341f)), real(12582912.0f));
    Value k = code_.sub(shifted, real(12582912.0f));
    Value r = code_.sub(x, code_.mul(k, real(0.693359375f)));
    r = code_.sub(r, code_.mul(k, real(-2.12194440e-4f)));
    Value p = real(1.9875691500e-4f);
    for (float coefficient :
         {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}) {
      p = code_.add(code_.mul(p, r), real(coefficient));
    }
    Value y = code_.add(code_.add(code_.mul(code_.mul(p, r), r), r), real(1));
    // Where x is no number <= 0, or far below, k is none that to_whole takes.
    Value inside = code_.both(code_.compare(Compare::less_equal, x, real(0)),
                              code_.compare(Compare::less_equal, real(-86), x));
    Value exponent = code_.to_whole(code_.select(inside, k, real(0)));
    Value power = code_.from_bits(code_.shift_left(code_.add(exponent, code_.whole32(127)), 23));
    Value far_below = code_.compare(Compare::less, x, real(-86));
    return code_.select(inside, code_.mul(y, power), code_.select(far_below, real(0), x));
  }

  Code& code_;
  Value tokens_, logits_ = nullptr, likeliest_ = nullptr, largest_ = nullptr, inverse_ = nullptr;
};

}  // namespace

llvm::Function* draw_token_function(Code& code, const std::string& name, int64_t tokens) {
  llvm::Function* function =
      code.begin(name, code.i32(), {code.pointer(), code.f32(), code.pointer()}, false);
  Value token = SampleCode(code, tokens).write(code.parameter(0), code.parameter(1), code.parameter(2));
  code.end(code.resize(token, code.i32()));
  return function;
}

}  // namespace rnnc::codegen
