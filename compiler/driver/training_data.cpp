#include "compiler/driver/training_data.h"

#include <CLI/CLI.hpp>

#include "compiler/driver/data.h"
#include "compiler/support/check.h"
#include "runtime/formats/npz.h"
#include "runtime/train/arrange.h"
#include "runtime/train/csv_data.h"
#include "runtime/train/npz_data.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

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
diagnostics::Diagnostic bad(const Failed& result) {
  return problem(code_of(result.error().cause), result.error().message);
}

// The sizes of token inputs that are plain names without a default.
std::map<std::string, int64_t> token_sizes(const sema::Body& body, int64_t tokens) {
  std::map<std::string, int64_t> sizes;
  for (const sema::InputDecl& input : body.inputs) {
    if (!input.type.token) continue;
    if (auto name = input.type.token->single_name()) sizes.emplace(*name, tokens);
  }
  for (const sema::SizeSymbol& symbol : body.symbols) {
    if (symbol.fallback) sizes.erase(symbol.name);
  }
  return sizes;
}

}  // namespace

void DataOptions::add_options(CLI::App& app) {
  app.add_option("--data", file, "Text, an .npz, or a .csv or .tsv with a head")
      ->option_text("FILE")
      ->required();
  const std::map<std::string, formats::TextUnit> units = {{"character", formats::TextUnit::kCharacter},
                                                          {"byte", formats::TextUnit::kByte}};
  app.add_option("--unit", unit, "What text consists of: character, byte")
      ->transform(CLI::Transformer(units).description(""))
      ->option_text("UNIT");
  app.add_option("--vocabulary", vocabulary, "The tokens of text, one a line; else those that it has")
      ->option_text("FILE");
}

Outcome<TrainingData> TrainingData::read(const DataOptions& options,
                                         const std::optional<formats::Vocabulary>& kept) {
  TrainingData data;
  data.name_ = options.file;
  if (options.file.ends_with(".npz")) {
    auto tensors = formats::read_npz(options.file);
    if (!tensors) return bad(tensors);
    data.content_ = std::move(*tensors);
    return data;
  }
  if (options.file.ends_with(".csv") || options.file.ends_with(".tsv")) {
    auto columns = formats::read_csv(options.file);
    if (!columns) return bad(columns);
    data.content_ = std::move(*columns);
    return data;
  }
  std::optional<formats::Vocabulary> vocabulary = kept;
  if (!options.vocabulary.empty()) {
    auto listed = formats::Vocabulary::read(options.vocabulary, options.unit);
    if (!listed) return bad(listed);
    vocabulary = std::move(*listed);
  }
  auto text = train::read_text_data(options.file, options.unit, vocabulary);
  if (!text) return bad(text);
  data.content_ = std::move(*text);
  return data;
}

std::map<std::string, int64_t> TrainingData::sizes(const sema::Body& body) const {
  if (const auto* text = std::get_if<train::Text>(&content_)) {
    return token_sizes(body, static_cast<int64_t>(text->vocabulary.size()));
  }
  if (const auto* tensors = std::get_if<std::vector<formats::Tensor>>(&content_))
    return sizes_from(*tensors, body);
  return {};
}

Outcome<train::Data> TrainingData::arrange(const train::Signature& signature,
                                           const train::Settings& settings) const {
  if (const auto* text = std::get_if<train::Text>(&content_)) {
    auto data = train::cut_text(*text, signature, settings);
    if (!data) return bad(data);
    return std::move(*data);
  }
  const auto* tensors = std::get_if<std::vector<formats::Tensor>>(&content_);
  auto all = tensors != nullptr ? train::dataset_of(*tensors, signature, name_)
                                : train::dataset_of_columns(std::get<Table>(content_), signature, name_);
  if (!all) return bad(all);
  auto data = train::arrange(std::move(*all), signature, settings);
  if (!data) return problem(Code::bad_train_value, data.error().message);
  return std::move(*data);
}

const formats::Vocabulary* TrainingData::vocabulary() const {
  const auto* text = std::get_if<train::Text>(&content_);
  return text == nullptr ? nullptr : &text->vocabulary;
}

}  // namespace rnnc::driver
