// One LSTM in three notations, from its text to machine code: by lines as in the library, by joined matrices
// as in textbooks, and by one matrix for all gates. They become the same stages and give the same bits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <regex>
#include <sstream>

#include "compiler/driver/pipeline.h"
#include "compiler/schedule/describe.h"
#include "tests/conformance/engines.h"
#include "tests/support/central_differences.h"
#include "tests/support/programs.h"

namespace rnnc::testing {
namespace {

using interp::Array;

// Neither is a multiple of the lanes that there are.
const NamedSizes kLstmSizes = {{"H", 19}, {"X", 7}};

// With all gradients, after all passes.
const ir::Module& lstm(const std::string& cell) {
  static std::map<std::string, ir::Module> all;
  if (!all.contains(cell)) {
    Spec spec = cell == "LSTM" ? Spec::of_library()
                               : Spec(text_of(RNNC_SOURCE_DIR "/tests/programs/02_lstm_forms.rnn"));
    ir::Module module = spec.generate(cell, kLstmSizes).module;
    driver::PipelineOptions options;
    options.gradient = request_everything(module.forward);
    all[cell] = std::move(driver::run_pipeline(std::move(module), options)->module);
  }
  return all.at(cell);
}

// Two matrices side by side.
Array beside(const Array& left, const Array& right) {
  Array both{left.element, {left.shape[0], left.shape[1] + right.shape[1]}, {}};
  for (int64_t row = 0; row < left.shape[0]; ++row) {
    for (const Array* part : {&left, &right}) {
      const auto begin = part->values.begin() + row * part->shape[1];
      both.values.insert(both.values.end(), begin, begin + part->shape[1]);
    }
  }
  return both;
}

Array below(const std::vector<Array>& parts) {
  Array all = parts[0];
  all.shape[0] = 0;
  all.values.clear();
  for (const Array& part : parts) {
    all.shape[0] += part.shape[0];
    all.values.insert(all.values.end(), part.values.begin(), part.values.end());
  }
  return all;
}

using Arrays = std::map<std::string, Array>;

// The library's parameters, or their gradients, as each of the other notations has them.
Arrays to_textbook(const Arrays& lines, const std::string& prefix) {
  Arrays joined;
  for (auto [theirs, ours] : {std::pair{'i', 'i'}, {'f', 'f'}, {'o', 'o'}, {'c', 'g'}}) {
    const std::string line = prefix + ours;
    joined[fmt::format("{}W_{}", prefix, theirs)] = beside(lines.at(line + ".W.h"), lines.at(line + ".W.x"));
    joined[fmt::format("{}b_{}", prefix, theirs)] = lines.at(line + ".b");
  }
  return joined;
}

Arrays to_stacked(const Arrays& lines, const std::string& prefix) {
  const Arrays gates = to_textbook(lines, prefix);
  std::vector<Array> weights, biases;
  for (const char gate : std::string("ifoc")) {
    weights.push_back(gates.at(fmt::format("{}W_{}", prefix, gate)));
    biases.push_back(gates.at(fmt::format("{}b_{}", prefix, gate)));
  }
  return {{prefix + "W", below(weights)}, {prefix + "b", below(biases)}};
}

bool same_bits(const Array& a, const Array& b) {
  return a.shape == b.shape && a.values.size() == b.values.size() &&
         std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(double)) == 0;
}

class NotationConformance : public ::testing::TestWithParam<Engine> {};

TEST_P(NotationConformance, GiveTheSameBits) {
  const ir::Module& lines = lstm("LSTM");
  const Compiled ours(*lines.gradient, lines.dims, GetParam(), Runs::always);
  ASSERT_EQ(ours.wrong(), "");
  const Sizes batch{5, {{"T", {4, 0, 6, 1, 6}}}};
  const interp::Arguments arguments = rounded(random_arguments(*lines.gradient, lines.dims, batch));
  const Results expected = ours.run(arguments).results;

  for (const auto& [cell, convert] :
       {std::pair{"TextbookLSTM", &to_textbook}, {"StackedLSTM", &to_stacked}}) {
    SCOPED_TRACE(cell);
    const ir::Module& module = lstm(cell);
    const Compiled theirs(*module.gradient, module.dims, GetParam(), Runs::always);
    ASSERT_EQ(theirs.wrong(), "");
    interp::Arguments same = arguments;
    same.params = convert(arguments.params, "");
    const Call got = theirs.run(same);
    EXPECT_EQ(got.wrong, "");
    Arrays wanted = convert(expected, "grad.");
    for (const char* name : {"h", "state.h", "state.c", "grad.x", "grad.state.h", "grad.state.c"})
      wanted[name] = expected.at(name);
    ASSERT_EQ(wanted.size(), got.results.size());
    for (const auto& [name, array] : wanted) EXPECT_TRUE(same_bits(array, got.results.at(name))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(All, NotationConformance, ::testing::ValuesIn(engines()), name_of);

// What `rnnc explain` says of the stages, without the names of values.
std::vector<std::string> stages(const ir::Function& function, const ir::DimTable& dims) {
  const auto plan = schedule::plan_function(function, dims, backend::native_target().machine);
  std::istringstream text(schedule::describe(*plan));
  std::vector<std::string> all;
  std::string line;
  for (int paragraph = 0; std::getline(text, line);) {
    paragraph += line.empty() ? 1 : 0;
    if (paragraph != 1 || line.empty()) continue;  // before: the whole; behind: the memory
    line = std::regex_replace(line, std::regex("^( *)[^ :]+: "), "$1");
    all.push_back(std::regex_replace(line, std::regex("bring [^ ]+ into"), "bring into"));
  }
  return all;
}

TEST(Notations, BecomeTheSameStages) {
  const ir::Module& lines = lstm("LSTM");
  const std::vector<std::string> expected = stages(lines.forward, lines.dims);
  EXPECT_GT(expected.size(), 10u);
  for (const char* cell : {"TextbookLSTM", "StackedLSTM"}) {
    const ir::Module& module = lstm(cell);
    EXPECT_EQ(stages(module.forward, module.dims), expected) << cell;
  }
}

// Behind the loops over time, gradients of weights stand in another order, and are copied to where they
// belong in joined matrices.
TEST(Notations, HaveGradientsOfTheSameStages) {
  auto without_joins = [](const ir::Module& module) {
    std::vector<std::string> all = stages(*module.gradient, module.dims);
    std::erase_if(all, [](const std::string& line) {
      return std::regex_search(line, std::regex("^element by element over [^;]*: copy; [0-9]+ bytes"));
    });
    return all;
  };
  auto sorted = [](std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
  };
  // Everything up to the end of the loop backward, in order.
  auto through_the_loops = [](std::vector<std::string> all) {
    const auto last = std::find_if(all.rbegin(), all.rend(), [](const auto& line) { return line[0] == ' '; });
    all.erase(last.base(), all.end());
    return all;
  };
  const std::vector<std::string> expected = without_joins(lstm("LSTM"));
  EXPECT_GT(through_the_loops(expected).size(), 30u);
  for (const char* cell : {"TextbookLSTM", "StackedLSTM"}) {
    const std::vector<std::string> have = without_joins(lstm(cell));
    EXPECT_EQ(through_the_loops(have), through_the_loops(expected)) << cell;
    EXPECT_EQ(sorted(have), sorted(expected)) << cell;
  }
}

}  // namespace
}  // namespace rnnc::testing
