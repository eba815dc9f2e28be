// What must hold of any function: each sequence is on its own, and nothing lies past its end.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_arguments.h"
#include "tests/support/random_ir.h"
#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

using testing::Dice;
using testing::random_module;

constexpr uint64_t kSeeds = 150;
const testing::Sizes kSizes{4, {{"T", {5, 0, 3, 6}}, {"T.source", {2, 3, 1, 0}}}};

// Calls visit(array, place, b, times) for each element of a value with the batch; the times are in the order
// of the dims.
template <class Visit>
void for_each_place(const ir::Module& module, const ir::Type& type, const std::vector<int64_t>& shape,
                    Visit visit) {
  int64_t elements = 1;
  for (int64_t size : shape) elements *= size;
  for (int64_t place = 0; place < elements; ++place) {
    int64_t rest = place, b = -1;
    std::vector<std::pair<std::string, int64_t>> times;
    for (size_t d = shape.size(); d-- > 0;) {
      const ir::Dim& dim = module.dims[type.dims[d]];
      if (dim.kind == ir::DimKind::batch) b = rest % shape[d];
      if (dim.kind == ir::DimKind::time) times.emplace_back(dim.name, rest % shape[d]);
      rest /= shape[d];
    }
    visit(static_cast<size_t>(place), b, times);
  }
}

bool past_the_end(const std::vector<std::pair<std::string, int64_t>>& times, int64_t b) {
  for (const auto& [time, t] : times) {
    if (t >= kSizes.lengths.at(time)[static_cast<size_t>(b)]) return true;
  }
  return false;
}

// The elements of sequence b that are not past its end, in row-major order.
std::vector<double> of_sequence(const ir::Module& module, const ir::Type& type, const Array& array,
                                int64_t row, int64_t sequence) {
  std::vector<double> values;
  for_each_place(module, type, array.shape, [&](size_t place, int64_t b, const auto& times) {
    if ((b == row || b < 0) && !past_the_end(times, sequence)) values.push_back(array.values[place]);
  });
  return values;
}

void expect_same(const std::map<std::string, Array>& got, const std::map<std::string, Array>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (const auto& [name, array] : wanted) {
    SCOPED_TRACE(name);
    ASSERT_EQ(got.at(name).shape, array.shape);
    expect_near(got.at(name).values, array.values, 0);
  }
}

TEST(Sequences, AreExactlyZeroPastTheirEnds) {
  size_t places = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    ir::Module module = random_module(seed);
    auto results = run(module, testing::random_arguments(module.forward, module.dims, kSizes));
    for (const ir::NamedResult& result : module.forward.results()) {
      const ir::Type& type = module.forward.type(result.value);
      const Array& array = results[result.name];
      for_each_place(module, type, array.shape, [&](size_t place, int64_t b, const auto& times) {
        if (times.empty() || !past_the_end(times, b)) return;
        ++places;
        ASSERT_EQ(array.values[place], 0) << result.name << ": " << to_text(type, module.dims);
        ASSERT_FALSE(std::signbit(array.values[place]));
      });
    }
  }
  EXPECT_GT(places, 10000U);
}

TEST(Sequences, DoNotSeeWhatTheirInputsHoldPastTheEnd) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(seed);
    ir::Module module = random_module(seed);
    Arguments arguments = testing::random_arguments(module.forward, module.dims, kSizes);
    auto wanted = run(module, arguments);
    for (const ir::NamedType& input : inputs_of(module.forward)) {
      Array& array = arguments.inputs[input.name];
      for_each_place(module, input.type, array.shape, [&](size_t place, int64_t b, const auto& times) {
        if (!times.empty() && past_the_end(times, b)) array.values[place] = std::nan("");
      });
    }
    expect_same(run(module, arguments), wanted);
  }
}

// Each sequence alone, without padding, gives the bits that it gives in the batch; its draws follow its
// number.
TEST(Sequences, DoNotSeeEachOther) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    ir::Module module = random_module(seed);
    Arguments all = testing::random_arguments(module.forward, module.dims, kSizes);
    all.keys.seed = seed;
    all.keys.sequence = {70, 71, 72, 73};
    all.keys.first_t = {0, 10, 20, 30};
    auto wanted = run(module, all);
    for (int64_t b = 0; b < kSizes.batch; ++b) {
      SCOPED_TRACE(std::to_string(seed) + ", sequence " + std::to_string(b));
      auto row = static_cast<size_t>(b);
      Arguments one;
      one.batch = 1;
      one.params = all.params;
      one.keys = {seed, 0, 0, {all.keys.sequence[row]}, {all.keys.first_t[row]}};
      for (const auto& [time, lengths] : kSizes.lengths) one.steps[time] = lengths[row];
      for (const ir::NamedType& input : inputs_of(module.forward)) {
        one.inputs[input.name] = {input.type.element, testing::shape_of(input.type, module.dims, one),
                                  of_sequence(module, input.type, all.inputs[input.name], b, b)};
      }
      auto results = run(module, one);
      for (const ir::NamedResult& result : module.forward.results()) {
        const ir::Type& type = module.forward.type(result.value);
        SCOPED_TRACE(result.name);
        expect_near(of_sequence(module, type, results[result.name], 0, b),
                    of_sequence(module, type, wanted[result.name], b, b), 0);
      }
    }
  }
}

// s[t] = a[t] · s[t-1] + b[t] as a scan and as a prefix, over both semirings, in both directions; sums and
// maxima are special cases.
TEST(Sequences, ScanAndPrefixAgreeOnAffineRecurrences) {
  struct Form {
    const char* prefix;  // op and operands
    const char* step;    // the next value %n of %s from %a and %b
  };
  const Form forms[] = {
      {"affine plus_times DIRECTION %a, %b, %s", "%p = mul %a, %s : f32[B,H] %n = add %p, %b : f32[B,H]"},
      {"affine max_plus DIRECTION %a, %b, %s", "%p = add %a, %s : f32[B,H] %n = max %p, %b : f32[B,H]"},
      {"sum DIRECTION %b, %s", "%n = add %s, %b : f32[B,H]"},
      {"max DIRECTION %b, %s", "%n = max %s, %b : f32[B,H]"},
  };
  for (const Form& form : forms) {
    for (const char* direction : {"forward", "backward"}) {
      SCOPED_TRACE(form.prefix);
      std::string prefix = form.prefix;
      prefix.replace(prefix.find("DIRECTION"), 9, direction);
      ir::Module module =
          testing::forward_of("batch B time T dim H = 3",
                              "%a = input a : f32[T,B,H] %b = input b : f32[T,B,H]"
                              "%s = input s : f32[B,H]"
                              "%p = prefix " +
                                  prefix + " along T : f32[T,B,H]" + "%y, %l = scan " + direction +
                                  " T each(%a, %b) with() carry(%s) : f32[T,B,H], f32[B,H] {"
                                  " (%a : f32[B,H], %b : f32[B,H], %s : f32[B,H]) " +
                                  form.step + " yield(n = %n) next(n = %n) } return p = %p, y = %y");
      Arguments arguments =
          testing::random_arguments(module.forward, module.dims, {4, {{"T", {7, 0, 3, 1}}}});
      auto results = run(module, arguments);
      EXPECT_EQ(results["p"], results["y"]);
    }
  }
}

}  // namespace
}  // namespace rnnc::interp
