#include "runtime/train/step_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>

namespace rnnc::train {

using formats::Tensor;

std::vector<std::string> columns_of(const ArrayInfo& info) {
  if (info.shape.empty()) return {info.name};
  uint64_t elements = 1;
  for (const uint64_t extent : info.shape) elements *= extent;
  std::vector<std::string> names;
  for (uint64_t i = 0; i < elements; ++i) names.push_back(fmt::format("{}.{}", info.name, i));
  return names;
}

namespace {

// "x.0 ... x.7, y.0"
std::string wanted_columns(const Signature& signature) {
  std::vector<std::string> columns;
  for (const ArrayInfo& info : signature.arrays) {
    const auto names = columns_of(info);
    columns.push_back(names.size() < 3 ? fmt::format("{}", fmt::join(names, ", "))
                                       : fmt::format("{} ... {}", names.front(), names.back()));
  }
  return fmt::format("{}", fmt::join(columns, ", "));
}

}  // namespace

Failure unknown_column(const formats::Table& table, const Signature& signature, const std::string& name) {
  return failure(Cause::kUnknown,
                 "{}: nothing in the model is called '{}'; it has the columns {}. Rename it or leave it out",
                 table.name(), name, wanted_columns(signature));
}

Failure missing_column(const formats::Table& table, const Signature& signature, const ArrayInfo& info,
                       const std::string& name) {
  const bool bare = table.find(info.name) != nullptr;
  if (bare && columns_of(info).size() == 1) {
    return failure(Cause::kMissing,
                   "{}: there is no column '{}'; rename '{}' to it, for it is a list of one number",
                   table.name(), name, info.name);
  }
  return failure(Cause::kMissing, "{}: there is no column '{}'; the model wants the columns {}", table.name(),
                 name, wanted_columns(signature));
}

namespace {

// Rows [begin, end) of the table.
struct Run {
  size_t begin, end;
};

class StepTable {
 public:
  StepTable(const formats::Table& table, const Signature& signature, Reading reading)
      : table_(table), signature_(signature), name_(table.name()), reading_(reading) {}

  Result<std::vector<Tensor>> load() {
    if (signature_.times.size() > 1) {
      return failure("{}: a table has one time, but the model runs over {} ('{}', '{}'); give it an .npz",
                     name_, signature_.times.size(), signature_.times[0], signature_.times[1]);
    }
    if (table_.rows() == 0) return failure("{}: has no row", name_);
    if (auto divided = divide(); !divided) return divided.error();
    std::vector<Tensor> tensors;
    for (const ArrayInfo& info : signature_.arrays) {
      if (info.target && reading_ == Reading::kInputs) continue;
      auto tensor = array_of(info);
      if (!tensor) return tensor.error();
      tensors.push_back(std::move(*tensor));
    }
    for (const formats::Table::Column& column : table_.columns()) {
      if (!used_.contains(column.name) && reading_ == Reading::kEverything)
        return unknown_column(table_, signature_, column.name);
    }
    if (!signature_.times.empty()) {
      std::vector<int64_t> lengths;
      for (const Run& run : runs_) lengths.push_back(static_cast<int64_t>(run.end - run.begin));
      tensors.push_back(formats::make_tensor("lengths", {runs_.size()}, lengths));
    }
    return tensors;
  }

 private:
  // The numbers of a column; nothing where there is no such column.
  Result<std::optional<std::vector<double>>> column(const std::string& name) {
    const formats::Table::Column* found = table_.find(name);
    if (found == nullptr) return std::optional<std::vector<double>>();
    used_.insert(name);
    auto values = table_.numbers(*found);
    if (!values) return values.error();
    return std::optional(std::move(*values));
  }

  // Finds the rows of each sequence.
  Status divide() {
    std::optional<std::vector<double>> ids;
    if (!signature_.times.empty()) {
      auto read = column(kSequenceColumn);
      if (!read) return read.error();
      ids = std::move(*read);
    }
    std::set<double> seen;
    for (size_t row = 0; row < table_.rows(); ++row) {
      const bool starts = row == 0 || signature_.times.empty() || (ids && (*ids)[row] != (*ids)[row - 1]);
      if (!starts) {
        runs_.back().end = row + 1;
        continue;
      }
      if (ids && !seen.insert((*ids)[row]).second) {
        return failure(Cause::kValues,
                       "{}: sequence {} goes on after another has begun; rows of one stand together",
                       table_.place(row), (*ids)[row]);
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
      const auto from = column(names[element]);
      if (!from) return from.error();
      if (!*from) return missing_column(table_, signature_, info, names[element]);
      for (size_t i = 0; i < runs_.size(); ++i) {
        double* out = &values[i * longest * names.size() + element];
        if (auto copied = copy(info, names[element], **from, runs_[i], out, names.size()); !copied)
          return copied.error();
      }
    }
    Shape shape = {runs_.size()};
    if (info.time) shape.push_back(longest);
    shape.insert(shape.end(), info.shape.begin(), info.shape.end());
    return formats::make_tensor(info.name, std::move(shape), values);
  }

  Status copy(const ArrayInfo& info, const std::string& column, const std::vector<double>& from, Run run,
              double* out, size_t stride) const {
    for (size_t row = run.begin; row < run.end; ++row) {
      if (info.time) {
        out[(row - run.begin) * stride] = from[row];
      } else if (from[row] == from[run.begin]) {
        *out = from[row];
      } else {
        return failure(Cause::kValues,
                       "{}: column '{}' changes within a sequence, but '{}' is one value for all of it",
                       table_.place(row), column, info.name);
      }
    }
    return ok();
  }

  const formats::Table& table_;
  const Signature& signature_;
  std::string name_;
  Reading reading_;
  std::vector<Run> runs_;
  std::set<std::string> used_;
};

}  // namespace

Result<std::vector<Tensor>> arrays_of_steps(const formats::Table& table, const Signature& signature,
                                            Reading reading) {
  return StepTable(table, signature, reading).load();
}

}  // namespace rnnc::train
