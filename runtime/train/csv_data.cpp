#include "runtime/train/csv_data.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "runtime/train/npz_data.h"

namespace rnnc::train {

namespace {

using formats::Tensor;

// Rows [begin, end) of the table.
struct Run {
  size_t begin, end;
};

std::vector<std::string> columns_of(const ArrayInfo& info) {
  if (info.shape.empty()) return {info.name};
  uint64_t elements = 1;
  for (const uint64_t extent : info.shape) elements *= extent;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < elements; ++i) names.push_back(fmt::format("{}.{}", info.name, i));
  return names;
}

class Table {
 public:
  Table(const std::vector<formats::Column>& columns, const Signature& signature, std::string name)
      : columns_(columns), signature_(signature), name_(std::move(name)) {}

  Result<Dataset> load() {
    if (signature_.times.size() > 1) {
      return failure("{}: a table has one time, but the model runs over {} ('{}', '{}'); give it an .npz",
                     name_, signature_.times.size(), signature_.times[0], signature_.times[1]);
    }
    if (columns_.empty() || columns_[0].values.empty()) return failure("{}: has no row", name_);
    if (auto divided = divide(); !divided) return divided.error();
    std::vector<Tensor> tensors;
    for (const ArrayInfo& info : signature_.arrays) {
      auto tensor = array_of(info);
      if (!tensor) return tensor.error();
      tensors.push_back(std::move(*tensor));
    }
    for (const formats::Column& column : columns_) {
      if (!used_.contains(column.name)) return unknown(column.name);
    }
    if (!signature_.times.empty()) {
      std::vector<int64_t> lengths;
      for (const Run& run : runs_) lengths.push_back(static_cast<int64_t>(run.end - run.begin));
      tensors.push_back(formats::make_tensor("lengths", {runs_.size()}, lengths));
    }
    return dataset_of(std::move(tensors), signature_, name_);
  }

 private:
  // The line of a row in the file; the first has the names.
  static size_t line(size_t row) { return row + 2; }

  const formats::Column* column(const std::string& name) {
    const auto found = std::ranges::find(columns_, name, &formats::Column::name);
    if (found == columns_.end()) return nullptr;
    used_.insert(name);
    return &*found;
  }

  // "x.0 ... x.7, y.0"
  std::string wanted() const {
    std::vector<std::string> columns;
    for (const ArrayInfo& info : signature_.arrays) {
      const auto names = columns_of(info);
      columns.push_back(names.size() < 3 ? fmt::format("{}", fmt::join(names, ", "))
                                         : fmt::format("{} ... {}", names.front(), names.back()));
    }
    return fmt::format("{}", fmt::join(columns, ", "));
  }

  Failure unknown(const std::string& name) const {
    return failure(
        Cause::kUnknown,
        "{}: nothing in the model is called '{}'; it has the columns {}. Rename it or leave it out", name_,
        name, wanted());
  }

  Failure missing(const ArrayInfo& info, const std::string& name) const {
    const bool bare = std::ranges::find(columns_, info.name, &formats::Column::name) != columns_.end();
    const auto names = columns_of(info);
    if (bare && names.size() == 1) {
      return failure(Cause::kMissing,
                     "{}: there is no column '{}'; rename '{}' to it, for it is a list of one number", name_,
                     name, info.name);
    }
    return failure(Cause::kMissing, "{}: there is no column '{}'; the model wants the columns {}", name_,
                   name, wanted());
  }

  // Finds the rows of each sequence.
  Status divide() {
    const size_t rows = columns_[0].values.size();
    const formats::Column* ids = signature_.times.empty() ? nullptr : column(kSequenceColumn);
    std::set<double> seen;
    for (size_t row = 0; row < rows; ++row) {
      const bool starts = row == 0 || signature_.times.empty() ||
                          (ids != nullptr && ids->values[row] != ids->values[row - 1]);
      if (!starts) {
        runs_.back().end = row + 1;
        continue;
      }
      if (ids != nullptr && !seen.insert(ids->values[row]).second) {
        return failure(Cause::kValues,
                       "{}:{}: sequence {} goes on after another has begun; rows of one stand together",
                       name_, line(row), ids->values[row]);
      }
      runs_.push_back({row, row + 1});
    }
    return ok();
  }

  Result<Tensor> array_of(const ArrayInfo& info) {
    size_t longest = 1;
    if (info.time) {
      for (const Run& run : runs_) longest = std::max(longest, run.end - run.begin);
    }
    const auto names = columns_of(info);
    // Whole numbers that a token may be are exact in double; what is none fails later, with its place.
    std::vector<double> values(runs_.size() * longest * names.size());
    for (size_t element = 0; element < names.size(); ++element) {
      const formats::Column* from = column(names[element]);
      if (from == nullptr) return missing(info, names[element]);
      for (size_t i = 0; i < runs_.size(); ++i) {
        if (auto copied =
                copy(info, *from, runs_[i], &values[i * longest * names.size() + element], names.size());
            !copied) {
          return copied.error();
        }
      }
    }
    Shape shape = {runs_.size()};
    if (info.time) shape.push_back(longest);
    shape.insert(shape.end(), info.shape.begin(), info.shape.end());
    return formats::make_tensor(info.name, std::move(shape), values);
  }

  Status copy(const ArrayInfo& info, const formats::Column& from, Run run, double* out, size_t stride) const {
    for (size_t row = run.begin; row < run.end; ++row) {
      if (info.time) {
        out[(row - run.begin) * stride] = from.values[row];
      } else if (from.values[row] == from.values[run.begin]) {
        *out = from.values[row];
      } else {
        return failure(Cause::kValues,
                       "{}:{}: column '{}' changes within a sequence, but '{}' is one value for all of it",
                       name_, line(row), from.name, info.name);
      }
    }
    return ok();
  }

  const std::vector<formats::Column>& columns_;
  const Signature& signature_;
  std::string name_;
  std::vector<Run> runs_;
  std::set<std::string> used_;
};

}  // namespace

Result<Dataset> dataset_of_columns(const std::vector<formats::Column>& columns, const Signature& signature,
                                   const std::string& name) {
  return Table(columns, signature, name).load();
}

Result<Dataset> read_csv_data(const std::string& path, const Signature& signature) {
  const auto columns = formats::read_csv(path);
  if (!columns) return columns.error();
  return dataset_of_columns(*columns, signature, path);
}

}  // namespace rnnc::train
