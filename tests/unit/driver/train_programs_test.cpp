// What tests/programs says runs in machine code: a model with a loss learns a batch of random data, anything
// else computes what the interpreter computes, with its gradients.
#include <cmath>
#include <functional>
#include <random>
#include <set>

#include "compiler/driver/engine.h"
#include "compiler/driver/overfit.h"
#include "compiler/driver/trainable.h"
#include "runtime/train/npz_data.h"
#include "tests/support/machine_code.h"
#include "tests/support/programs.h"

namespace rnnc::driver {
namespace {

constexpr int64_t kSteps = 12;
constexpr uint64_t kSequences = 3;

// Sequences of three, two and one steps fewer than there is room for. Targets are shares, for losses of
// logits; numbers of data are small.
class RandomData {
 public:
  explicit RandomData(const train::Signature& signature) : signature_(signature) {
    for (const train::ArrayInfo& array : signature.arrays) add(array);
    for (size_t time = 0; time < signature.times.size(); ++time) add_lengths(time);
  }

  train::Data data() {
    auto all = train::dataset_of(std::move(tensors_), signature_, "random");
    EXPECT_TRUE(static_cast<bool>(all)) << (all ? "" : all.error().message);
    return train::hold_out(std::move(*all), 0, 1);
  }

 private:
  static uint64_t room(size_t time) { return 5 + time; }

  void add(const train::ArrayInfo& array) {
    train::Shape shape = {kSequences};
    if (array.time) shape.push_back(room(*array.time));
    shape.insert(shape.end(), array.shape.begin(), array.shape.end());
    uint64_t count = 1;
    for (uint64_t size : shape) count *= size;
    if (array.element == train::Element::kReal) {
      std::vector<float> values(count);
      std::uniform_real_distribution<float> number(array.target ? 0.0F : -1.0F, 1.0F);
      for (float& value : values) value = number(engine_);
      tensors_.push_back(formats::make_tensor(array.name, shape, values));
    } else {
      std::vector<int32_t> values(count);
      const auto most = static_cast<int32_t>(array.tokens > 0 ? array.tokens : 2) - 1;
      std::uniform_int_distribution<int32_t> number(0, most);
      for (int32_t& value : values) value = number(engine_);
      tensors_.push_back(formats::make_tensor(array.name, shape, values));
    }
  }

  void add_lengths(size_t time) {
    const auto of_time =
        std::ranges::find_if(signature_.arrays, [&](const auto& array) { return array.time == time; });
    const auto most = static_cast<int32_t>(room(time));
    tensors_.push_back(formats::make_tensor("lengths." + of_time->name, {kSequences},
                                            std::vector<int32_t>{most - 3, most - 1, most - 2}));
  }

  const train::Signature& signature_;
  std::vector<formats::Tensor> tensors_;
  std::mt19937 engine_{1};
};

void expect_learns(const std::shared_ptr<const sema::Model>& model) {
  auto trainable = Trainable::create(model, {});
  ASSERT_TRUE(static_cast<bool>(trainable)) << trainable.error().message;
  const train::Signature& signature = trainable->model().signature();
  const train::Data data = RandomData(signature).data();
  train::Arena parameters(signature.parameters);
  fill(parameters, *model, initial_values(*model, 1));
  train::TrainOptions options;
  options.settings.steps = kSteps;
  options.settings.valid = 0;
  options.settings.lr.rate = 0.01;
  const auto done = overfit(trainable->model(), parameters, data, options);
  ASSERT_TRUE(static_cast<bool>(done)) << done.error().message;
  EXPECT_EQ(done->steps, kSteps);
  EXPECT_TRUE(std::isfinite(done->after));
  EXPECT_LT(done->after, done->before);
}

// How many bodies of tests/programs `check` was given: those with a loss, or those without.
int check_programs(bool with_loss,
                   const std::function<void(const std::shared_ptr<const sema::Model>&)>& check) {
  int checked = 0;
  testing::for_each_program([&](const std::string& name, testing::Spec& spec, const ast::Body& body) {
    if (name.starts_with("corners/")) return;  // of the IR; each would take a second
    const auto model = spec.model(body, testing::small_sizes());
    if (model->body->losses.empty() == with_loss) return;
    check(model);
    ++checked;
  });
  return checked;
}

TEST(TrainPrograms, LearnABatchByHeart) { EXPECT_GE(check_programs(true, expect_learns), 25); }

// Forward and backward from random cotangents of all outputs.
void expect_computes(const std::shared_ptr<const sema::Model>& model) {
  const auto compiled = compile(model, for_gradient(*model->body));
  ASSERT_TRUE(static_cast<bool>(compiled)) << compiled.error().message;
  const ir::Module& module = compiled->module;
  testing::Sizes sizes;
  for (uint32_t i = 0; i < module.dims.size(); ++i) {
    const ir::Dim& dim = module.dims[ir::DimId{i}];
    if (dim.kind == ir::DimKind::time) sizes.lengths[dim.name] = {4, 1, 2};
  }
  const interp::Arguments arguments =
      testing::rounded(testing::random_arguments(*module.gradient, module.dims, sizes));
  Arrays results[2];
  for (EngineKind kind : {EngineKind::jit, EngineKind::interp}) {
    const auto engine = make_engine(kind, *module.gradient, module.dims);
    ASSERT_TRUE(static_cast<bool>(engine)) << engine.error().message;
    auto run = (*engine)->run(arguments);
    ASSERT_TRUE(static_cast<bool>(run)) << run.error().message;
    results[kind == EngineKind::interp] = std::move(*run);
  }
  EXPECT_FALSE(results[0].empty());
  EXPECT_EQ(testing::difference(results[1], results[0], 2e-4), "");
}

void add_cells(const sema::Body& body, std::set<std::string>& names) {
  for (const sema::Node& node : body.nodes) {
    const auto* call = std::get_if<sema::node::Call>(&node.data);
    if (call == nullptr) continue;
    names.insert(call->body->name);
    add_cells(*call->body, names);
  }
}

// A cell that a model with a loss runs has a gradient there.
TEST(TrainPrograms, WithoutALossComputeGradients) {
  std::set<std::string> trained;
  check_programs(true, [&](const auto& model) { add_cells(*model->body, trained); });
  EXPECT_FALSE(trained.empty());
  int computed = 0;
  check_programs(false, [&](const auto& model) {
    if (trained.contains(model->body->name)) return;
    expect_computes(model);
    ++computed;
  });
  EXPECT_GE(computed, 20);
}

}  // namespace
}  // namespace rnnc::driver
