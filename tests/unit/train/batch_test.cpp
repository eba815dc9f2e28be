#include "runtime/train/batch.h"

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/train/evaluate.h"
#include "runtime/train/npz_data.h"
#include "tests/unit/formats/files.h"
#include "tests/unit/train/models.h"

namespace rnnc::train {
namespace {

using formats::make_tensor;
using formats::message;

using Windows = std::vector<Window>;

TEST(Windows, WithoutTruncationThereIsOne) {
  EXPECT_EQ(windows_of({}, 100), (Windows{{0, -1, true}}));
  EXPECT_EQ(windows_of({}, 0), (Windows{{0, -1, true}}));
}

TEST(Windows, OfTruncationCoverTheLongest) {
  EXPECT_EQ(windows_of({4, 0}, 10), (Windows{{0, 4, true}, {4, 4, true}, {8, 2, true}}));
  EXPECT_EQ(windows_of({4, 3}, 10), (Windows{{0, 3, false}, {3, 4, true}, {7, 3, true}}));
  EXPECT_EQ(windows_of({std::nullopt, 3}, 10), (Windows{{0, 3, false}, {3, 7, true}}));
  EXPECT_EQ(windows_of({4, 3}, 2), (Windows{{0, 2, false}}));
  EXPECT_EQ(windows_of({4, 0}, 0), Windows{});
}

TEST(Windows, CutOneTime) {
  Signature signature;
  EXPECT_EQ(message(check_truncation({4, 0}, signature)),
            "tbptt is set, but the model has no sequences; leave it out");
  EXPECT_TRUE(check_truncation({}, signature));
  signature.times = {"source"};
  EXPECT_TRUE(check_truncation({4, 2}, signature));
  signature.times = {"source", "words"};
  EXPECT_EQ(message(check_truncation({std::nullopt, 2}, signature)),
            "burn_in is set, but the model runs over 2 times ('source', 'words'), and windows cut one; leave "
            "it out");
}

TEST(Windows, TheLastBatchMayBeSmaller) {
  const std::vector<int64_t> sequences = {5, 6, 7};
  const Batches batches{sequences, 2};
  EXPECT_EQ(batches.count(), 2);
  EXPECT_EQ(batches.of(0)[1], 6);
  EXPECT_EQ(batches.of(1).size(), 1u);
  EXPECT_EQ((Batches{{}, 2}).count(), 0);
}

// x: seq [2], label: token[9]; state m: bool, h: [2] = -inf
Signature batch_signature() {
  Signature signature;
  signature.arrays = {{"x", Element::kReal, false, size_t{0}, {2}, 0},
                      {"label", Element::kInt, true, {}, {}, 9}};
  signature.times = {"x"};
  signature.state = {{"m", Element::kBool, {}, 1}, {"h", Element::kReal, {2}, -INFINITY}};
  return signature;
}

Dataset data_of(const Signature& signature) {
  std::vector<float> x(3 * 4 * 2);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  auto data =
      dataset_of({make_tensor("x", {3, 4, 2}, x), make_tensor("label", {3}, std::vector<int64_t>{7, 8, 6}),
                  make_tensor("lengths", {3}, std::vector<int64_t>{4, 1, 3})},
                 signature, "f");
  EXPECT_TRUE(data) << message(data);
  return *data;
}

TEST(Batch, HasTheLongestSequenceFirst) {
  const Signature signature = batch_signature();
  const Dataset data = data_of(signature);
  Batch batch(signature, data);
  batch.start(std::vector<int64_t>{1, 2, 0});
  batch.load({0, -1, true});
  const Call call = batch.call();
  EXPECT_EQ(std::vector<uint64_t>(call.sequence, call.sequence + 3), (std::vector<uint64_t>{0, 2, 1}));
  EXPECT_EQ(std::vector<int32_t>(call.lengths[0], call.lengths[0] + 3), (std::vector<int32_t>{4, 3, 1}));
}

TEST(Batch, HoldsAWindowOfItsSequences) {
  const Signature signature = batch_signature();
  const Dataset data = data_of(signature);
  Batch batch(signature, data);
  batch.start(std::vector<int64_t>{2, 1});
  batch.load({0, 2, true});
  Call call = batch.call();
  EXPECT_EQ(call.batch, 2);
  EXPECT_EQ(call.steps[0], 2);
  EXPECT_EQ(call.lengths[0][0], 2);
  EXPECT_EQ(call.lengths[0][1], 1);
  const auto* x = static_cast<const float*>(call.arrays[0]);
  EXPECT_EQ(std::vector<float>(x, x + 8), (std::vector<float>{16, 17, 8, 9, 18, 19, 0, 0}));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(x) % RNNC_ALIGN, 0u);
  EXPECT_EQ(static_cast<const int32_t*>(call.arrays[1])[0], 6);
  EXPECT_EQ(call.sequence[0], 2u);
  EXPECT_EQ(call.first_t[1], 0u);
  EXPECT_EQ(call.begins[0], 1);
  EXPECT_EQ(static_cast<const uint8_t*>(call.state[0])[1], 1);
  EXPECT_EQ(static_cast<const float*>(call.state[1])[3], -INFINITY);
  EXPECT_EQ(batch.items(), 3);

