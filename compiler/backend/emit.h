// A model as an object file for C programs. It stands alone: no library, no memory but the caller's, no data
// but what is read only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/backend/target.h"
#include "compiler/codegen/interface.h"

namespace rnnc::backend {

// The entries of a vocabulary in the order of their ids.
struct VocabularyTable {
  std::string of;         // the input or target whose tokens it spells
  bool is_given = false;  // an input: its sequences are as they are given, without `end`
  std::vector<std::string> entries;
  std::optional<int32_t> end, unknown;  // ids of `<end>` and `<unknown>`
};

struct Emission {
  codegen::Interface interface;
  std::vector<VocabularyTable> vocabularies;
  // For the header's comments.
  std::string model, source;   // "CharLM", "char_lm.rnn"
  std::string weights_sha256;  // of the file, in hexadecimal digits
  std::string no_steps;        // why the model runs over whole sequences only
};

// What the names of a vocabulary's tables in C have behind the prefix: "_vocabulary", of several also
// "_<name>".
std::string vocabulary_name(const Emission& emission, const VocabularyTable& table);

// What an emission can be written as. An object is relocatable ELF, a static library an archive of that
// alone.
enum class CodeForm : uint8_t { object, static_library, assembly, llvm_ir };

// The file's contents. The plans must be made for the target's machine. Fails if LLVM lacks the target.
support::Result<std::string> emit_code(const Emission& emission, const Target& target, CodeForm form);
inline support::Result<std::string> emit_object(const Emission& emission, const Target& target) {
  return emit_code(emission, target, CodeForm::object);
}

// In hexadecimal digits, as `sha256sum` prints it.
std::string sha256(std::string_view bytes);

}  // namespace rnnc::backend
