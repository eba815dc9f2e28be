// Outputs, last states and all gradients of PyTorch's recurrent layers, one and two of them, also of ragged
// batches: the interpreter agrees in double precision, machine code in f32. The same formula as in
// make_references.py gives weights and inputs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "compiler/driver/compile.h"
#include "compiler/driver/data.h"
#include "compiler/driver/engine.h"
#include "compiler/driver/run_inputs.h"
#include "compiler/driver/spec.h"
#include "compiler/driver/weights.h"
#include "runtime/formats/npz.h"

namespace rnnc::driver {
namespace {

namespace fs = std::filesystem;
using formats::Tensor;
using Numbers = std::vector<double>;

Numbers value(int seed, size_t count, double scale) {
  Numbers values(count);
  for (size_t i = 0; i < count; ++i) {
    const double x = 0.6180339887498949 * static_cast<double>(i + 1) + 0.7548776662466927 * seed;
    values[i] = scale * (2 * (x - std::floor(x)) - 1);
  }
  return values;
}

size_t count(const formats::Shape& shape) {
  size_t product = 1;
  for (uint64_t size : shape) product *= size;
  return product;
}

Tensor array(std::string name, int seed, const formats::Shape& shape, double scale = 1) {
  return formats::make_tensor(std::move(name), shape, value(seed, count(shape), scale));
}

std::string layer_of(const std::string& file) {
  if (file.starts_with("rnn_tanh")) return "RNN[H]";
  if (file.starts_with("rnn_relu")) return "RNN[H, relu]";
  return file.starts_with("lstm") ? "LSTM[H]" : "GRUv3[H]";
}

class Reference {
 public:
  explicit Reference(const fs::path& file)
      : file_(file.filename().string()), tensors_(*formats::read_npz(file.string())) {}

  const std::string& file() const { return file_; }
  bool has(const std::string& name) const { return formats::find(tensors_, name) != nullptr; }
  const formats::Shape& shape(const std::string& name) const { return formats::find(tensors_, name)->shape; }
  Numbers numbers(const std::string& name) const { return *formats::to_f64(*formats::find(tensors_, name)); }
  uint64_t number(const std::string& name) const { return static_cast<uint64_t>(numbers(name)[0]); }
  const Tensor& tensor(const std::string& name) const { return *formats::find(tensors_, name); }

 private:
  std::string file_;
  std::vector<Tensor> tensors_;
};

// Layer k of an array [layers, batch, hidden].
Numbers layer(const Numbers& all, uint64_t layers, uint64_t k) {
  const size_t size = all.size() / layers;
  return {all.begin() + static_cast<std::ptrdiff_t>(k * size),
          all.begin() + static_cast<std::ptrdiff_t>((k + 1) * size)};
}

void expect_near(const Numbers& have, const Numbers& want, double tolerance, const std::string& what) {
  ASSERT_EQ(have.size(), want.size()) << what;
  double largest = 0, error = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    largest = std::max(largest, std::abs(want[i]));
    error = std::max(error, std::abs(have[i] - want[i]));
  }
  EXPECT_GT(largest, 0) << what;
  EXPECT_LE(error, tolerance * largest) << what;
}

class PyTorchCase {
 public:
  explicit PyTorchCase(const Reference& reference) : reference_(reference) {
    layers_ = reference.number("layers");
    states_ = reference.has("c") ? std::vector<std::string>{"h", "c"} : std::vector<std::string>{"h"};
    spec_ = load_text("spec.rnn",
                      fmt::format("model M[H] {{ input x: seq [X]  y = x |> stack[{}, {}]  output y }}",
                                  layer_of(reference.file()), layers_),
                      ".");
    hidden_ = reference.number("hidden");
    model_ = sema::instantiate(
        spec_.program, *spec_.program.own.front(),
        {{"X", static_cast<int64_t>(reference.number("inputs"))}, {"H", static_cast<int64_t>(hidden_)}},
        spec_.sink);
    make_data();
    make_weights();
  }

  void check(EngineKind kind, double outputs, double gradients) {
    CompileOptions options;
    options.gradient = true;
    options.given = {"y"};
    options.inputs = {"x"};
    for (const std::string& path : paths()) {
      options.given.push_back("state." + path);
      options.inputs.push_back("state." + path);
    }
    auto compiled = compile(model_, options);
    ASSERT_TRUE(static_cast<bool>(compiled)) << compiled.error().message;
    const ir::Function& function = *compiled->module.gradient;
    auto arguments = arguments_from(data_, *compiled, function, {true}, "data");
    ASSERT_TRUE(static_cast<bool>(arguments)) << arguments.error().message;
    arguments->params = to_params(*model_, *weights_);
    auto engine = make_engine(kind, function, compiled->module.dims);
    ASSERT_TRUE(static_cast<bool>(engine)) << engine.error().message;
    auto results = (*engine)->run(*arguments);
    ASSERT_TRUE(static_cast<bool>(results)) << results.error().message;
    auto numbers = [&](const std::string& name) {
      return *formats::to_f64(to_tensor(name, results->at(name), function.type(function.result(name)),
                                        compiled->module.dims, formats::DType::kF64));
    };
    expect_near(numbers("y"), reference_.numbers("y"), outputs, "y");
    expect_near(numbers("grad.x"), reference_.numbers("grad.x"), gradients, "grad.x");
    for (uint64_t k = 0; k < layers_; ++k) {
      for (const std::string& state : states_) {
        const std::string name = "state." + path(k, state);
        expect_near(numbers(name), layer(reference_.numbers(state), layers_, k), outputs, name);
        expect_near(numbers("grad." + name), layer(reference_.numbers("grad." + state + "0"), layers_, k),
                    gradients, "grad." + name);
      }
    }
    Values all;
    for (const auto& [name, weight] : *weights_) all[name] = results->at("grad." + name).values;
    for (const Tensor& tensor : to_tensors(*model_, all, Terms::gradient, formats::DType::kF64))
      check_gradient(tensor, gradients);
  }

