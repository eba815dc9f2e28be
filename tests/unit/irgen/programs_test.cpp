// Every program of tests/programs becomes IR that the verifier accepts, or is refused for a reason.
#include "tests/support/programs.h"

#include <gtest/gtest.h>

#include "compiler/ir/text.h"

namespace rnnc::irgen {
namespace {

using Reasons = std::map<std::string, std::string>;

void verify_all(const Options& options, Reasons& refused, Reasons& no_step) {
  testing::for_each_program([&](const std::string& name, testing::Spec& spec, const ast::Body& body) {
    auto generated = spec.try_generate(body, testing::small_sizes(), options);
    if (!generated) {
      refused[name] = generated.error().message;
      return;
    }
    auto status = ir::verify(generated->module);
    EXPECT_TRUE(status) << status.error().message << "\n" << ir::print(generated->module);
    auto again = ir::read(ir::print(generated->module));
    EXPECT_TRUE(again && ir::print(*again) == ir::print(generated->module));
    if (!generated->no_step.empty()) no_step[name] = generated->no_step;
  });
}

TEST(Programs, BecomeIr) {
  Reasons refused, no_step;
  verify_all({}, refused, no_step);
  EXPECT_EQ(refused, Reasons{});

  const std::string backwards = "`reverse`, also that of `bidirectional`, begins at the end of a sequence";
  const std::string single = "no output is a sequence: all come after its end";
  EXPECT_EQ(no_step, (Reasons{
                         {"00_language_page/Aligned", backwards},
                         {"00_language_page/ManyToOne", single},
                         {"00_language_page/OneToOne", "it has no sequence"},
                         {"03_bidirectional/ByHand", backwards},
                         {"03_bidirectional/Tagger", backwards},
                         {"08_configurations/Aligned", backwards},
                         {"08_configurations/ManyToOne", single},
                         {"08_configurations/OneToOne", "it has no sequence"},
                         {"17_weight_tying/Siamese", single},
                         {"18_autoencoder/Autoencoder", "`last` comes after the end of a sequence"},
                         {"20_layout/A", "it has no sequence"},
                         {"20_layout/B", single},
                         {"corners/LayersWithNames", "`a` and `b` are sequences with lengths of their own"},
                         {"corners/ReadOnce", single},
                     }));
}

TEST(Programs, BecomeIrForTraining) {
  Reasons refused, no_step;
  verify_all({.training = true}, refused, no_step);
  EXPECT_EQ(refused, Reasons{});
}

}  // namespace
}  // namespace rnnc::irgen
