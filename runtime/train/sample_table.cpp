#include "runtime/train/sample_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

namespace rnnc::train {

namespace {

using formats::Table;
using formats::Tensor;
using formats::TextUnit;
using formats::Vocabularies;
using formats::Vocabulary;

bool is_whole_number(std::string_view field) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size();
}

bool all_whole_numbers(const Table::Column& column) {
  return std::ranges::all_of(column.fields, is_whole_number);
}

std::string described(const Table& table, const std::string& column) {
  return fmt::format("{}: column '{}'", table.name(), column);
}

class SampleTable {
 public:
  SampleTable(const Table& table, const Signature& signature, const std::vector<TokenColumn>& tokens,
              const Vocabularies& vocabularies, Reading reading)
      : table_(table),
        signature_(signature),
        tokens_(tokens),
        vocabularies_(vocabularies),
        reading_(reading) {}

  Result<std::vector<Tensor>> load() {
    if (table_.rows() == 0) return failure("{}: has no row", table_.name());
    for (const ArrayInfo& info : signature_.arrays) {
      if (info.target && reading_ == Reading::kInputs) continue;
      const auto vocabulary = vocabularies_.find(info.name);
      Status added = ok();
      if (info.time && info.tokens == 0) {
        added =
            failure(Cause::kShape,
                    "{}: '{}' is a sequence of numbers, and a row of this table is a sample; give an .npz",
                    table_.name(), info.name);
      } else if (vocabulary == vocabularies_.end()) {
        added = add_numbers(info);
      } else {
        added = info.time ? add_texts(info, vocabulary->second) : add_names(info, vocabulary->second);
      }
      if (!added) return added.error();
    }
    for (const Table::Column& column : table_.columns()) {
      if (used_.contains(column.name) || reading_ == Reading::kInputs) continue;
      return unknown_column(table_, signature_, column.name);
    }
    return std::move(tensors_);
  }

 private:
  Result<const Table::Column*> column(const ArrayInfo& info, const std::string& name) {
    used_.insert(name);
    if (const Table::Column* found = table_.find(name)) return found;
    return missing_column(table_, signature_, info, name);
  }

  // A number for each element.
  Status add_numbers(const ArrayInfo& info) {
    if (info.time) {
      return failure(Cause::kValues,
                     "{} has numbers, but other columns of this table have texts; `--unit {}=word` "
                     "says what its texts consist of",
                     described(table_, info.name), info.name);
    }
    const auto names = columns_of(info);
    std::vector<double> values(table_.rows() * names.size());
    for (size_t element = 0; element < names.size(); ++element) {
      const auto from = column(info, names[element]);
      if (!from) return from.error();
      const auto numbers = table_.numbers(**from);
      if (!numbers) return numbers.error();
      for (size_t row = 0; row < numbers->size(); ++row)
        values[row * names.size() + element] = (*numbers)[row];
    }
    formats::Shape shape = {table_.rows()};
    shape.insert(shape.end(), info.shape.begin(), info.shape.end());
    tensors_.push_back(formats::make_tensor(info.name, std::move(shape), values));
    return ok();
  }

  Result<std::vector<int32_t>> encode(const Table::Column& from, size_t row,
                                      const Vocabulary& vocabulary) const {
    return vocabulary.encode(from.fields[row], fmt::format("{}, column '{}'", table_.place(row), from.name));
  }

  // [rows, longest], and how long each is.
  Status add_texts(const ArrayInfo& info, const Vocabulary& vocabulary) {
    const auto from = column(info, info.name);
    if (!from) return from.error();
    const bool ends = std::ranges::any_of(
        tokens_, [&](const TokenColumn& one) { return one.name == info.name && one.ends; });
    std::vector<std::vector<int32_t>> rows;
    size_t longest = 1;
    for (size_t row = 0; row < table_.rows(); ++row) {
      auto ids = encode(**from, row, vocabulary);
      if (!ids) return failure(Cause::kValues, "{}", ids.error().message);
      if (ends && vocabulary.end()) ids->push_back(*vocabulary.end());
      longest = std::max(longest, ids->size());
      rows.push_back(std::move(*ids));
    }
    std::vector<int32_t> values(rows.size() * longest, -1);
    std::vector<int32_t> lengths;
    for (size_t row = 0; row < rows.size(); ++row) {
      std::ranges::copy(rows[row], values.begin() + static_cast<ptrdiff_t>(row * longest));
      lengths.push_back(static_cast<int32_t>(rows[row].size()));
    }
    tensors_.push_back(formats::make_tensor(info.name, {rows.size(), longest}, values));
    return add_lengths(*info.time, info.name, std::move(lengths));
  }

