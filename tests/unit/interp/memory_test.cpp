// Values that nothing reads any more are freed, so that long functions over long sequences fit.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include "compiler/ir/builder.h"
#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

int64_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Memory, HoldsOnlyWhatIsStillRead) {
#ifdef RNNC_SANITIZED
  GTEST_SKIP() << "the sanitizer keeps freed memory";
#endif
  constexpr int kOps = 60;
  ir::Module module;
  module.batch = module.dims.add(ir::DimKind::batch, "B");
  ir::DimId t = module.dims.add(ir::DimKind::time, "T"), h = module.dims.add(ir::DimKind::constant, "H", 64);
  ir::Builder build(module.dims, module.forward);
  ir::ValueId value = build.constant(1, {ir::Element::real, {t, module.batch, h}});
  for (int i = 0; i < kOps; ++i) value = build.unary(ir::Op::neg, value);
  module.forward.add_result("y", build.reduce(ir::Reduction::sum, value, {t, h}));
  Arguments given;
  given.batch = 16;
  given.steps["T"] = 1000;
  int64_t value_kilobytes = 1000 * 16 * 64 * 8 / 1024;
  int64_t before = peak_kilobytes();
  EXPECT_EQ(run(module, given)["y"].values, std::vector<double>(16, 64000));
  EXPECT_LT(peak_kilobytes() - before, 6 * value_kilobytes);
}

}  // namespace
}  // namespace rnnc::interp
