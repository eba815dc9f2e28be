#include "compiler/codegen/interface.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "compiler/codegen/model_code.h"
#include "compiler/codegen/sample_code.h"
#include "compiler/codegen/self_test_code.h"
#include "compiler/schedule/freeze.h"

namespace rnnc::codegen {

namespace {

// What must not be when a function is called, and what it answers then.
struct Guard {
  std::function<Value()> fails;
  Answer answer;
};

class InterfaceCode {
 public:
  InterfaceCode(Code& code, const Interface& interface)
      : code_(code), interface_(interface), model_(code, interface) {}

  void write() {
    write_fresh();
    write_init();
    if (interface_.has_steps()) {
      write_reset();
      if (given()) write_begin();
      write_step();
      write_run();
      write_copy();
    } else {
      write_run_whole();
    }
    write_self_test();
    for (const Sampler& sampler : interface_.samplers) write_sample(sampler);
  }

 private:
  // Whether a C program has to call begin.
  bool given() const { return !interface_.begin_inputs.empty(); }
  const StateBlock& block() const { return model_.block(); }
  Value state() const { return code_.parameter(0); }
  std::string name(const char* function) const { return interface_.prefix + "_" + function; }

  // ---------------------------------------------------------------- answers

  Value answer(Answer answer) { return code_.whole32(static_cast<uint32_t>(static_cast<int>(answer))); }

  // The first guard that fails answers; if none does, `body`.
  Value guarded(std::span<const Guard> guards, const std::function<Value()>& body) {
    if (guards.empty()) return body();
    return code_.if_else(
        guards[0].fails(), [&] { return Values{answer(guards[0].answer)}; },
        [&] { return Values{guarded(guards.subspan(1), body)}; })[0];
  }
  void answer_guarded(const std::vector<Guard>& guards, const std::function<Value()>& body) {
    code_.end(guarded(guards, body));
  }

  Value is_null(Value pointer) { return code_.compare(Compare::equal, pointer, code_.zero(code_.pointer())); }
  Guard not_null(int parameter) {
    return {[this, parameter] { return is_null(code_.parameter(parameter)); }, Answer::null_pointer};
  }
  Guard aligned() {
    return {[this] {
              Value rest = code_.both(code_.address(state()), code_.whole(StateBlock::kAlign - 1));
              return code_.no(code_.compare(Compare::equal, rest, code_.whole(0)));
            },
            Answer::misaligned};
  }
  Guard initialised() {
    return {[this] {
              Value magic = code_.whole(static_cast<int64_t>(interface_.magic));
              return code_.no(code_.compare(Compare::equal, model_.word(state(), block().magic()), magic));
            },
            Answer::not_initialised};
  }
  Guard too_long(const std::function<Value()>& steps, int64_t longest) {
    return {[this, steps, longest] {
              Value count = steps();
              return code_.either(code_.compare(Compare::less, count, code_.whole(0)),
                                  code_.compare(Compare::less, code_.whole(longest), count));
            },
            Answer::too_long};
  }
  Guard begun() {
    return {[this] { return model_.in_phase(state(), Phase::before); }, Answer::not_begun};
  }
  std::vector<Guard> usable_state() { return {not_null(0), aligned(), initialised()}; }

  // ---------------------------------------------------------------- functions

  // void(state): to where init leaves it. A call of whole sequences always stands at their start.
  void write_fresh() {
    fresh_ = code_.begin(interface_.prefix + ".fresh", code_.nothing(), {code_.pointer()}, false);
    model_.set_word(state(), block().magic(), code_.whole(static_cast<int64_t>(interface_.magic)));
    model_.set_word(state(), block().generation(), code_.whole(0));
    model_.set_phase(state(), interface_.has_steps() ? Phase::before : Phase::at_start);
    for (size_t i = 0; i < interface_.times.size(); ++i) model_.set_steps(state(), i, code_.whole(0));
    if (interface_.has_steps() && !given()) code_.call(model_.begin(), {state()});
    code_.end();
  }

