// The data of a training: text, .npz or a table, by the file's name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/driver/outcome.h"
#include "compiler/sema/model.h"
#include "runtime/formats/csv.h"
#include "runtime/train/dataset.h"
#include "runtime/train/settings.h"
#include "runtime/train/text_data.h"

namespace CLI {
class App;
}

namespace rnnc::driver {

struct DataOptions {
  std::string file;
  formats::TextUnit unit = formats::TextUnit::kCharacter;
  std::string vocabulary;  // a file

  void add_options(CLI::App& app);
};

class TrainingData {
 public:
  // `kept`: the vocabulary of a training that goes on.
  static Outcome<TrainingData> read(const DataOptions& options,
                                    const std::optional<formats::Vocabulary>& kept);

  // Sizes that the data tell, of those that are open.
  std::map<std::string, int64_t> sizes(const sema::Body& body) const;
  // Cut, and a part of it held out.
  Outcome<train::Data> arrange(const train::Signature& signature, const train::Settings& settings) const;
  const formats::Vocabulary* vocabulary() const;
  // What a sequence has one of at each step: "tok", "step".
  const char* unit() const { return vocabulary() != nullptr ? "tok" : "step"; }

 private:
  using Table = std::vector<formats::Column>;
  std::string name_;
  std::variant<Table, std::vector<formats::Tensor>, train::Text> content_;
};

}  // namespace rnnc::driver
