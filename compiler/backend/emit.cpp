#include "compiler/backend/emit.h"

#include <fmt/format.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SHA256.h>
#include <llvm/Target/TargetMachine.h>

#include <cstring>

#include "compiler/backend/llvm_machine.h"
#include "compiler/codegen/code.h"

namespace rnnc::backend {

namespace {

// One text with a zero after each entry, and where each begins: tables of pointers would have to be
// relocated.
void write_vocabulary(codegen::Code& code, const std::string& prefix, const VocabularyTable& vocabulary) {
  std::string text;
  std::vector<uint32_t> offsets = {0};
  for (const std::string& entry : vocabulary.entries) {
    text += entry + '\0';
    offsets.push_back(static_cast<uint32_t>(text.size()));
  }
  std::string table(offsets.size() * sizeof(uint32_t), '\0');
  std::memcpy(table.data(), offsets.data(), table.size());
  code.visible_bytes(prefix + "_vocabulary_text", text, 1);
  code.visible_bytes(prefix + "_vocabulary_offsets", table, alignof(uint32_t));
}

}  // namespace

support::Result<std::string> emit_object(const Emission& emission, const Target& target) {
  auto machine = llvm_machine(target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  llvm::Module module(emission.interface.prefix, context);
  module.setTargetTriple(target.triple);
  module.setDataLayout((*machine)->createDataLayout());
  codegen::Code code(module, target.cpu, target.features, target.machine.fma);
  codegen::write_interface(code, emission.interface);
  if (emission.vocabulary) write_vocabulary(code, emission.interface.prefix, *emission.vocabulary);
  check(module);
  return to_object(module, **machine);
}

std::string sha256(std::string_view bytes) {
  std::string digits;
  for (uint8_t byte :
       llvm::SHA256::hash(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()))) {
    digits += fmt::format("{:02x}", byte);
  }
  return digits;
}

}  // namespace rnnc::backend
