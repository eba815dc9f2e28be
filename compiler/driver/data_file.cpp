#include "compiler/driver/data_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "compiler/driver/data.h"
#include "compiler/support/check.h"
#include "runtime/formats/npz.h"
#include "runtime/train/arrange.h"
#include "runtime/train/npz_data.h"
#include "runtime/train/step_table.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using diagnostics::Diagnostic;

Code code_of(formats::Cause cause) {
  switch (cause) {
    case formats::Cause::kOther:
      return Code::bad_file;
    case formats::Cause::kMissing:
      return Code::data_missing;
    case formats::Cause::kUnknown:
      return Code::data_unknown;
    case formats::Cause::kShape:
      return Code::data_shape;
    case formats::Cause::kValues:
      return Code::data_values;
  }
  RNNC_UNREACHABLE("a failure of no cause");
}

template <class Failed>
Diagnostic bad(const Failed& result) {
  return data_problem(result.error());
}

// NAME=VALUE, or VALUE of all.
std::pair<std::string, std::string> name_and_value(const std::string& option) {
  const size_t sign = option.find('=');
  if (sign == std::string::npos) return {"", option};
  return {option.substr(0, sign), option.substr(sign + 1)};
}

Diagnostic given_twice(const std::string& option, const std::string& name) {
  return problem(Code::bad_option, name.empty() ? fmt::format("`{}` is given twice", option)
                                                : fmt::format("`{}` of `{}` is given twice", option, name));
}

Outcome<std::map<std::string, formats::TextUnit>> units_of(const DataOptions& options) {
  std::map<std::string, formats::TextUnit> units;
  for (const std::string& option : options.units) {
    const auto [name, value] = name_and_value(option);
    const auto unit = formats::unit_of(value);
    if (!unit) {
      return problem(Code::bad_option, fmt::format("`--unit {}`: there is no unit `{}`", option, value),
                     "character, byte, word, or whole: the whole field is one token");
    }
    if (!units.emplace(name, *unit).second) return given_twice("--unit", name);
  }
  return units;
}

Outcome<formats::Vocabularies> listed_vocabularies(const DataOptions& options,
                                                   const std::map<std::string, formats::TextUnit>& units) {
  formats::Vocabularies listed;
  for (const std::string& option : options.vocabularies) {
    const auto [name, file] = name_and_value(option);
    auto unit = units.find(name);
    if (unit == units.end()) unit = units.find("");
    auto read =
        formats::Vocabulary::read(file, unit == units.end() ? formats::TextUnit::kCharacter : unit->second);
    if (!read) return bad(read);
    if (!listed.emplace(name, std::move(*read)).second) return given_twice("--vocabulary", name);
  }
  return listed;
}

// A cell that runs alone sees its inputs step by step.
bool is_sequence(const sema::InputDecl& input, const sema::Body& body) {
  return input.type.clock.has_value() || body.kind == ast::BodyKind::cell;
}

// Columns of tokens of one size share a vocabulary. A target that meets no input ends by itself.
std::vector<train::TokenColumn> token_columns(const sema::Body& body) {
  std::vector<train::TokenColumn> columns;
  for (const sema::InputDecl& one : body.inputs) {
    if (!one.type.token) continue;
    const bool meets = std::ranges::any_of(body.inputs, [&](const sema::InputDecl& other) {
      return !other.target && other.type.clock && other.type.clock == one.type.clock;
    });
    columns.push_back(
        {one.name, one.type.token->text(), is_sequence(one, body), one.target && one.type.clock && !meets});
  }
  return columns;
}

bool has_number_sequences(const sema::Body& body) {
  return std::ranges::any_of(
      body.inputs, [&](const sema::InputDecl& one) { return is_sequence(one, body) && !one.type.token; });
}

// How many columns `NAME.0`, `NAME.1`, ... a table has for each list of numbers.
std::map<std::string, int64_t> list_sizes(const formats::Table& table, const sema::Body& body) {
  std::map<std::string, int64_t> sizes;
  for (const sema::InputDecl& input : body.inputs) {
    if (input.type.token || input.type.shape.size() != 1) continue;
    int64_t count = 0;
    while (table.find(fmt::format("{}.{}", input.name, count)) != nullptr) ++count;
    const auto name = input.type.shape[0].single_name();
    if (name && count > 0) sizes.emplace(*name, count);
  }
  return sizes;
}