  void write_reset() {
    code_.begin(name("reset"), code_.nothing(), {code_.pointer()}, true);
    const std::vector<Guard> guards = usable_state();
    guarded(guards, [&] {
      code_.call(fresh_, {state()});
      return answer(Answer::done);
    });
    code_.end();
  }

  void write_init() {
    code_.begin(name("init"), code_.i32(), {code_.pointer(), code_.i64()}, true);
    // Sizes beyond half of all memory do not exist: as signed numbers they are too small.
    Guard large_enough = {
        [&] { return code_.compare(Compare::less, code_.parameter(1), code_.whole(block().bytes())); },
        Answer::too_small};
    answer_guarded({not_null(0), aligned(), large_enough}, [&] {
      code_.call(fresh_, {state()});
      return answer(Answer::done);
    });
  }

  // The second parameter points to a struct: a pointer for each input, then the steps of each time.
  void write_begin() {
    code_.begin(name("begin"), code_.i32(), {code_.pointer(), code_.pointer()}, true);
    auto field = [&](size_t index, Type type) {
      Value at = code_.whole(static_cast<int64_t>(index));
      return code_.load(type, code_.element(code_.parameter(1), code_.i64(), at), 8);
    };
    const size_t inputs = interface_.begin_inputs.size();
    std::vector<Guard> guards = usable_state();
    guards.push_back(not_null(1));
    for (size_t i = 0; i < inputs; ++i)
      guards.push_back({[&, i] { return is_null(field(i, code_.pointer())); }, Answer::null_pointer});
    for (size_t i = 0; i < interface_.times.size(); ++i)
      guards.push_back(
          too_long([&, i] { return field(inputs + i, code_.i64()); }, interface_.times[i].longest));
    answer_guarded(guards, [&] {
      Values arguments = {state()};
      for (size_t i = 0; i < inputs; ++i) arguments.push_back(field(i, code_.pointer()));
      for (size_t i = 0; i < interface_.times.size(); ++i)
        model_.set_steps(state(), i, field(inputs + i, code_.i64()));
      code_.call(model_.begin(), arguments);
      return answer(Answer::done);
    });
  }

  std::vector<Port> ports() const {
    std::vector<Port> all = interface_.inputs;
    all.insert(all.end(), interface_.outputs.begin(), interface_.outputs.end());
    return all;
  }

  void write_step() {
    const size_t count = ports().size();
    code_.begin(name("step"), code_.i32(), std::vector<Type>(1 + count, code_.pointer()), true);
    std::vector<Guard> guards = usable_state();
    guards.push_back(begun());
    Values arguments = {state()};
    for (int i = 1; i <= static_cast<int>(count); ++i) {
      guards.push_back(not_null(i));
      arguments.push_back(code_.parameter(i));
    }
    answer_guarded(guards, [&] {
      code_.call(model_.call(), arguments);
      return answer(Answer::done);
    });
  }

  // Of so many steps; arrays of the caller hold them one after the other.
  void write_run() {
    const std::vector<Port> all = ports();
    std::vector<Type> parameters(1 + all.size(), code_.pointer());
    parameters.push_back(code_.i64());
    code_.begin(name("run"), code_.i32(), parameters, true);
    std::vector<Guard> guards = usable_state();
    guards.push_back(begun());
    for (int i = 1; i <= static_cast<int>(all.size()); ++i) guards.push_back(not_null(i));
    answer_guarded(guards, [&] {
      Value steps = code_.parameter(static_cast<int>(all.size()) + 1);
      code_.loop(code_.whole(0), steps, 1, [&](Value t) {
        Values arguments = {state()};
        for (size_t i = 0; i < all.size(); ++i) {
          Value bytes = code_.whole(all[i].elements * schedule::bytes_of(all[i].element));
          arguments.push_back(
              code_.element(code_.parameter(static_cast<int>(i) + 1), code_.i8(), code_.mul(t, bytes)));
        }
        code_.call(model_.call(), arguments);
      });
      return answer(Answer::done);
    });
  }

