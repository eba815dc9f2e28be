// A loss that is no number is explained in the words of the spec.
#include "compiler/driver/explain_fault.h"

#include <algorithm>

#include "compiler/driver/trainable.h"
#include "runtime/train/batch.h"
#include "runtime/train/npz_data.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

struct Place {
  std::string text, label;  // of the source
  friend bool operator==(const Place&, const Place&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Place& place) {
    return out << "{" << place.text << ": " << place.label << "}";
  }
};

// Of three sequences of four steps the second is 0 at its step 3; the window begins at step 1, its rows are
// sequences 2, 0 and 1.
class Explained {
 public:
  explicit Explained(const std::string& text) : spec_(text, {}) {
    CompileOptions options;
    const train::Signature signature = signature_of(*compile(spec_.model, options));
    std::vector<float> x(3 * 4, 2), y(3 * 4, 1);
    x[4 + 3] = 0;
    auto data =
        train::dataset_of({formats::make_tensor("x", {3, 4, 1}, x), formats::make_tensor("y", {3, 4, 1}, y)},
                          signature, "data");
    train::Arena weights(signature.parameters);
    fill(weights, *spec_.model, initial_values(*spec_.model, 1));
    train::Batch batch(signature, *data);
    const std::vector<int64_t> rows = {2, 0, 1};
    batch.start(rows);
    batch.load({1, 3, true});
    fault = explain_fault(spec_.model, batch.call(), weights);
  }

  Place place(const diagnostics::Label& label) const {
    return {std::string(spec_.spec.sources.text(label.span)), label.text};
  }
  FaultExplanation fault;

 private:
  SpecModel spec_;
};

std::string spec_of(const std::string& equations) {
  return "model M {\n  input x: seq [1]\n  target y: seq [1]\n" + equations + "\n}\n";
}

TEST(ExplainFault, NamesEquationRowAndTime) {
  const Explained one(spec_of("  r = x / x\n  p = linear[1](r)\n  loss mse(p, y)"));
  EXPECT_EQ(one.fault.sentence, "first in row 2 (sequence 1), t = 3: 0 / 0 is not a number");
  EXPECT_EQ(one.place(one.fault.primary), (Place{"x / x", "0 / 0 is not a number"}));
  EXPECT_TRUE(one.fault.related.empty());
}

TEST(ExplainFault, NamesTheInfinityBehindIt) {
  const Explained one(spec_of("  e = 1 / x\n  d = e - e\n  p = linear[1](d)\n  loss mse(p, y)"));
  EXPECT_EQ(one.fault.sentence,
            "first in row 2 (sequence 1), t = 3: ∞ - ∞ is not a number; before that, 1 / 0 is infinite");
  EXPECT_EQ(one.place(one.fault.primary), (Place{"e - e", "∞ - ∞ is not a number"}));
  ASSERT_EQ(one.fault.related.size(), 1u);
  EXPECT_EQ(one.place(one.fault.related[0]), (Place{"1 / x", "1 / 0 is infinite"}));
}

TEST(ExplainFault, OfALibraryNamesTheLineThatUsesIt) {
  const Explained one(spec_of("  p = linear[1](x)\n  loss mse(1e30 * p, y)\n  output p"));
  EXPECT_TRUE(one.fault.sentence.starts_with("first in row 0 (sequence 2), t = 1: ")) << one.fault.sentence;
  EXPECT_EQ(one.place(one.fault.primary), (Place{"loss mse(1e30 * p, y)", "in what this uses"}));
  ASSERT_EQ(one.fault.related.size(), 1u);
  EXPECT_EQ(one.place(one.fault.related[0]).text, "x * x");
}

TEST(ExplainFault, InACellIsAtItsStep) {
  const Explained one(
      "cell Shrink {\n  input x: [1]\n  state h: [1]\n  h = 0.5 * h[t-1] + linear(x) / x\n  output h\n}\n" +
      spec_of("  p = Shrink(x)\n  loss mse(p, y)"));
  EXPECT_TRUE(one.fault.sentence.starts_with("first in row 2 (sequence 1), t = 3: 0 / 0"))
      << one.fault.sentence;
  EXPECT_EQ(one.place(one.fault.primary).text, "linear(x) / x");
}

TEST(ExplainFault, MayBeInTheGradientAlone) {
  const Explained one(spec_of("  w = linear[1](x)\n  p = sqrt(x * w * w)\n  loss mse(p, y)"));
  EXPECT_TRUE(one.fault.sentence.starts_with("first in the gradient, in row 2 (sequence 1), t = 3: "))
      << one.fault.sentence;
  EXPECT_TRUE(one.place(one.fault.primary).text.starts_with("x * w")) << one.place(one.fault.primary);
}

// What a spec writes is no fault, nor what `where` does not take.
TEST(ExplainFault, LeavesAloneWhatIsMeant) {
  const Explained one(
      spec_of("  m = max(-∞, x)\n  l = where(x > 0, log(x), 0)\n  p = linear[1](m + l)\n"
              "  loss mse(p, y) / (y - y)"));
  EXPECT_TRUE(one.place(one.fault.primary).text.ends_with("/ (y - y)")) << one.place(one.fault.primary);
  const Explained none(
      spec_of("  m = max(-∞, x)\n  l = where(x > 0, log(x), 0)\n  p = linear[1](m + l)\n"
              "  loss mse(p, y)"));
  EXPECT_EQ(none.fault.sentence,
            "where it comes from is not known: only machine code has it, the interpreter has not");
  EXPECT_FALSE(none.fault.primary.span.valid());
}

}  // namespace
}  // namespace rnnc::driver
