#include "compiler/backend/jit.h"

#include <fmt/format.h>
#include <llvm/ExecutionEngine/Orc/LLJIT.h>
#include <llvm/Support/TargetSelect.h>

#include "compiler/backend/object.h"

namespace rnnc::backend {

using support::Failure;
using support::Result;

struct CompiledFunction::Code {
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

namespace {

Failure cannot(const char* what, llvm::Error error) {
  return {fmt::format("{}: {}", what, llvm::toString(std::move(error)))};
}

}  // namespace

Result<CompiledFunction> CompiledFunction::link(const std::vector<Object>& objects, const std::string& name,
                                                Counting counting) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto jit = llvm::orc::LLJITBuilder().create();
  if (!jit) return cannot("no place for machine code in this process", jit.takeError());
  for (const Object& object : objects) {
    auto buffer = llvm::MemoryBuffer::getMemBufferCopy(object.bytes, name);
    if (auto error = (*jit)->addObjectFile(std::move(buffer)))
      return cannot("machine code does not link", std::move(error));
  }
  CompiledFunction compiled;
  auto run = (*jit)->lookup(name);
  if (!run) return cannot("machine code does not link", run.takeError());
  auto scratch = (*jit)->lookup(name + "_scratch");
  if (!scratch) return cannot("machine code does not link", scratch.takeError());
  compiled.run_ = run->toPtr<rnnc_function>();
  compiled.scratch_ = scratch->toPtr<rnnc_scratch>();
  if (counting == Counting::yes) {
    auto cycles = (*jit)->lookup(name + "_cycles");
    if (!cycles) return cannot("machine code does not link", cycles.takeError());
    compiled.cycles_ = cycles->toPtr<uint64_t*>();
  }
  compiled.code_ = std::make_shared<Code>(Code{std::move(*jit)});
  return compiled;
}

Result<CompiledFunction> compile(const schedule::Plan& plan, const Target& target, const ObjectCache* cache,
                                 Counting counting) {
  if (!target.runs_here) return Failure{fmt::format("this processor cannot run code for {}", target.name)};
  const std::string name = "rnnc_run";
  auto objects = make_objects(plan, target, name, cache, counting);
  if (!objects) return objects.error();
  return CompiledFunction::link(*objects, name, counting);
}

}  // namespace rnnc::backend
