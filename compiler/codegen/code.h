// The code that is being written: instructions, loops and functions of LLVM IR, under names of our own. Where
// it can, it folds: sizes that are known leave no arithmetic, conditions no branches.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llvm {
class Function;
class Module;
class Type;
class Value;
}  // namespace llvm

namespace rnnc::codegen {

using Value = llvm::Value*;
using Type = llvm::Type*;
using Values = std::vector<Value>;

constexpr int kLine = 64;  // bytes of a line of the cache, which is what a prefetch brings

// Of integers signed, of floats ordered: false if an operand is NaN.
enum class Compare : uint8_t { equal, less, less_equal, greater };

class Code {
 public:
  // `cpu` and `features` stand on every function. `fused`: fma() is one instruction.
  Code(llvm::Module& module, std::string cpu, std::string features, bool fused);
  ~Code();

  // ---- types
  Type f32() const;
  Type f64() const;
  Type i1() const;
  Type i8() const;
  Type i32() const;
  Type i64() const;
  Type pointer() const;
  Type nothing() const;
  Type vector(Type element, int lanes) const;
  Type type_of(Value value) const;
  int lanes(Value value) const;  // 1 for a scalar

  // ---- constants
  Value real(double value) const;
  Value whole(int64_t value) const;                    // i64
  Value whole32(uint32_t value) const;                 // i32
  Value like(Value shape, double value) const;         // a float, or a vector of them, of the type of `shape`
  Value bits_like(Value shape, uint64_t value) const;  // likewise integers
  Value zero(Type type) const;
  bool is_constant(Value value, int64_t& number) const;          // of integers
  Value array(Type element, const std::vector<double>& values);  // pointer to read-only data
  Value bytes(std::string_view content, int align);              // likewise

  // ---- arithmetic, lane by lane; of floats or integers as the operands are
  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);  // of integers: of numbers >= 0
  Value neg(Value a);
  Value fma(Value a, Value b, Value c);  // a * b + c
  Value sqrt(Value a);
  Value both(Value a, Value b);
  Value either(Value a, Value b);
  Value differ(Value a, Value b);  // exclusive or
  Value no(Value a);
  Value shift_left(Value a, int bits);
  Value shift_right(Value a, int bits);  // zeros come in
  Value shift_left(Value a, Value bits);
  Value shift_right(Value a, Value bits);
  Value compare(Compare how, Value a, Value b);
  Value is_nan(Value a);
  Value select(Value condition, Value yes, Value no);
  Value least(Value a, Value b);  // of integers
  Value most(Value a, Value b);

  // ---- conversions
  Value bits(Value a);                 // the bits of floats as integers
  Value from_bits(Value a);            // and back
  Value to_real(Value a);              // i32 to f32
  Value to_whole(Value a);             // f32 within the range to i32, towards zero
  Value to_f64(Value a);               // from f32, or from i64 with its sign
  Value to_f32(Value a);               // from f64, rounded
  Value resize(Value a, Type scalar);  // integers of other width; zeros come in, or bits are dropped
  Value resize_signed(Value a, Type scalar);
  Value address(Value pointer);  // as a number

  // ---- vectors
  Value splat(Value scalar, int lanes);
  Value counting(Type element, int lanes);  // 0, 1, 2, ...
  Value lane(Value vector, int at);
  Value with_lane(Value vector, Value scalar, int at);
  // Lanes by number, those of `b` counted on from those of `a`.
  Value shuffle(Value a, Value b, const std::vector<int>& lanes);
  Value upper_half(Value vector);
  Value lower_half(Value vector);
  Value any(Value flags);  // whether one of them is set

  // ---- memory
  Value element(Value pointer, Type type, Value index);
  Value load(Type type, Value pointer, int align);
  void store(Value value, Value pointer, int align);
  Value load_masked(Type type, Value pointer, Value mask, int align);
  void store_masked(Value value, Value pointer, Value mask, int align);
  void prefetch(Value place);  // into the second cache
  void prefetch_to_write(Value place);
  Value local(Type element, int64_t count, int align);  // on the stack of the function

  // ---- control
  using Body = std::function<Values(Value index, const Values& carried)>;
  // for (i = from; i < to; i += step) carried = body(i, carried)
  Values loop(Value from, Value to, int64_t step, Values start, const Body& body);
  void loop(Value from, Value to, int64_t step, const std::function<void(Value)>& body);
  Values if_else(Value condition, const std::function<Values()>& yes, const std::function<Values()>& no);
  void when(Value condition, const std::function<void()>& yes);

  // ---- functions; one is written at a time, but another may be begun within it
  llvm::Function* begin(const std::string& name, Type result, const std::vector<Type>& parameters,
                        bool visible);
  // Spends no time on optimising the function that is being written.
  void leave_as_written();
  Value parameter(int at) const;
  void no_alias(int parameter);
  void end(Value result = nullptr);
  Value call(llvm::Function* function, const Values& arguments);
  void call_at(Value place, const Values& arguments);    // of a function that gives nothing
  llvm::Function* known(const std::string& name) const;  // or null
  // Read-only data that other objects see.
  void visible_bytes(const std::string& name, std::string_view content, int align);
  // Zeros that other objects see, to be counted up.
  Value visible_counters(const std::string& name, int64_t count);
  Value cycles();                    // of the processor's clock
  void read_control(Value pointer);  // of SSE
  void write_control(Value pointer);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace rnnc::codegen