Diagnostic not_of_the_model(const std::string& option, const std::string& name, const sema::Body& body) {
  return problem(Code::bad_option,
                 fmt::format("`{} {}=...`: `{}` has no input or target of tokens with this name", option,
                             name, body.name),
                 "`rnnc inspect` lists them");
}

}  // namespace

void DataOptions::add_options(CLI::App& app, bool required) {
  app.add_option("--data", file, "Text, an .npz, or a .csv or .tsv with a head")
      ->option_text("FILE")
      ->required(required);
  app.add_option("--unit", units,
                 "What texts consist of: character, byte, word, whole; of one input or target: NAME=UNIT")
      ->option_text("UNIT");
  app.add_option(
         "--vocabulary", vocabularies,
         "The tokens of texts, one a line; else those that they have; of one input or target: NAME=FILE")
      ->option_text("FILE");
}

Diagnostic data_problem(const formats::Failure& failure) {
  return problem(code_of(failure.cause), failure.message);
}

Outcome<DataFile> DataFile::read(const DataOptions& options, formats::Vocabularies kept, Use use) {
  auto units = units_of(options);
  if (!units) return units.error();
  auto told = listed_vocabularies(options, *units);
  if (!told) return told.error();
  // Text is of one sequence, so there is no question whose vocabulary it has.
  std::optional<formats::Vocabulary> of_text;
  if (!kept.empty()) of_text = kept.begin()->second;
  if (!told->empty()) of_text = told->begin()->second;
  const auto finish = [&](DataFile data) {
    data.use_ = use;
    data.units_ = std::move(*units);
    data.told_ = std::move(*told);
    data.kept_ = std::move(kept);
    return data;
  };
  if (options.file.ends_with(".npz")) {
    auto tensors = formats::read_npz(options.file);
    if (!tensors) return bad(tensors);
    return finish({options.file, std::move(*tensors)});
  }
  if (formats::is_table(options.file)) {
    auto table = formats::Table::read(options.file);
    if (!table) return bad(table);
    return finish({options.file, std::move(*table)});
  }
  const auto unit = units->empty() ? formats::TextUnit::kCharacter : units->begin()->second;
  auto text = train::read_text_data(options.file, unit, of_text);
  if (!text) return bad(text);
  return finish({options.file, std::move(*text)});
}

std::map<std::string, int64_t> DataFile::settle(const sema::Body& body, diagnostics::Sink& sink) {
  if (auto found = find_vocabularies(body); !found) sink.report(found.error());
  return sizes(body);
}

Outcome<> DataFile::find_vocabularies(const sema::Body& body) {
  tokens_ = token_columns(body);
  if (auto taken = take_options(body); !taken) return taken;
  if (const auto* text = std::get_if<train::Text>(&content_)) {
    for (const train::TokenColumn& one : tokens_) vocabularies_.try_emplace(one.name, text->vocabulary);
    return support::Unit{};
  }
  if (table() != nullptr) return settle_table(*table(), body);
  vocabularies_ = known_;
  return support::Unit{};
}

// What is told of all is told of each sequence; what the weights keep stands where nothing is told.
Outcome<> DataFile::take_options(const sema::Body& body) {
  const auto is_token = [&](const std::string& name) {
    return name.empty() || std::ranges::find(tokens_, name, &train::TokenColumn::name) != tokens_.end();
  };
  for (const auto& [name, unit] : units_) {
    if (!is_token(name)) return not_of_the_model("--unit", name, body);
  }
  for (const auto& [name, vocabulary] : told_) {
    if (!is_token(name)) return not_of_the_model("--vocabulary", name, body);
  }
  for (const train::TokenColumn& one : tokens_) {
    if (const auto own = told_.find(one.name); own != told_.end()) {
      auto vocabulary = own->second;
      if (!one.sequence && !units_.contains(one.name)) {
        auto names = formats::Vocabulary::make(vocabulary.entries(), formats::TextUnit::kWhole);
        if (!names) return bad(names);
        vocabulary = std::move(*names);
      }
      known_.emplace(one.name, std::move(vocabulary));
    } else if (const auto all = told_.find(""); all != told_.end() && one.sequence) {
      known_.emplace(one.name, all->second);
    } else if (const auto kept = kept_.find(one.name); kept != kept_.end()) {
      known_.emplace(one.name, kept->second);
    }
    if (const auto all = units_.find(""); all != units_.end() && one.sequence)
      units_.try_emplace(one.name, all->second);
    const auto unit = units_.find(one.name);
    const auto known = known_.find(one.name);
    if (unit == units_.end() || known == known_.end() || known->second.unit() == unit->second) continue;
    return problem(Code::bad_option,
                   fmt::format("`--unit`: the vocabulary of `{}` is by {}, not by {}", one.name,
                               name_of(known->second.unit()), name_of(unit->second)),
                   "weights that have learnt keep their vocabulary and its unit");
  }
  units_.erase("");
  return support::Unit{};
}

