// What C programs get of emitted objects, beside what the interpreter computes over the whole sequence, and
// what machine code in memory computes step by step.
#include <cmath>
#include <cstring>
#include <random>

#include "compiler/driver/engine.h"
#include "tests/emit/c_program.h"
#include "tests/emit/emitted.h"

namespace rnnc::emit {
namespace {

using interp::Array;
using Arrays = driver::Arrays;

constexpr int64_t kSteps = 11, kSeen = 4, kLongest = 6;

struct Case {
  const char *name, *text;
  std::vector<std::string> defines = {};
  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"Amp",
       R"(model Amp[H = 16] { input x: seq [X]  target y: seq [Y]
                   out = x |> LSTM[H] |> linear[Y]  loss mse(out, y)  output out })",
       {"X=1", "Y=1"}},
      {"Stacked",
       R"(model Stacked[H = 20] { input x: seq [X]
                       y = x |> GRU[H] |> GRUv3[H] |> linear[3]  output y })",
       {"X=5"}},
      {"CharLM",
       R"(model CharLM[E = 8, H = 24] { target text: seq token[V]
                      logits = text[t-1] |> embed[E] |> LSTM[H] |> linear[V]  loss cross_entropy(logits, text) })",
       {"V=19"}},
      {"TwoInputs",
       R"(model TwoInputs[H = 6] { input left: seq [X]  input class: seq token[K]
                         a = GRU[H]([left, embed[4](class)])
                         output high = linear[2](a)  output low = sum[X](linear[X](a) * left[t-2]) })",
       {"X=3", "K=5"}},
      {"Learned",
       R"(cell Learned { input x: [X]  param s0: [X] ~ ones  state s: [X] = s0
                       s = tanh(x + s[t-1] - s[t-2])  output s }
                     model M { input x: seq [X]  output y = Learned(x) })",
       {"X=7"}},
      {"Exponential",
       R"(model Exponential { input x: seq [X]  output y = x |> sLSTM[2, 4] |> flatten |> linear[3] })",
       {"X=4"}},
      {"Matrix",
       R"(model Matrix { input x: seq [X]  output y = x |> mLSTM[2, 4] |> flatten |> linear[3] })",
       {"X=4"}},
      {"Caption",
       R"(model Caption[E = 5, H = 8] { input image: [F]  target words: seq token[V]
                       start: [H] = linear(image)
                       logits = words[t-1] |> embed[E] |> LSTM[H](h = start) |> linear[V]
                       loss cross_entropy(logits, words) })",
       {"F=6", "V=9"}},
      {"Held",
       R"(model Held[H = 8] { input x: seq [X]  input scale: [X]
                    y = x * tanh(scale) |> LSTM[H]  output y })",
       {"X=3"}},
      {"SeqToSeq",
       R"(model SeqToSeq[E = 4, H = 6] { input source: seq token[S]  target words: seq token[V]
                        thought = source |> embed[E] |> LSTM[H] |> final
                        logits = words[t-1] |> embed[E] |> LSTM[H](init = thought) |> linear[V]
                        loss cross_entropy(logits, words) })",
       {"S=7", "V=9"}},
      {"Attention",
       R"(cell Read { input q: [X]  input memory: seq [M]
                         score = linear[M](q) @ memory  weights = softmax[t](score)
                         output r = sum[t](weights * memory) }
                       model Attention { input q: seq [X]  input m: seq [M]  output y = Read(q |> GRU[6], m) })",
       {"X=3", "M=4"}},
      {"Causal",
       R"(model Causal { input x: seq [X]  output y = linear[2](window[4](x) |> flatten) + linear[2](x[t-3]) })",
       {"X=2"}},
      {"Feedback",
       R"(model Feedback[H = 8] { input x: seq [X]  target y: seq [Y]
                        out = linear[Y](LSTM[H]([x, y[t-1]]))  loss mse(out, y) })",
       {"X=3", "Y=2"}},
  };
  return all;
}

// Numbers that C programs get, in [-1, 1], or tokens.
class Numbers {
 public:
  Array make(const Port& port, std::vector<int64_t> shape) {
    Array array{port.element, std::move(shape), {}};
    int64_t elements = 1;
    for (int64_t size : array.shape) elements *= size;
    for (int64_t i = 0; i < elements; ++i) {
      if (port.element == ir::Element::real) {
        array.values.push_back(std::uniform_real_distribution<float>(-1, 1)(engine_));
      } else {
        array.values.push_back(
            std::uniform_int_distribution<int>(0, static_cast<int>(port.tokens) - 1)(engine_));
      }
    }
    return array;
  }

