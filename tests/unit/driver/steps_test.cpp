// A plan does not look at how many steps there are: neither it nor its code changes with the data.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "compiler/driver/data.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/initialise.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/schedule/describe.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A cache of its own, in which the driver leaves the objects that it makes.
class OwnCache {
 public:
  explicit OwnCache(const std::string& name)
      : folder_(fs::path(::testing::TempDir()) / ("rnnc_steps_" + name)) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    if (const char* before = std::getenv("XDG_CACHE_HOME")) before_ = before;
    setenv("XDG_CACHE_HOME", folder_.c_str(), 1);
  }
  ~OwnCache() {
    before_ ? setenv("XDG_CACHE_HOME", before_->c_str(), 1) : unsetenv("XDG_CACHE_HOME");
    fs::remove_all(folder_);
  }
  std::map<std::string, std::string> objects() const {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) all[entry.path().filename().string()] = contents(entry.path());
    }
    return all;
  }

 private:
  fs::path folder_;
  std::optional<std::string> before_;
};

struct Made {
  std::string plans;
  std::map<std::string, std::string> objects;
  double loss = 0;
};

// What `grad` and `predict` do with a text of so many steps, from the spec on.
Made run_on(size_t steps) {
  const OwnCache cache(std::to_string(steps));
  const SpecModel spec(contents(RNNC_SOURCE_DIR "/examples/char_lm/char_lm.rnn"),
                       {{"V", 11}, {"E", 3}, {"H", 5}});
  const Compiled compiled = *compile(spec.model, {.gradient = true});
  std::vector<int32_t> text(2 * steps);
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<int32_t>(i * i % 11);
  const std::vector<formats::Tensor> data = {formats::make_tensor("text", {2, steps}, text)};
  Made made;
  for (const ir::Function* function : {&compiled.module.forward, &*compiled.module.gradient}) {
    const ir::DimTable& dims = compiled.module.dims;
    auto plan = make_plan(*function, dims, backend::native_target().machine);
    made.plans += schedule::describe(*plan);
    auto arguments = arguments_from(data, compiled, *function, {}, "in.npz");
    arguments->params = to_params(*spec.model, initial_values(*spec.model, 1));
    auto results = (*make_engine(EngineKind::jit, *function, dims))->run(*arguments);
    EXPECT_TRUE(static_cast<bool>(results));
    made.loss = results->at("loss").values[0];
  }
  made.objects = cache.objects();
  return made;
}

TEST(Steps, ChangeNeitherPlanNorCode) {
  const Made few = run_on(10), many = run_on(10000);
  EXPECT_EQ(few.plans, many.plans);
  EXPECT_GE(few.objects.size(), 2u);  // of the forward function and of the gradient, in parts
  EXPECT_TRUE(few.objects == many.objects) << "the same names and the same bytes";
  EXPECT_NE(few.loss, many.loss) << "the data were not of so many steps";
}

}  // namespace
}  // namespace rnnc::driver
