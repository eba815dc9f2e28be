// What C programs get of emitted objects, beside what the interpreter computes over the whole sequence, and
// what machine code in memory computes, step by step if there are steps.
#include <cstring>

#include "compiler/library/library.h"
#include "tests/emit/emitted_run.h"
#include "tests/support/programs.h"

namespace rnnc::emit {
namespace {

struct Case {
  const char *name, *text;
  testing::NamedSizes sizes = {};
  friend std::ostream& operator<<(std::ostream& out, const Case& one) { return out << one.name; }
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"Amp",
       R"(model Amp[H = 16] { input x: seq [X]  target y: seq [Y]
                   out = x |> LSTM[H] |> linear[Y]  loss mse(out, y)  output out })",
       {{"X", 1}, {"Y", 1}}},
      {"Stacked",
       R"(model Stacked[H = 20] { input x: seq [X]
                       y = x |> GRU[H] |> GRUv3[H] |> linear[3]  output y })",
       {{"X", 5}}},
      {"CharLM",
       R"(model CharLM[E = 8, H = 24] { target text: seq token[V]
                      logits = text[t-1] |> embed[E] |> LSTM[H] |> linear[V]  loss cross_entropy(logits, text) })",
       {{"V", 19}}},
      {"TwoInputs",
       R"(model TwoInputs[H = 6] { input left: seq [X]  input class: seq token[K]
                         a = GRU[H]([left, embed[4](class)])
                         output high = linear[2](a)  output low = sum[X](linear[X](a) * left[t-2]) })",
       {{"X", 3}, {"K", 5}}},
      {"Learned",
       R"(cell Slow { input x: [X]  param s0: [X] ~ ones  state s: [X] = s0
                       s = tanh(x + s[t-1] - s[t-2])  output s }
                     model Learned { input x: seq [X]  output y = Slow(x) })",
       {{"X", 7}}},
      {"Exponential",
       R"(model Exponential { input x: seq [X]  output y = x |> sLSTM[2, 4] |> flatten |> linear[3] })",
       {{"X", 4}}},
      {"Matrix",
       R"(model Matrix { input x: seq [X]  output y = x |> mLSTM[2, 4] |> flatten |> linear[3] })",
       {{"X", 4}}},
      {"Caption",
       R"(model Caption[E = 5, H = 8] { input image: [F]  target words: seq token[V]
                       start: [H] = linear(image)
                       logits = words[t-1] |> embed[E] |> LSTM[H](h = start) |> linear[V]
                       loss cross_entropy(logits, words) })",
       {{"F", 6}, {"V", 9}}},
      {"Held",
       R"(model Held[H = 8] { input x: seq [X]  input scale: [X]
                    y = x * tanh(scale) |> LSTM[H]  output y })",
       {{"X", 3}}},
      {"SeqToSeq",
       R"(model SeqToSeq[E = 4, H = 6] { input source: seq token[S]  target words: seq token[V]
                        thought = source |> embed[E] |> LSTM[H] |> final
                        logits = words[t-1] |> embed[E] |> LSTM[H](init = thought) |> linear[V]
                        loss cross_entropy(logits, words) })",
       {{"S", 7}, {"V", 9}}},
      {"Attention",
       R"(cell Read { input q: [X]  input memory: seq [M]
                         score = linear[M](q) @ memory  weights = softmax[t](score)
                         output r = sum[t](weights * memory) }
                       model Attention { input q: seq [X]  input m: seq [M]  output y = Read(q |> GRU[6], m) })",
       {{"X", 3}, {"M", 4}}},
      {"Causal",
       R"(model Causal { input x: seq [X]  output y = linear[2](window[4](x) |> flatten) + linear[2](x[t-3]) })",
       {{"X", 2}}},
      {"Feedback",
       R"(model Feedback[H = 8] { input x: seq [X]  target y: seq [Y]
                        out = linear[Y](LSTM[H]([x, y[t-1]]))  loss mse(out, y) })",
       {{"X", 3}, {"Y", 2}}},
      {"OneToOne",
       R"(model OneToOne[H = 9] { input x: [X]  target class: token[K]
                        logits = x |> linear[H] |> tanh |> linear[K]  loss cross_entropy(logits, class) })",
       {{"X", 6}, {"K", 4}}},
      {"ManyToOne",
       R"(model ManyToOne[H = 8] { input x: seq [X]  input scale: [X]
                        h = x * scale |> LSTM[H]  output first = h |> last |> linear[3]
                        output second = mean[t](h) })",
       {{"X", 5}}},
      {"Bidirectional",
       R"(model Bidirectional[H = 6] { input letters: seq token[V]
                        output y = letters |> embed[4] |> bidirectional[GRU[H]] |> linear[5] })",
       {{"V", 7}}},
      {"WholeFromHere",
       R"(cell Slow { input x: [X]  param s0: [X] ~ ones  state s: [X] = s0
                        s = tanh(x + s[t-1])  output s }
                      model WholeFromHere { input x: seq [X]  target k: seq token[V]
                        y = Slow(x |> reverse) + embed[X](k[t-1])
                        logits = Slow(y) |> linear[V]  loss cross_entropy(logits, k) })",
       {{"X", 3}, {"V", 4}}},
      {"TwoTimes",
       R"(model TwoTimes[H = 5] { input question: seq [X]  input text: seq token[V]
                        q = question |> bidirectional[GRU[H]] |> mean[t]
                        h = text |> embed[4] |> GRU[2 * H](h = q) |> reverse
                        output all = h  output end = h |> last })",
       {{"X", 3}, {"V", 4}}},
  };
  return all;
}