Outcome<> DataFile::settle_table(const formats::Table& table, const sema::Body& body) {
  if (table.rows() == 0) return problem(Code::data_shape, fmt::format("{}: has no row", name_));
  const bool timeless = body.kind == ast::BodyKind::model && body.clocks.empty();
  by_rows_ = timeless || train::is_by_rows(table, tokens_, units_, known_, has_number_sequences(body));
  vocabularies_ = known_;
  if (!by_rows_) return support::Unit{};
  auto vocabularies = train::vocabularies_of_rows(table, tokens_, units_, known_);
  if (!vocabularies) return bad(vocabularies);
  if (use_ == Use::learn) {
    vocabularies_ = std::move(*vocabularies);
    return support::Unit{};
  }
  for (const train::TokenColumn& one : tokens_) {
    const auto found = vocabularies->find(one.name);
    if (found == vocabularies->end()) continue;
    const bool of_group = std::ranges::any_of(tokens_, [&](const train::TokenColumn& other) {
      return other.group == one.group && known_.contains(other.name);
    });
    if (of_group) {
      vocabularies_.insert(*found);
    } else {
      return problem(Code::data_values,
                     fmt::format("{}: column `{}` has texts, and the weights know no vocabulary for them",
                                 name_, one.name),
                     fmt::format("`--vocabulary {}=FILE` gives it, one entry a line", one.name));
    }
  }
  return support::Unit{};
}

std::map<std::string, int64_t> DataFile::sizes(const sema::Body& body) const {
  std::map<std::string, int64_t> sizes;
  if (const auto* tensors = npz()) sizes = sizes_from(*tensors, body);
  if (table() != nullptr) sizes = list_sizes(*table(), body);
  for (const sema::InputDecl& input : body.inputs) {
    const auto vocabulary = vocabularies_.find(input.name);
    if (vocabulary == vocabularies_.end() || !input.type.token) continue;
    if (auto name = input.type.token->single_name())
      sizes.emplace(*name, static_cast<int64_t>(vocabulary->second.size()));
  }
  for (const sema::SizeSymbol& symbol : body.symbols) {
    if (symbol.fallback) sizes.erase(symbol.name);
  }
  return sizes;
}

Outcome<std::vector<formats::Tensor>> DataFile::arrays(const train::Signature& signature,
                                                       const train::Settings& settings,
                                                       train::Reading reading) const {
  if (const auto* text = std::get_if<train::Text>(&content_)) {
    train::Settings whole = settings;
    whole.valid = 0;
    auto cut = train::cut_text(*text, signature, whole);
    if (!cut) return bad(cut);
    return train::arrays_of(cut->all, signature);
  }
  if (table() != nullptr) {
    auto arrays = by_rows_ ? train::arrays_of_samples(*table(), signature, tokens_, vocabularies_, reading)
                           : train::arrays_of_steps(*table(), signature, reading);
    if (!arrays) return bad(arrays);
    return std::move(*arrays);
  }
  return *npz();
}

Outcome<train::Data> DataFile::arrange(const train::Signature& signature,
                                       const train::Settings& settings) const {
  if (const auto* text = std::get_if<train::Text>(&content_)) {
    auto data = train::cut_text(*text, signature, settings);
    if (!data) return bad(data);
    return std::move(*data);
  }
  auto tensors = arrays(signature, settings);
  if (!tensors) return tensors.error();
  auto all = train::dataset_of(std::move(*tensors), signature, name_);
  if (!all) return bad(all);
  auto data = train::arrange(std::move(*all), signature, settings);
  if (!data) return problem(Code::bad_train_value, data.error().message);
  return std::move(*data);
}

}  // namespace rnnc::driver