 private:
  static std::string path(uint64_t k, const std::string& state) {
    return fmt::format("y.stack.{}.{}", k, state);
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> result;
    for (uint64_t k = 0; k < layers_; ++k) {
      for (const std::string& state : states_) result.push_back(path(k, state));
    }
    return result;
  }

  void make_data() {
    const Tensor& lengths = reference_.tensor("lengths");
    const uint64_t batch = lengths.shape[0];
    const formats::Shape y = reference_.shape("y");
    data_ = {array("x", 20, {batch, y[1], reference_.number("inputs")}), lengths, array("grad.y", 30, y)};
    for (size_t s = 0; s < states_.size(); ++s) {
      const Numbers first = value(21 + static_cast<int>(s), layers_ * batch * hidden_, 0.5);
      const Numbers cotangent = value(31 + static_cast<int>(s), layers_ * batch * hidden_, 1);
      for (uint64_t k = 0; k < layers_; ++k) {
        const std::string name = "state." + path(k, states_[s]);
        data_.push_back(formats::make_tensor(name, {batch, hidden_}, layer(first, layers_, k)));
        data_.push_back(formats::make_tensor("grad." + name, {batch, hidden_}, layer(cotangent, layers_, k)));
      }
    }
  }

  // PyTorch's parameters, in alphabetical order, have the seeds 1, 2, ...
  void make_weights() {
    std::vector<sema::StoredTensor> stored = sema::stored_tensors(*model_);
    std::sort(stored.begin(), stored.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    std::vector<Tensor> file;
    for (size_t i = 0; i < stored.size(); ++i) {
      const formats::Shape shape(stored[i].shape.begin(), stored[i].shape.end());
      file.push_back(array(stored[i].name, static_cast<int>(i) + 1, shape,
                           1.5 / std::sqrt(static_cast<double>(hidden_))));
    }
    auto values = from_tensors(*model_, file, "weights");
    ASSERT_TRUE(static_cast<bool>(values)) << values.error().message;
    weights_ = std::move(*values);
  }

  void check_gradient(const Tensor& tensor, double tolerance) {
    const std::string name = "grad." + tensor.name.substr(std::string("y.stack.").size());
    const Numbers have = *formats::to_f64(tensor);
    if (reference_.has(name)) return expect_near(have, reference_.numbers(name), tolerance, name);
    const size_t rows = tensor.shape[0], columns = tensor.shape[1];
    const Numbers right = value(101, columns, 1), left = value(102, rows, 1);
    Numbers by_row(rows), by_column(columns);
    for (size_t r = 0; r < rows; ++r) {
      for (size_t c = 0; c < columns; ++c) {
        by_row[r] += have[r * columns + c] * right[c];
        by_column[c] += have[r * columns + c] * left[r];
      }
    }
    expect_near(by_row, reference_.numbers(name + ".rows"), tolerance, name + ".rows");
    expect_near(by_column, reference_.numbers(name + ".columns"), tolerance, name + ".columns");
  }

  const Reference& reference_;
  uint64_t layers_ = 1, hidden_ = 1;
  std::vector<std::string> states_;
  Spec spec_;
  std::shared_ptr<const sema::Model> model_;
  std::vector<Tensor> data_;
  std::optional<Values> weights_;
};

void check_all(EngineKind kind, double outputs, double gradients) {
  setenv("RNNC_CACHE", "off", 1);
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(RNNC_SOURCE_DIR) / "tests/data/pytorch")) {
    const Reference reference(entry.path());
    SCOPED_TRACE(reference.file());
    PyTorchCase(reference).check(kind, outputs, gradients);
    ++files;
  }
  EXPECT_EQ(files, 20u);
}

TEST(PyTorch, AgreesWithTheInterpreter) { check_all(EngineKind::interp, 1e-10, 1e-10); }
TEST(PyTorch, AgreesWithMachineCode) { check_all(EngineKind::jit, 2e-5, 2e-4); }

}  // namespace
}  // namespace rnnc::driver