  static_cast<uint8_t*>(call.next_state[0])[0] = 0;
  static_cast<float*>(call.next_state[1])[3] = 5;
  batch.carry();
  batch.load({2, 2, true});
  call = batch.call();
  // Only one sequence reaches this window, with one step.
  EXPECT_EQ(call.steps[0], 1);
  EXPECT_EQ(call.lengths[0][0], 1);
  EXPECT_EQ(call.lengths[0][1], 0);
  x = static_cast<const float*>(call.arrays[0]);
  EXPECT_EQ(std::vector<float>(x, x + 4), (std::vector<float>{20, 21, 0, 0}));
  EXPECT_EQ(call.begins[0], 0);
  EXPECT_EQ(call.first_t[0], 2u);
  EXPECT_EQ(static_cast<const uint8_t*>(call.state[0])[0], 0);
  EXPECT_EQ(static_cast<const float*>(call.state[1])[3], 5);

  batch.start(std::vector<int64_t>{0});
  batch.load({});
  call = batch.call();
  EXPECT_EQ(call.batch, 1);
  EXPECT_EQ(call.steps[0], 4);
  EXPECT_EQ(call.begins[0], 1);
  EXPECT_EQ(static_cast<const float*>(call.state[1])[0], -INFINITY);
}

// ---------------------------------------------------------------- the models of these tests

std::vector<formats::Tensor> series(size_t sequences, size_t steps, std::vector<int64_t> lengths) {
  std::vector<float> x, y;
  for (size_t i = 0; i < sequences * steps; ++i) {
    x.push_back(static_cast<float>(std::sin(static_cast<double>(i * i))));
    y.push_back(static_cast<float>(0.5 * std::cos(static_cast<double>(i))));
  }
  return {make_tensor("x", {sequences, steps}, x), make_tensor("y", {sequences, steps}, y),
          make_tensor("lengths", {sequences}, lengths)};
}

void fill(Arena& parameters) {
  float value = 0.3f;
  for (float& p : parameters.all()) p = value = -0.8f * value + 0.11f;
}

TEST(Models, HaveTheGradientsOfTheirLosses) {
  TinyRnn rnn;
  Bigram bigram(3);
  const auto reals = dataset_of(series(3, 4, {4, 2, 0}), rnn.signature(), "f");
  const auto tokens = dataset_of({make_tensor("text", {2, 3}, std::vector<int64_t>{0, 2, -1, 1, 1, 0})},
                                 bigram.signature(), "f");
  ASSERT_TRUE(reals && tokens);
  for (CompiledModel* model : {static_cast<CompiledModel*>(&rnn), static_cast<CompiledModel*>(&bigram)}) {
    const Dataset& data = model == &rnn ? *reals : *tokens;
    const auto& infos = model->signature().parameters;
    Arena p(infos), g(infos);
    fill(p);
    Batch batch(model->signature(), data);
    batch.start(model == &rnn ? std::vector<int64_t>{0, 1, 2} : std::vector<int64_t>{0, 1});
    batch.load({});
    std::vector<LossSum> losses(1);
    const Arena& weights = p;
    ASSERT_TRUE(model->gradient(batch.call(), weights.pointers(), g.pointers(), losses));
    for (size_t i = 0; i < infos.size(); ++i) {
      for (size_t k = 0; k < p.of(i).size(); ++k) {
        const float at = p.of(i)[k];
        double loss[2];
        for (const int side : {0, 1}) {
          p.of(i)[k] = at + (side == 0 ? -0.0078125f : 0.0078125f);
          ASSERT_TRUE(model->forward(batch.call(), Mode::kTraining, weights.pointers(), losses));
          loss[side] = total(losses);
        }
        p.of(i)[k] = at;
        EXPECT_NEAR(g.of(i)[k], (loss[1] - loss[0]) / 0.015625, 1e-4) << infos[i].name << " " << k;
      }
    }
  }
}

TEST(Evaluate, PoolsSumsAndCountsWhateverTheBatchesAndWindows) {
  TinyRnn model;
  const auto data = dataset_of(series(5, 7, {7, 2, 0, 5, 6}), model.signature(), "f");
  ASSERT_TRUE(data);
  Arena p(model.signature().parameters);
  fill(p);
  const std::vector<int64_t> sequences = {0, 1, 2, 3, 4};
  const auto loss = [&](int64_t batch, const Truncation& truncation) {
    const auto got = evaluate(model, p, *data, {sequences, batch}, truncation, {});
    EXPECT_TRUE(got && *got);
    return (**got)[0];
  };
  const LossSum whole = loss(5, {});
  EXPECT_EQ(whole.count, 20);
  for (const int64_t batch : {1, 2, 5}) {
    for (const Truncation& truncation : {Truncation{}, Truncation{3, 0}, Truncation{1, 0}}) {
      EXPECT_EQ(loss(batch, truncation).count, 20);
      EXPECT_NEAR(loss(batch, truncation).sum, whole.sum, 1e-6);
    }
  }
  // Two steps of each are not counted, but run: 5 + 0 + 0 + 3 + 4.
  EXPECT_EQ(loss(2, {std::nullopt, 2}).count, 12);
  EXPECT_EQ(loss(5, {3, 2}).count, 12);
  EXPECT_NEAR(loss(2, {std::nullopt, 2}).sum, loss(5, {3, 2}).sum, 1e-6);
  EXPECT_LT(loss(5, {3, 2}).sum, whole.sum);
}

TEST(Evaluate, CanBeInterrupted) {
  TinyRnn model;
  const auto data = dataset_of(series(5, 7, {7, 2, 0, 5, 6}), model.signature(), "f");
  Arena p(model.signature().parameters);
  int calls = 0;
  const auto got =
      evaluate(model, p, *data, {std::vector<int64_t>{0, 1, 2}, 1}, {}, [&] { return ++calls == 3; });
  ASSERT_TRUE(got);
  EXPECT_FALSE(*got);
}

}  // namespace
}  // namespace rnnc::train
