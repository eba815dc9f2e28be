// Functions of the C ABI, written by hand around a model of these tests, with their arguments in an order of
// their own. Trained through the adapter they must give what the model gives itself.
#include "runtime/train/abi_model.h"

#include <algorithm>
#include <cstdlib>

#include "tests/unit/train/trainings.h"

namespace rnnc::train {
namespace {

using formats::contains;
using formats::message;

constexpr int64_t kScratch = 1000;

// params: o b w u; inputs: y state.h lengths.T x; results: state.h loss.0.count output loss.0.sum, then the
// gradients in the order u w b o.
void run(const rnnc_arguments* a, bool learns, Mode mode) {
  TinyRnn model;
  const float* parameters[] = {
      static_cast<const float*>(a->params[3]), static_cast<const float*>(a->params[2]),
      static_cast<const float*>(a->params[1]), static_cast<const float*>(a->params[0])};
  const auto* lengths = static_cast<const int32_t*>(a->inputs[2]);
  const void* arrays[] = {a->inputs[3], a->inputs[0]};
  const void* state[] = {a->inputs[1]};
  void* next[] = {a->results[0]};
  Call call;
  call.batch = a->batch;
  call.steps = {a->steps, 1};
  call.lengths = {&lengths, 1};
  call.arrays = arrays;
  call.state = state;
  call.next_state = next;
  call.seed = a->seed;
  call.epoch = a->epoch;
  call.step = a->step;
  call.sequence = a->sequence;
  call.first_t = a->first_t;
  LossSum loss;
  if (learns) {
    float* gradients[] = {static_cast<float*>(a->results[4]), static_cast<float*>(a->results[5]),
                          static_cast<float*>(a->results[6]), static_cast<float*>(a->results[7])};
    (void)model.gradient(call, parameters, gradients, {&loss, 1});
  } else {
    (void)model.forward(call, mode, parameters, {&loss, 1});
  }
  *static_cast<float*>(a->results[1]) = static_cast<float>(loss.count);
  *static_cast<float*>(a->results[3]) = static_cast<float>(loss.sum);
  if (a->results[2] != nullptr || reinterpret_cast<uintptr_t>(a->scratch) % RNNC_ALIGN != 0) std::abort();
  std::fill_n(static_cast<char*>(a->scratch), kScratch * a->batch, '\x7f');
}

AbiFunctions functions() {
  AbiFunction base;
  base.params = {"o", "b", "w", "u"};
  base.inputs = {"y", "state.h", "lengths.T", "x"};
  base.results = {"state.h", "loss.0.count", "output", "loss.0.sum"};
  base.times = {"T"};
  base.scratch = [](int64_t batch, const int64_t*) { return kScratch * batch; };
  AbiFunctions out{base, base, base};
  for (const char* name : {"grad.u", "grad.w", "grad.b", "grad.o"}) out.gradient.results.emplace_back(name);
  out.gradient.run = [](const rnnc_arguments* a) { run(a, true, Mode::kTraining); };
  out.training.run = [](const rnnc_arguments* a) { run(a, false, Mode::kTraining); };
  out.evaluation.run = [](const rnnc_arguments* a) { run(a, false, Mode::kEvaluation); };
  return out;
}

TEST(AbiModel, IsTrainedAsTheModelThatItsFunctionsAre) {
  TinyRnn model;
  auto compiled = AbiModel::create(model.signature(), {"T"}, functions());
  ASSERT_TRUE(compiled) << message(compiled);
  const Data data = series_data(model.signature(), 10, 0.2);
  Training training;
  training.settings.batch = 3;
  training.settings.epochs = 2;
  training.settings.tbptt = 3;
  training.settings.burn_in = 1;
  const Trained by_hand = run_training(model, data, training);
  const Trained by_code = run_training(*compiled, data, training);
  ASSERT_EQ(by_code.failure, "");
  EXPECT_EQ(by_code.weights, by_hand.weights);
  EXPECT_NEAR(*by_code.outcome.validation, *by_hand.outcome.validation, 1e-6);
}

TEST(AbiModel, FunctionsThatDoNotFitAreRefused) {
  const Signature signature = TinyRnn().signature();
  const auto complaint = [&](const std::function<void(AbiFunctions&)>& change) {
    AbiFunctions changed = functions();
    change(changed);
    return message(AbiModel::create(signature, {"T"}, changed));
  };
  EXPECT_EQ(complaint([](auto& f) { f.training.params[0] = "q"; }),
            "compiled code wants the parameter 'q', which the model has not");
  EXPECT_EQ(complaint([](auto& f) { f.evaluation.inputs[1] = "state.c"; }),
            "compiled code reads 'state.c', which the model has not");
  EXPECT_EQ(complaint([](auto& f) { f.evaluation.inputs[2] = "lengths.S"; }),
            "compiled code reads 'lengths.S', which the model has not");
  EXPECT_EQ(complaint([](auto& f) { f.gradient.times[0] = "S"; }),
            "compiled code runs over 'S', which is no time");
  EXPECT_EQ(complaint([](auto& f) { f.gradient.results.pop_back(); }),
            "compiled code lacks the gradient of o");
  EXPECT_EQ(complaint([](auto& f) { f.training.results[0] = "h"; }), "compiled code lacks the state h");
  EXPECT_EQ(complaint([](auto& f) { f.training.results[3] = "loss"; }), "compiled code lacks loss 0");
}

TEST(AbiModel, MemoryThatIsNotThereIsSaid) {
#ifdef RNNC_SANITIZED
  GTEST_SKIP() << "the address sanitizer ends the process instead";
#endif
  AbiFunctions hungry = functions();
  hungry.evaluation.scratch = [](int64_t, const int64_t*) { return int64_t{1} << 61; };
  TinyRnn model;
  auto compiled = AbiModel::create(model.signature(), {"T"}, hungry);
  ASSERT_TRUE(compiled);
  const Data data = series_data(model.signature(), 10, 0.2);
  const Trained trained = run_training(*compiled, data, {});
  EXPECT_TRUE(contains(trained.failure, "MB of memory, which the system does not give"));
}

}  // namespace
}  // namespace rnnc::train