  // Of whole sequences; behind the arrays stand the steps of each time.
  void write_run_whole() {
    const int arrays = static_cast<int>(ports().size());
    std::vector<Type> parameters(static_cast<size_t>(1 + arrays), code_.pointer());
    parameters.resize(parameters.size() + interface_.times.size(), code_.i64());
    code_.begin(name("run"), code_.i32(), parameters, true);
    auto steps = [&](size_t time) { return code_.parameter(1 + arrays + static_cast<int>(time)); };
    std::vector<Guard> guards = usable_state();
    Values arguments = {state()};
    for (int i = 1; i <= arrays; ++i) {
      guards.push_back(not_null(i));
      arguments.push_back(code_.parameter(i));
    }
    for (size_t i = 0; i < interface_.times.size(); ++i)
      guards.push_back(too_long([&, i] { return steps(i); }, interface_.times[i].longest));
    answer_guarded(guards, [&] {
      for (size_t i = 0; i < interface_.times.size(); ++i) model_.set_steps(state(), i, steps(i));
      code_.call(model_.call(), arguments);
      return answer(Answer::done);
    });
  }

  void write_copy() {
    code_.begin(name("copy_state"), code_.nothing(), {code_.pointer(), code_.pointer()}, true);
    Value missing = code_.either(is_null(code_.parameter(0)), is_null(code_.parameter(1)));
    code_.when(code_.no(missing), [&] {
      code_.loop(code_.whole(0), code_.whole(block().kept() / 8), 1, [&](Value i) {
        Value word = code_.load(code_.i64(), code_.element(code_.parameter(1), code_.i64(), i), 8);
        code_.store(word, code_.element(code_.parameter(0), code_.i64(), i), 8);
      });
    });
    code_.end();
  }

  void write_self_test() {
    llvm::Function* test = self_test_function(code_, interface_, model_, fresh_);
    code_.begin(name("self_test"), code_.i32(), {code_.pointer(), code_.pointer()}, true);
    answer_guarded({not_null(0), not_null(1), aligned()}, [&] {
      Value error = code_.call(test, {state()});
      code_.store(error, code_.parameter(1), 4);
      Value passed = code_.compare(Compare::less, error, code_.real(kTestTolerance));
      return code_.select(passed, answer(Answer::done), answer(Answer::test_failed));
    });
  }

  // int(logits, temperature, random, token)
  void write_sample(const Sampler& sampler) {
    const int64_t tokens = interface_.outputs[sampler.output].elements;
    llvm::Function* draw = draw_token_function(code_, interface_.prefix + "." + sampler.c_name, tokens);
    code_.begin(name(sampler.c_name.c_str()), code_.i32(),
                {code_.pointer(), code_.f32(), code_.pointer(), code_.pointer()}, true);
    answer_guarded({not_null(0), not_null(2), not_null(3)}, [&] {
      Value token = code_.call(draw, {code_.parameter(0), code_.parameter(1), code_.parameter(2)});
      code_.store(token, code_.parameter(3), 4);
      Value none = code_.compare(Compare::less, token, code_.whole32(0));
      return code_.select(none, answer(Answer::not_a_number), answer(Answer::done));
    });
  }

  Code& code_;
  const Interface& interface_;
  ModelCode model_;
  llvm::Function* fresh_ = nullptr;
};

}  // namespace

Interface frozen(Interface interface) {
  if (interface.begin) interface.begin = schedule::frozen(*interface.begin, interface.weights);
  interface.call = schedule::frozen(interface.call, interface.weights);
  return interface;
}

void write_interface(Code& code, const Interface& interface) {
  const Interface for_weights = frozen(interface);
  InterfaceCode(code, for_weights).write();
}

}  // namespace rnnc::codegen
