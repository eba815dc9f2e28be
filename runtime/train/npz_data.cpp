#include "runtime/train/npz_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include "runtime/formats/npz.h"

namespace rnnc::train {

namespace {

using formats::Tensor;

// "[sequences, steps, 3]"
std::string expected(const ArrayInfo& info) {
  std::string out = info.time ? "[sequences, steps" : "[sequences";
  for (const uint64_t extent : info.shape) out += fmt::format(", {}", extent);
  return out + "]";
}

class Loader {
 public:
  Loader(std::vector<Tensor> tensors, const Signature& signature, std::string name)
      : tensors_(std::move(tensors)), signature_(signature), name_(std::move(name)) {
    data_.steps.assign(signature.times.size(), -1);
    data_.lengths.resize(signature.times.size());
  }

  Result<Dataset> load() {
    for (const ArrayInfo& info : signature_.arrays) {
      if (auto added = add_array(info); !added) return added.error();
    }
    for (size_t time = 0; time < signature_.times.size(); ++time) {
      if (auto added = add_lengths(time); !added) return added.error();
    }
    for (const Tensor& tensor : tensors_) {
      if (!used_.contains(tensor.name)) return unknown(tensor);
    }
    if (auto checked = check(data_, signature_, name_); !checked) return checked.error();
    return std::move(data_);
  }

 private:
  Failure unknown(const Tensor& tensor) const {
    return failure(Cause::kUnknown,
                   "{}: nothing in the model is called '{}'; it has {}. Rename the array or leave it out",
                   name_, tensor.name, fmt::join(wanted(), ", "));
  }

  std::vector<std::string> wanted() const {
    std::vector<std::string> names;
    for (const ArrayInfo& info : signature_.arrays)
      names.push_back(fmt::format("{} {}", info.name, expected(info)));
    if (signature_.times.size() == 1) names.emplace_back("lengths [sequences]");
    if (signature_.times.size() > 1) {
      for (const std::string& time : signature_.times)
        names.push_back(fmt::format("lengths.{} [sequences]", time));
    }
    return names;
  }

  // The shape of an array fits, and so does what earlier arrays said of sequences and steps.
  Status check_shape(const ArrayInfo& info, const Tensor& tensor) {
    const size_t leading = info.time ? 2 : 1;
    const bool fits = tensor.shape.size() == leading + info.shape.size() &&
                      std::equal(info.shape.begin(), info.shape.end(),
                                 tensor.shape.begin() + static_cast<ptrdiff_t>(leading));
    if (!fits) {
      return failure(Cause::kShape, "{}: array '{}' is {}, but the model wants {}", name_, info.name,
                     formats::to_string(tensor.shape), expected(info));
    }
    const auto sequences = static_cast<int64_t>(tensor.shape[0]);
    if (first_.empty()) {
      first_ = info.name;
      data_.sequences = sequences;
    } else if (sequences != data_.sequences) {
      return failure(Cause::kShape, "{}: array '{}' has {} sequences, but '{}' has {}", name_, info.name,
                     sequences, first_, data_.sequences);
    }
    if (!info.time) return ok();
    const auto steps = static_cast<int64_t>(tensor.shape[1]);
    if (steps > std::numeric_limits<int32_t>::max())
      return failure(Cause::kShape, "{}: array '{}' has too many steps", name_, info.name);
    int64_t& known = data_.steps[*info.time];
    if (known < 0) known = steps;
    if (steps == known) return ok();
    return failure(Cause::kShape,
                   "{}: array '{}' has {} steps, but '{}' has {}, and the model runs over both together",
                   name_, info.name, steps, signature_.times[*info.time], known);
  }

  Status add_array(const ArrayInfo& info) {
    const auto tensor = std::ranges::find(tensors_, info.name, &Tensor::name);
    if (tensor == tensors_.end()) {
      return failure(Cause::kMissing, "{}: there is no array '{}'; the model wants {}", name_, info.name,
                     fmt::join(wanted(), ", "));
    }
    used_.insert(info.name);
    if (auto checked = check_shape(info, *tensor); !checked) return checked;
    Column column;
    column.item_bytes = size_of(info.element);
    for (const uint64_t extent : info.shape) column.item_bytes *= extent;
    if (auto converted = convert(info, *tensor, column.values); !converted) return converted;
    tensor->data = {};  // data sets may be large
    data_.columns.push_back(std::move(column));
    return ok();
  }

  Status convert(const ArrayInfo& info, Tensor& tensor, std::vector<std::byte>& out) const {
    if (tensor.dtype == dtype_of(info.element) && info.element != Element::kBool) {
      out = std::move(tensor.data);
      return ok();
    }
    const auto copy = [&](const auto& values) -> Status {
      if (!values) return failure(Cause::kValues, "{}: {}", name_, values.error().message);
      const auto bytes = std::as_bytes(std::span(*values));
      out.assign(bytes.begin(), bytes.end());
      return ok();
    };
    switch (info.element) {
      case Element::kReal:
        return copy(to_f32(tensor));
      case Element::kInt:
        return copy(to_i32(tensor));
      case Element::kBool: {
        const auto values = to_i32(tensor);
        if (!values) return failure(Cause::kValues, "{}: {}", name_, values.error().message);
        for (const int32_t value : *values) out.push_back(std::byte{value != 0});
        return ok();
      }
    }
    return ok();
  }

  const Tensor* lengths_of(size_t time) const {
    if (signature_.times.size() == 1) {
      if (const Tensor* tensor = find(tensors_, "lengths")) return tensor;
    }
    for (const ArrayInfo& info : signature_.arrays) {
      if (info.time != time) continue;
      if (const Tensor* tensor = find(tensors_, "lengths." + info.name)) return tensor;
    }
    return find(tensors_, "lengths." + signature_.times[time]);
  }

  Status add_lengths(size_t time) {
    if (data_.steps[time] < 0) data_.steps[time] = 0;  // no array runs over it
    auto& lengths = data_.lengths[time];
    const Tensor* tensor = lengths_of(time);
    if (tensor == nullptr) {
      lengths.assign(static_cast<size_t>(data_.sequences), static_cast<int32_t>(data_.steps[time]));
      return ok();
    }
    used_.insert(tensor->name);
    if (tensor->shape != formats::Shape{static_cast<uint64_t>(data_.sequences)}) {
      return failure(Cause::kShape,
                     "{}: array '{}' is {}, but there are {} sequences; it needs a number for each", name_,
                     tensor->name, formats::to_string(tensor->shape), data_.sequences);
    }
    auto values = to_i32(*tensor);
    if (!values) return failure(Cause::kValues, "{}: {}", name_, values.error().message);
    lengths = std::move(*values);
    return ok();
  }

  std::vector<Tensor> tensors_;
  const Signature& signature_;
  std::string name_;
  std::string first_;  // the array that said how many sequences there are
  std::set<std::string> used_;
  Dataset data_;
};

}  // namespace

Result<Dataset> dataset_of(std::vector<Tensor> tensors, const Signature& signature, const std::string& name) {
  return Loader(std::move(tensors), signature, name).load();
}

Result<Dataset> read_npz_data(const std::string& path, const Signature& signature) {
  auto tensors = formats::read_npz(path);
  if (!tensors) return tensors.error();
  return dataset_of(std::move(*tensors), signature, path);
}

}  // namespace rnnc::train