  // Arrays over one time are of one length in each row.
  Status add_lengths(size_t time, const std::string& name, std::vector<int32_t> lengths) {
    const auto [first, added] = lengths_.try_emplace(time, name, lengths);
    if (added) {
      tensors_.push_back(formats::make_tensor("lengths." + name, {lengths.size()}, lengths));
      return ok();
    }
    for (size_t row = 0; row < lengths.size(); ++row) {
      const int32_t known = first->second.second[row];
      if (lengths[row] == known) continue;
      return failure(Cause::kShape,
                     "{}: '{}' has {} steps, but '{}' has {}, and the model runs over both together",
                     table_.place(row), name, lengths[row], first->second.first, known);
    }
    return ok();
  }

  // A token for each row.
  Status add_names(const ArrayInfo& info, const Vocabulary& vocabulary) {
    const auto from = column(info, info.name);
    if (!from) return from.error();
    std::vector<int32_t> values;
    for (size_t row = 0; row < table_.rows(); ++row) {
      if ((*from)->fields[row].empty()) {
        values.push_back(-1);
        continue;
      }
      const auto ids = encode(**from, row, vocabulary);
      if (!ids) return failure(Cause::kValues, "{}", ids.error().message);
      if (ids->size() != 1) {
        return failure(Cause::kValues, "{}: column '{}' has {} tokens, but '{}' is one", table_.place(row),
                       info.name, ids->size(), info.name);
      }
      values.push_back((*ids)[0]);
    }
    tensors_.push_back(formats::make_tensor(info.name, {values.size()}, values));
    return ok();
  }

  const Table& table_;
  const Signature& signature_;
  const std::vector<TokenColumn>& tokens_;
  const Vocabularies& vocabularies_;
  Reading reading_;
  std::vector<Tensor> tensors_;
  std::map<size_t, std::pair<std::string, std::vector<int32_t>>>
      lengths_;  // of each time, by its first array
  std::set<std::string> used_;
};

// What a column's texts consist of; none where they are tokens already.
std::optional<TextUnit> unit_of(const Table::Column& column, const TokenColumn& tokens,
                                const std::map<std::string, TextUnit>& units) {
  if (const auto told = units.find(tokens.name); told != units.end()) return told->second;
  if (tokens.sequence) return TextUnit::kCharacter;
  return all_whole_numbers(column) ? std::nullopt : std::optional(TextUnit::kWhole);
}

}  // namespace

bool is_by_rows(const Table& table, const std::vector<TokenColumn>& tokens,
                const std::map<std::string, TextUnit>& units, const Vocabularies& known,
                bool has_number_sequences) {
  return std::ranges::any_of(tokens, [&](const TokenColumn& one) {
    const Table::Column* column = table.find(one.name);
    if (column == nullptr) return false;
    return units.contains(one.name) || known.contains(one.name) ||
           (!has_number_sequences && !all_whole_numbers(*column));
  });
}

Result<Vocabularies> vocabularies_of_rows(const Table& table, const std::vector<TokenColumn>& tokens,
                                          const std::map<std::string, TextUnit>& units,
                                          const Vocabularies& known) {
  struct Group {
    TextUnit unit;
    bool ends = false;
    std::vector<std::string_view> texts = {};
    std::vector<std::string> columns = {};
  };
  std::map<std::string, Group> groups;
  std::map<std::string, const Vocabulary*> known_groups;
  for (const TokenColumn& one : tokens) {
    const auto found = known.find(one.name);
    if (found == known.end()) continue;
    const Vocabulary*& of_group = known_groups[one.group];
    if (of_group != nullptr && of_group->entries() != found->second.entries()) {
      return failure(Cause::kValues, "{}: columns of {} share a vocabulary, but that of '{}' is another one",
                     table.name(), one.group, one.name);
    }
    of_group = &found->second;
  }
  Vocabularies result;
  for (const TokenColumn& one : tokens) {
    if (const auto found = known_groups.find(one.group); found != known_groups.end()) {
      result.emplace(one.name, *found->second);
      continue;
    }
    const Table::Column* column = table.find(one.name);
    const auto unit = column == nullptr ? std::nullopt : unit_of(*column, one, units);
    if (!unit) continue;
    Group& group = groups.try_emplace(one.group, Group{*unit}).first->second;
    if (group.unit != *unit) {
      return failure(Cause::kValues,
                     "{}: '{}' and '{}' share a vocabulary, but one is by {}, the other by {}", table.name(),
                     group.columns[0], one.name, name_of(group.unit), name_of(*unit));
    }
    group.ends = group.ends || one.ends;
    group.columns.push_back(one.name);
    group.texts.insert(group.texts.end(), column->fields.begin(), column->fields.end());
  }
  for (const auto& [name, group] : groups) {
    const auto vocabulary =
        Vocabulary::of_texts(group.texts, group.unit, group.ends, described(table, group.columns[0]));
    if (!vocabulary) return vocabulary.error();
    for (const std::string& column : group.columns) result.emplace(column, *vocabulary);
  }
  return result;
}

Result<std::vector<Tensor>> arrays_of_samples(const Table& table, const Signature& signature,
                                              const std::vector<TokenColumn>& tokens,
                                              const Vocabularies& vocabularies, Reading reading) {
  return SampleTable(table, signature, tokens, vocabularies, reading).load();
}

}  // namespace rnnc::train
