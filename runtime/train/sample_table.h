// Tables as arrays, where a row is a sample: a sequence of tokens is a text in one field.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtime/formats/csv.h"
#include "runtime/formats/tensor.h"
#include "runtime/formats/vocabulary.h"
#include "runtime/train/model.h"
#include "runtime/train/step_table.h"

namespace rnnc::train {

// A column of tokens, before the model has a size for them.
struct TokenColumn {
  std::string name;
  std::string group;      // columns of one group share a vocabulary
  bool sequence = false;  // else the field is one token
  bool ends = false;      // a sequence that ends with the vocabulary's `<end>`, if it has one
};

// Whether a row is a sample: where a unit is told for a column, or it has a vocabulary, or a column of tokens
// has texts that are no numbers, unless the model has sequences of numbers, too.
bool is_by_rows(const formats::Table& table, const std::vector<TokenColumn>& tokens,
                const std::map<std::string, formats::TextUnit>& units, const formats::Vocabularies& known,
                bool has_number_sequences);

// A vocabulary for each column that has none in `known` and holds texts. Its unit is told, or else by
// character, and whole where the field is one token; single tokens that are whole numbers and of no unit are
// tokens already. Of a group of which one column is known the others have the same.
Result<formats::Vocabularies> vocabularies_of_rows(const formats::Table& table,
                                                   const std::vector<TokenColumn>& tokens,
                                                   const std::map<std::string, formats::TextUnit>& units,
                                                   const formats::Vocabularies& known);

// The arrays of the signature as npz_data.h wants them. Single real values stand in columns as in
// step_table.h; sequences of real numbers have no place in such a table. An empty field of a single token is
// no token: -1.
Result<std::vector<formats::Tensor>> arrays_of_samples(const formats::Table& table,
                                                       const Signature& signature,
                                                       const std::vector<TokenColumn>& tokens,
                                                       const formats::Vocabularies& vocabularies,
                                                       Reading reading);

}  // namespace rnnc::train