 private:
  std::mt19937 engine_{7};
};

std::string raw(const Array& array) {
  std::string bytes;
  for (double value : array.values) {
    const float real = static_cast<float>(value);
    const int32_t whole = static_cast<int32_t>(value);
    bytes.append(array.element == ir::Element::real ? reinterpret_cast<const char*>(&real)
                                                    : reinterpret_cast<const char*>(&whole),
                 4);
  }
  return bytes;
}

class EmittedModel : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    model_ = compile_model(GetParam().text, GetParam().name == std::string("Learned") ? "M" : "",
                           GetParam().defines);
    ASSERT_TRUE(model_.compiled);
    params_ = driver::to_params(*model_.model, model_.weights);
    auto emission = emission_of(model_, backend::find_target("x86-64").value(), kLongest);
    ASSERT_TRUE(emission) << emission.error().message;
    interface_ = emission->interface;
    Numbers numbers;
    for (const Port& port : interface_.begin_inputs) {
      std::vector<int64_t> shape = {1};
      if (port.time) shape.insert(shape.begin(), kSeen);
      for (int64_t size : inner(port.name)) shape.push_back(size);
      given_[port.name] = numbers.make(port, shape);
      input_ += raw(given_[port.name]);
    }
    for (const Port& port : interface_.inputs) {
      std::vector<int64_t> shape = {kSteps, 1};
      for (int64_t size : inner(port.name)) shape.push_back(size);
      Array array = numbers.make(port, shape);
      if (is_target(port.name)) {  // before the first step there is none
        for (int64_t i = 0; i < port.elements; ++i)
          array.values[static_cast<size_t>(i)] = port.element == ir::Element::real ? 0 : -1;
      }
      input_ += raw(array);
      over_time_[port.name] = std::move(array);
    }
  }

  const ir::Module& module() const { return model_.compiled->module; }
  bool is_target(const std::string& name) const {
    for (const sema::InputDecl& input : model_.compiled->body->inputs) {
      if (input.name == name) return input.target;
    }
    return false;
  }
  std::vector<int64_t> inner(const std::string& name) const {
    for (const auto* function : {&module().forward, &*module().step, &*module().begin}) {
      for (const ir::NamedType& input : ir::inputs_of(*function)) {
        if (input.name != name) continue;
        std::vector<int64_t> sizes;
        for (ir::DimId dim : input.type.dims) {
          if (module().dims[dim].kind == ir::DimKind::constant) sizes.push_back(module().dims[dim].size);
        }
        return sizes;
      }
    }
    return {};
  }

  interp::Arguments arguments() const {
    interp::Arguments all;
    all.params = params_;
    all.inputs = given_;
    for (const codegen::SeenTime& time : interface_.times) all.steps[time.name] = kSeen;
    return all;
  }

  // All steps at once, in double precision.
  Arrays whole() const {
    interp::Arguments all = arguments();
    for (uint32_t i = 0; i < module().dims.size(); ++i) {
      const ir::Dim& dim = module().dims[ir::DimId{i}];
      if (dim.kind == ir::DimKind::time) all.steps.insert({dim.name, kSteps});
    }
    for (const auto& [time, steps] : all.steps)
      all.inputs["lengths." + time] = {ir::Element::i32, {1}, {static_cast<double>(steps)}};
    for (const auto& [name, array] : over_time_) {
      Array& input = all.inputs[name] = array;
      if (!is_target(name)) continue;
      const size_t step = array.values.size() / kSteps;  // the function delays it by itself
      std::rotate(input.values.begin(), input.values.begin() + static_cast<std::ptrdiff_t>(step),
                  input.values.end());
    }
    all.inputs["sequence.begins"] = {ir::Element::boolean, {1}, {1}};
    for (const ir::NamedType& input : ir::inputs_of(module().forward)) {
      if (all.inputs.contains(input.name)) continue;
      for (const ir::StateEntry& entry : module().state) {
        if (input.name != "state." + entry.path) continue;
        fill(all, input, entry.first);
      }
      if (!all.inputs.contains(input.name)) fill(all, input, 0);  // of losses alone
    }
    auto results = interp::interpret(module().forward, module().dims, all);
    EXPECT_TRUE(results) << results.error().message;
    return results ? *results : Arrays{};
  }
  void fill(interp::Arguments& all, const ir::NamedType& input, double value) const {
    Array array{input.type.element, {}, {}};
    size_t elements = 1;
    for (ir::DimId id : input.type.dims) {
      const ir::Dim& dim = module().dims[id];
      array.shape.push_back(dim.kind == ir::DimKind::constant ? dim.size
                            : dim.kind == ir::DimKind::batch  ? 1
                                                              : all.steps.at(dim.name));
      elements *= static_cast<size_t>(array.shape.back());
    }
    array.values.assign(elements, value);
    all.inputs[input.name] = std::move(array);
  }

  // Step by step, as machine code of this process.
  std::map<std::string, std::vector<float>> stepped() const {
    std::map<std::string, std::vector<float>> outputs;
    auto begin = driver::make_engine(driver::EngineKind::jit, *module().begin, module().dims);
    auto step = driver::make_engine(driver::EngineKind::jit, *module().step, module().dims);
    interp::Arguments all = arguments();
    auto now = (*begin)->run(all);
    for (int64_t t = 0; t < kSteps; ++t) {
      for (const auto& [name, array] : *now) {
        if (name.starts_with("state.") || name.starts_with("held.")) all.inputs[name] = array;
      }
      all.inputs["sequence.begins"] = {ir::Element::boolean, {1}, {t == 0 ? 1.0 : 0.0}};
      for (const auto& [name, array] : over_time_) {
        Array one{array.element, {array.shape.begin() + 1, array.shape.end()}, {}};
        const auto size = static_cast<std::ptrdiff_t>(array.values.size() / kSteps);
        one.values.assign(array.values.begin() + t * size, array.values.begin() + (t + 1) * size);
        all.inputs[name] = std::move(one);
      }
      now = (*step)->run(all);
      for (const Port& port : interface_.outputs) {
        for (double value : now->at(port.name).values)
          outputs[port.name].push_back(static_cast<float>(value));
      }
    }
    return outputs;
  }

  // The outputs of a C program.
  std::map<std::string, std::vector<float>> of_object(const backend::Target& target) const {
    Folder folder;
    auto emission = emission_of(model_, target, kLongest);
    write_files(folder, *emission, target);
    EXPECT_EQ(folder.run("nm -u net.o"), "") << target.name;
    folder.write("main.c", c_program(interface_, kSteps, kSeen));
    folder.write("input", input_);
    folder.run(fmt::format("cc -std=c99 {} main.c net.o -o main", kStrict));
    const std::string bytes = folder.run("./main < input");
    std::map<std::string, std::vector<float>> outputs;
    size_t at = 0;
    for (const Port& port : interface_.outputs) {
      std::vector<float>& values = outputs[port.name];
      values.resize(static_cast<size_t>(port.elements * kSteps));
      const size_t size = values.size() * sizeof(float);
      if (at + size > bytes.size()) break;
      std::memcpy(values.data(), bytes.data() + at, size);
      at += size;
    }
    EXPECT_EQ(at, bytes.size());
    return outputs;
  }

  void expect_near(const std::map<std::string, std::vector<float>>& outputs, const Arrays& expected) const {
    for (const auto& [name, values] : outputs) {
      const Array& oracle = expected.at(name);
      ASSERT_EQ(values.size() % oracle.values.size(), 0u) << name;  // one without time is given at each step
      for (size_t i = 0; i < values.size(); ++i) {
        const double wanted = oracle.values[i % oracle.values.size()];
        ASSERT_NEAR(values[i], wanted, 2e-5 * std::max(1.0, std::fabs(wanted))) << name << "[" << i << "]";
      }
    }
  }

  Model model_{driver::load_text("", "", "."), nullptr, {}, {}};
  Arrays params_, given_, over_time_;
  Interface interface_;
  std::string input_;
};

TEST_P(EmittedModel, GivesWhatTheInterpreterGives) {
  const Arrays expected = whole();
  std::map<std::string, std::vector<float>> numbers;
  for (const backend::Target& target : backend::targets()) {
    if (target.runs_here) expect_near(of_object(target), expected);
  }
}

TEST_P(EmittedModel, GivesTheBitsOfMachineCodeInMemory) {
  const auto object = of_object(backend::native_target()), memory = stepped();
  for (const auto& [name, values] : object) {
    ASSERT_EQ(values.size(), memory.at(name).size());
    EXPECT_EQ(std::memcmp(values.data(), memory.at(name).data(), values.size() * sizeof(float)), 0) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Emit, EmittedModel, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace rnnc::emit
