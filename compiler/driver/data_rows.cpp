// Data a few rows at a time.
#include <algorithm>
#include <cstring>

#include "compiler/driver/data.h"
#include "compiler/irgen/dims.h"

namespace rnnc::driver {

namespace {

using formats::Tensor;

size_t bytes_of(const Tensor& tensor, size_t outer_axes) {
  size_t bytes = formats::size_of(tensor.dtype);
  for (size_t axis = outer_axes; axis < tensor.shape.size(); ++axis) bytes *= tensor.shape[axis];
  return bytes;
}

Tensor rows_of(const Tensor& tensor, size_t begin, size_t end) {
  const size_t row = bytes_of(tensor, 1);
  Tensor part{tensor.name, tensor.dtype, tensor.shape, {}};
  part.shape[0] = end - begin;
  const auto from = tensor.data.begin();
  part.data.assign(from + static_cast<ptrdiff_t>(begin * row), from + static_cast<ptrdiff_t>(end * row));
  return part;
}

void cut(Tensor& sequences, size_t steps) {
  if (sequences.shape.size() < 2 || sequences.shape[1] <= steps) return;
  const size_t row = bytes_of(sequences, 1), kept = steps * bytes_of(sequences, 2);
  std::vector<std::byte> data;
  for (size_t i = 0; i < sequences.shape[0]; ++i) {
    const auto from = sequences.data.begin() + static_cast<ptrdiff_t>(i * row);
    data.insert(data.end(), from, from + static_cast<ptrdiff_t>(kept));
  }
  sequences.data = std::move(data);
  sequences.shape[1] = steps;
}

// Of the sequences of a time; nothing where all have all steps.
const Tensor* told_lengths(const std::vector<Tensor>& data, const sema::Body& body, sema::Clock clock) {
  for (const sema::InputDecl& input : body.inputs) {
    if (input.type.clock != clock) continue;
    if (const Tensor* found = formats::find(data, "lengths." + input.name)) return found;
  }
  return formats::find(data, "lengths");
}

}  // namespace

std::vector<int32_t> lengths_of(const interp::Arguments& arguments, const sema::Body& body,
                                sema::Clock clock) {
  const auto& values = arguments.inputs.at("lengths." + irgen::time_name(body.clocks, clock)).values;
  return {values.begin(), values.end()};
}

size_t count_rows(const std::vector<Tensor>& data) {
  return data.empty() || data[0].shape.empty() ? 0 : data[0].shape[0];
}

size_t rows_at_once(const std::vector<Tensor>& data, const sema::Model& model, int64_t width) {
  constexpr size_t kMostRows = 256, kMostNumbers = size_t{1} << 22;
  size_t steps = 1, tokens = 1;
  for (const sema::InputDecl& input : model.body->inputs) {
    if (input.type.token)
      tokens = std::max(tokens, static_cast<size_t>(input.type.token->evaluate(model.sizes).value_or(1)));
    const Tensor* tensor = formats::find(data, input.name);
    if (input.type.clock && tensor != nullptr && tensor->shape.size() > 1)
      steps = std::max(steps, static_cast<size_t>(tensor->shape[1]));
  }
  return std::clamp<size_t>(kMostNumbers / (steps * tokens * static_cast<size_t>(width)), 1, kMostRows);
}

std::vector<Tensor> rows_of(const std::vector<Tensor>& data, const sema::Body& body, size_t begin,
                            size_t end) {
  std::vector<Tensor> part;
  for (const Tensor& tensor : data) part.push_back(rows_of(tensor, begin, end));
  for (const sema::InputDecl& input : body.inputs) {
    const auto tensor = std::ranges::find(part, input.name, &Tensor::name);
    if (!input.type.clock || tensor == part.end()) continue;
    const Tensor* told = told_lengths(part, body, *input.type.clock);
    if (told == nullptr) continue;
    const auto lengths = formats::to_i32(*told);
    if (!lengths || lengths->empty()) continue;  // reading them will say what is wrong
    const int32_t longest = *std::ranges::max_element(*lengths);
    if (longest >= 0) cut(*tensor, std::max<size_t>(static_cast<size_t>(longest), 1));
  }
  return part;
}

}  // namespace rnnc::driver