class EmittedModel : public ::testing::TestWithParam<Case> {
 protected:
  static Model model() {
    Model made = compile_model(GetParam().text, GetParam().sizes);
    EXPECT_TRUE(made.compiled);
    return made;
  }
};

TEST_P(EmittedModel, GivesWhatTheInterpreterGives) {
  const EmittedRun run(model());
  ASSERT_EQ(run.refusal(), "");
  const driver::Arrays expected = run.whole();
  for (const backend::Target& target : backend::targets()) {
    if (target.runs_here) expect_near(run.of_object(target), expected);
  }
}

TEST_P(EmittedModel, GivesTheBitsOfMachineCodeInMemory) {
  const EmittedRun run(model());
  const Outputs object = run.of_object(backend::native_target()), memory = run.in_memory();
  for (const auto& [name, values] : object) {
    ASSERT_EQ(values.size(), memory.at(name).size());
    EXPECT_EQ(std::memcmp(values.data(), memory.at(name).data(), values.size() * sizeof(float)), 0) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Emit, EmittedModel, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

// Every program of the tests and every cell of the library.
TEST(EmittedPrograms, GiveWhatTheInterpreterGives) {
  int emitted = 0, whole = 0;
  auto visit_file = [&](const std::string& file, const std::string& text) {
    testing::Spec spec(text);
    for (const ast::Body* body : spec.bodies()) {
      const std::string name = file + "/" + body->name.text;
      SCOPED_TRACE(name);
      Model model = compile_model(spec.model(*body, testing::small_sizes()));
      if (!model.compiled) continue;
      const EmittedRun run(std::move(model));
      EXPECT_EQ(run.refusal(), "");
      if (!run.refusal().empty()) continue;
      expect_near(run.of_object(backend::native_target()), run.whole());
      ++(run.has_steps() ? emitted : whole);
    }
  };
  for (const auto& path : testing::program_files()) visit_file(path.stem().string(), testing::text_of(path));
  visit_file("corners", testing::corners());
  visit_file("library", std::string(library::text()));
  EXPECT_GE(emitted, 80);
  EXPECT_GE(whole, 10);
}

}  // namespace
}  // namespace rnnc::emit
