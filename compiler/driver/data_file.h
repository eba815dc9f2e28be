// Data to train on, or to run what was trained: text, .npz or a table, by the file's name.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "compiler/driver/outcome.h"
#include "compiler/sema/model.h"
#include "runtime/formats/csv.h"
#include "runtime/formats/tensor.h"
#include "runtime/formats/vocabulary.h"
#include "runtime/train/dataset.h"
#include "runtime/train/sample_table.h"
#include "runtime/train/settings.h"
#include "runtime/train/text_data.h"

namespace CLI {
class App;
}

namespace rnnc::driver {

// What is wrong with data, by its cause.
diagnostics::Diagnostic data_problem(const formats::Failure& failure);

struct DataOptions {
  std::string file;
  // UNIT, or of one input or target NAME=UNIT; FILE or NAME=FILE.
  std::vector<std::string> units, vocabularies;

  void add_options(CLI::App& app, bool required = true);
};

class DataFile {
 public:
  // To learn from them, or for weights that have learnt: then texts have the vocabularies that the weights
  // know, and no others.
  enum class Use { learn, ask };

  // `kept`: the vocabularies of a checkpoint.
  static Outcome<DataFile> read(const DataOptions& options, formats::Vocabularies kept, Use use = Use::learn);

  // Finds what the data are of this body: the vocabularies of its tokens, and whether a row of a table is a
  // sample. To be called before what follows. Returns sizes that the data tell, of those that are open; what
  // is wrong is in the sink.
  std::map<std::string, int64_t> settle(const sema::Body& body, diagnostics::Sink& sink);
  // By the names of inputs and targets. Text is cut as in training.
  Outcome<std::vector<formats::Tensor>> arrays(const train::Signature& signature,
                                               const train::Settings& settings,
                                               train::Reading reading = train::Reading::kEverything) const;
  // Cut, and a part of it held out.
  Outcome<train::Data> arrange(const train::Signature& signature, const train::Settings& settings) const;

  const std::string& name() const { return name_; }
  // The arrays as an .npz holds them, checked against nothing; null of other files.
  const std::vector<formats::Tensor>* npz() const { return std::get_if<Arrays>(&content_); }
  const formats::Table* table() const { return std::get_if<formats::Table>(&content_); }

  const formats::Vocabularies& vocabularies() const { return vocabularies_; }
  bool is_text() const { return std::holds_alternative<train::Text>(content_); }
  bool by_rows() const { return by_rows_; }
  // What a sequence has one of at each step: "tok", "step".
  const char* unit() const { return vocabularies_.empty() ? "step" : "tok"; }

 private:
  using Arrays = std::vector<formats::Tensor>;

  DataFile(std::string name, std::variant<formats::Table, Arrays, train::Text> content)
      : name_(std::move(name)), content_(std::move(content)) {}
  Outcome<> find_vocabularies(const sema::Body& body);
  Outcome<> take_options(const sema::Body& body);
  Outcome<> settle_table(const formats::Table& table, const sema::Body& body);
  std::map<std::string, int64_t> sizes(const sema::Body& body) const;

  std::string name_;
  std::variant<formats::Table, Arrays, train::Text> content_;
  Use use_ = Use::learn;
  std::map<std::string, formats::TextUnit> units_;  // as told; "" is of all
  formats::Vocabularies told_, kept_;               // of options ("" is of all), of the weights
  formats::Vocabularies known_;                     // of both, by the names of the body
  formats::Vocabularies vocabularies_;
  std::vector<train::TokenColumn> tokens_;
  bool by_rows_ = false;
};

}  // namespace rnnc::driver
