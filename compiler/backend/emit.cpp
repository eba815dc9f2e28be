#include "compiler/backend/emit.h"

#include <fmt/format.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Object/ArchiveWriter.h>
#include <llvm/Support/SHA256.h>
#include <llvm/Target/TargetMachine.h>

#include <cstring>

#include "compiler/backend/llvm_machine.h"
#include "compiler/codegen/code.h"
#include "compiler/support/check.h"

namespace rnnc::backend {

namespace {

// One text with a zero after each entry, and where each begins: tables of pointers would have to be
// relocated.
void write_vocabulary(codegen::Code& code, const std::string& name, const VocabularyTable& vocabulary) {
  std::string text;
  std::vector<uint32_t> offsets = {0};
  for (const std::string& entry : vocabulary.entries) {
    text += entry + '\0';
    offsets.push_back(static_cast<uint32_t>(text.size()));
  }
  std::string table(offsets.size() * sizeof(uint32_t), '\0');
  std::memcpy(table.data(), offsets.data(), table.size());
  code.visible_bytes(name + "_text", text, 1);
  code.visible_bytes(name + "_offsets", table, alignof(uint32_t));
}

std::string archive_of(const std::string& name, const std::string& object) {
  const llvm::NewArchiveMember member(llvm::MemoryBufferRef(object, name));
  auto archive =
      llvm::writeArchiveToBuffer(member, llvm::SymtabWritingMode::NormalSymtab, llvm::object::Archive::K_GNU,
                                 /*Deterministic=*/true, /*Thin=*/false);
  RNNC_CHECK(static_cast<bool>(archive), "an object that does not fit an archive");
  return (*archive)->getBuffer().str();
}

std::string llvm_text(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

}  // namespace

std::string vocabulary_name(const Emission& emission, const VocabularyTable& table) {
  return emission.vocabularies.size() == 1 ? "_vocabulary" : "_vocabulary_" + table.of;
}

support::Result<std::string> emit_code(const Emission& emission, const Target& target, CodeForm form) {
  auto machine = llvm_machine(target);
  if (!machine) return machine.error();
  const std::string& prefix = emission.interface.prefix;
  llvm::LLVMContext context;
  llvm::Module module(prefix, context);
  module.setTargetTriple(target.triple);
  module.setDataLayout((*machine)->createDataLayout());
  codegen::Code code(module, target.cpu, target.features, target.machine.fma);
  codegen::write_interface(code, emission.interface);
  for (const VocabularyTable& vocabulary : emission.vocabularies)
    write_vocabulary(code, prefix + vocabulary_name(emission, vocabulary), vocabulary);
  check(module);
  switch (form) {
    case CodeForm::object:
      return to_object(module, **machine);
    case CodeForm::static_library:
      return archive_of(prefix + ".o", to_object(module, **machine));
    case CodeForm::assembly:
      return to_assembly(module, **machine);
    case CodeForm::llvm_ir:
      return llvm_text(module);
  }
  RNNC_UNREACHABLE("code of no form");
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
