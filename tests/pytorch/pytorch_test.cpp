// What PyTorch computed of its own layers and of compositions of them, and the package of the authors of
// xLSTM of its cells and blocks: outputs, last states and all gradients, also of ragged batches. The
// interpreter agrees in double precision, machine code in f32.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "tests/pytorch/comparison.h"

namespace rnnc::pytorch {
namespace {

namespace fs = std::filesystem;
using driver::EngineKind;

Subject stack(const std::string& layer, const std::string& sizes = "H, L") {
  return {"model M[" + sizes + "] { input x: seq [X]  y = x |> stack[" + layer + ", L]  output y }",
          {"y.stack."}};
}

Subject cell(const std::string& layer, const std::string& sizes, std::vector<std::string> removed) {
  return {"model M[" + sizes + "] { input x: seq [X]  y = x |> " + layer + "  output y }",
          std::move(removed)};
}

// By the beginning of the file's name; of two that fit, the longer.
const std::map<std::string, std::vector<Subject>> kSubjects = {
    {"rnn_tanh", {stack("RNN[H]")}},
    {"rnn_relu", {stack("RNN[H, relu]")}},
    {"lstm", {stack("LSTM[H]")}},
    {"gru", {stack("GRUv3[H]")}},
    {"both_ways_rnn_tanh", {stack("bidirectional[RNN[H]]")}},
    {"both_ways_lstm", {stack("bidirectional[LSTM[H]]")}},
    {"both_ways_gru", {stack("bidirectional[GRUv3[H]]")}},
    {"projected_lstm", {stack("ProjectedLSTM[H, P]", "H, P, L")}},
    {"original_gru", {stack("GRU[H]")}},
    {"three_activations",
     {{"model M[H, Q] { input x: seq [X]  output y"
       "  y = x |> RNN[H] |> RNN[2 * H, relu] |> RNN[H / 2, sigmoid] |> linear[Q] }",
       {"y."}}}},
    // Only what leaves: there the plain forms are equal, whose states are others.
    {"xlstm_slstm_outputs",
     {cell("sLSTM[N, D]", "N, D", {"y.sLSTM.", "_raw"}),
      cell("sLSTM_plain[N, D]", "N, D", {"y.sLSTM_plain.a_"})}},
    {"xlstm_mlstm_parallel",
     {cell("mLSTM[N, D, K]", "N, D, K", {"y.mLSTM.", "_raw"}),
      cell("mLSTM_plain[N, D, K]", "N, D, K", {"y.mLSTM_plain."})}},
    {"xlstm_slstm", {cell("sLSTM[N, D]", "N, D", {"y.sLSTM.", "_raw"})}},
    {"xlstm_mlstm", {cell("mLSTM[N, D, K]", "N, D, K", {"y.mLSTM.", "_raw"})}},
    {"xlstm_slstm_block",
     {{"model M[N, D] { input x: seq [N * D]  y = x |> sLSTMBlock[N, D]  output y }", {"y.sLSTMBlock."}}}},
    {"xlstm_mlstm_block", {cell("mLSTMBlock[N, D]", "N, D", {"y.mLSTMBlock."})}},
};

const std::vector<Subject>& subjects_of(const std::string& file) {
  const std::vector<Subject>* best = nullptr;
  size_t length = 0;
  for (const auto& [beginning, subjects] : kSubjects) {
    if (!file.starts_with(beginning) || beginning.size() < length) continue;
    best = &subjects;
    length = beginning.size();
  }
  EXPECT_NE(best, nullptr) << "no spec for " << file;
  return *best;
}

void check_all(EngineKind kind, double outputs, double gradients) {
  setenv("RNNC_CACHE", "off", 1);
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(RNNC_SOURCE_DIR) / "tests/data/pytorch")) {
    const std::string name = entry.path().filename().string();
    const Reference reference(entry.path().string());
    for (const Subject& subject : subjects_of(name)) {
      SCOPED_TRACE(name + "\n" + subject.text);
      Comparison(subject, reference).check(kind, outputs, gradients);
    }
    ++files;
  }
  EXPECT_EQ(files, 43u);
}

TEST(PyTorch, AgreesWithTheInterpreter) { check_all(EngineKind::interp, 1e-10, 1e-10); }
TEST(PyTorch, AgreesWithMachineCode) { check_all(EngineKind::jit, 2e-5, 2e-4); }

}  // namespace
}  // namespace rnnc::pytorch
