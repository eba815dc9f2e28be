#include "compiler/codegen/self_test_code.h"

#include <cmath>
#include <limits>

namespace rnnc::codegen {

namespace {

// What errors are relative to.
float scale_of(const std::vector<float>& expected) {
  float largest = 0;
  for (float value : expected) {
    if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
  }
  return largest > 0 ? largest : 1;
}

class SelfTestCode {
 public:
  SelfTestCode(Code& code, const Interface& interface, ModelCode& model)
      : code_(code), interface_(interface), test_(interface.test), model_(model) {}

  llvm::Function* write(llvm::Function* fresh) {
    compare_ = write_compare();
    llvm::Function* function =
        code_.begin(interface_.prefix + ".self_test", code_.f32(), {code_.pointer()}, false);
    Value state = code_.parameter(0);
    code_.call(fresh, {state});
    for (size_t i = 0; i < test_.lengths.size(); ++i)
      model_.set_steps(state, i, code_.whole(test_.lengths[i]));
    if (!interface_.begin_inputs.empty()) begin(state);
    std::vector<Value> inputs, expected;
    for (const Bytes& input : test_.inputs) inputs.push_back(code_.bytes(input, 8));
    for (const std::vector<float>& output : test_.outputs) {
      expected.push_back(
          code_.bytes({reinterpret_cast<const char*>(output.data()), output.size() * sizeof(float)}, 8));
    }
    Value error = code_.loop(code_.whole(0), code_.whole(test_.calls), 1, {code_.real(0)},
                             [&](Value i, const Values& so_far) {
                               return Values{call(state, i, inputs, expected, so_far[0])};
                             })[0];
    code_.call(fresh, {state});
    code_.end(error);
    return function;
  }

 private:
  void begin(Value state) {
    Values arguments = {state};
    for (const Bytes& input : test_.begin_inputs) arguments.push_back(code_.bytes(input, 8));
    code_.call(model_.begin(), arguments);
  }

  int64_t elements(const Port& port) const {
    return port.elements * (port.time ? test_.lengths[*port.time] : 1);
  }
  Value at_call(Value array, const Port& port, Value i) {
    return code_.element(array, code_.i8(),
                         code_.mul(i, code_.whole(elements(port) * schedule::bytes_of(port.element))));
  }

  Value call(Value state, Value number, const Values& inputs, const Values& expected, Value error) {
    Values arguments = {state};
    for (size_t i = 0; i < inputs.size(); ++i)
      arguments.push_back(at_call(inputs[i], interface_.inputs[i], number));
    for (size_t i = 0; i < expected.size(); ++i)
      arguments.push_back(model_.place(state, model_.block().test_output(i)));
    code_.call(model_.call(), arguments);
    for (size_t i = 0; i < expected.size(); ++i) {
      const Port& port = interface_.outputs[i];
      error = code_.call(
          compare_, {model_.place(state, model_.block().test_output(i)), at_call(expected[i], port, number),
                     code_.whole(elements(port)), code_.real(1 / scale_of(test_.outputs[i])), error});
    }
    return error;
  }

  // f32(got, expected, count, 1 / scale, error so far): the larger of the errors. Numbers that are equal, or
  // both none, have no error; any other that is not finite is infinitely wrong.
  llvm::Function* write_compare() {
    llvm::Function* function =
        code_.begin(interface_.prefix + ".compare", code_.f32(),
                    {code_.pointer(), code_.pointer(), code_.i64(), code_.f32(), code_.f32()}, false);
    Value error = code_.loop(
        code_.whole(0), code_.parameter(2), 1, {code_.parameter(4)}, [&](Value i, const Values& so_far) {
          Value got = code_.load(code_.f32(), code_.element(code_.parameter(0), code_.f32(), i), 4);
          Value wanted = code_.load(code_.f32(), code_.element(code_.parameter(1), code_.f32(), i), 4);
          Value off = code_.sub(got, wanted), minus = code_.neg(off);
          Value size = code_.mul(code_.select(code_.compare(Compare::less, off, minus), minus, off),
                                 code_.parameter(3));
          size = code_.select(code_.is_nan(size), code_.real(std::numeric_limits<float>::infinity()), size);
          Value same = code_.either(code_.compare(Compare::equal, got, wanted),
                                    code_.both(code_.is_nan(got), code_.is_nan(wanted)));
          size = code_.select(same, code_.real(0), size);
          return Values{code_.select(code_.compare(Compare::less, so_far[0], size), size, so_far[0])};
        })[0];
    code_.end(error);
    return function;
  }

  Code& code_;
  const Interface& interface_;
  const SelfTest& test_;
  ModelCode& model_;
  llvm::Function* compare_ = nullptr;
};

}  // namespace

llvm::Function* self_test_function(Code& code, const Interface& interface, ModelCode& model,
                                   llvm::Function* fresh) {
  return SelfTestCode(code, interface, model).write(fresh);
}

}  // namespace rnnc::codegen
