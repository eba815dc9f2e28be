// Plan to the bytes of an object file.
#pragma once

#include <string>
#include <vector>

#include "compiler/backend/target.h"
#include "compiler/schedule/plan.h"

namespace rnnc::backend {

class ObjectCache;

struct Object {
  std::string bytes;  // of a relocatable object (ELF): the function NAME and NAME_scratch (abi.h)
  bool from_cache = false;
};

// Whether code counts the cycles of each stage (codegen::Options::counts_cycles).
enum class Counting : bool { no, yes };

// The plan must be made for the target's machine. Fails if LLVM lacks the target. With a cache, code that was
// made before from the same module, target and version of LLVM is taken from there.
support::Result<Object> make_object(const schedule::Plan& plan, const Target& target, const std::string& name,
                                    const ObjectCache* cache = nullptr, Counting counting = Counting::no);

// The same code as several objects that are made at the same time, for whoever links them at once.
support::Result<std::vector<Object>> make_objects(const schedule::Plan& plan, const Target& target,
                                                  const std::string& name, const ObjectCache* cache,
                                                  Counting counting);

// The module's LLVM IR as text, for people and tests.
std::string llvm_text(const schedule::Plan& plan, const Target& target, const std::string& name);

}  // namespace rnnc::backend
