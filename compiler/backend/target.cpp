#include "compiler/backend/target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/ADT/StringMap.h>
#include <llvm/TargetParser/Host.h>

#include <algorithm>

namespace rnnc::backend {

using schedule::Machine;

namespace {

constexpr const char* kLinux = "x86_64-unknown-linux-gnu";

bool has(const llvm::StringMap<bool>& features, std::initializer_list<const char*> names) {
  return std::all_of(names.begin(), names.end(), [&](const char* name) { return features.lookup(name); });
}

Machine machine_of(const llvm::StringMap<bool>& features) {
  Machine machine;
  machine.flushes = has(features, {"sse2"});
  machine.fma = has(features, {"fma"});
  if (has(features, {"avx"})) {
    machine.lanes = 8;
    machine.masks = true;
  }
  if (has(features, {"avx512f", "avx512vl", "avx512bw", "avx512dq"})) {
    machine.lanes = 16;
    machine.registers = 32;
  }
  return machine;
}

std::string spelled(const llvm::StringMap<bool>& features) {
  std::vector<std::string> words;
  for (const auto& feature : features) {
    words.push_back((feature.getValue() ? "+" : "-") + feature.getKey().str());
  }
  std::sort(words.begin(), words.end());
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

Target native_target() {
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  Target target{"native",
                llvm::sys::getDefaultTargetTriple(),
                llvm::sys::getHostCPUName().str(),
                spelled(features),
                machine_of(features),
                true};
  // In a virtual machine the name may be that of an older processor, whose costs mislead the register
  // allocator.
  if (has(features, {"amx-bf16"})) target.cpu = "sapphirerapids";
  return target;
}

std::vector<Target> targets() {
  llvm::StringMap<bool> here = llvm::sys::getHostCPUFeatures();
  bool v3 = has(here, {"avx2", "fma", "bmi", "bmi2", "f16c", "lzcnt", "movbe"});
  bool v4 = v3 && has(here, {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"});
  bool x86 = has(here, {"sse2"});
  return {
      {"x86-64", kLinux, "x86-64", "", Machine{4, 16, false, false, true}, x86},
      {"x86-64-v3", kLinux, "x86-64-v3", "", Machine{8, 16, true, true, true}, v3},
      {"x86-64-v4", kLinux, "x86-64-v4", "", Machine{16, 32, true, true, true}, v4},
  };
}

support::Result<Target> find_target(std::string_view name) {
  std::vector<std::string> names = {"native"};
  if (name == names[0]) return native_target();
  for (Target& target : targets()) {
    if (target.name == name) return std::move(target);
    names.push_back(target.name);
  }
  return support::Failure{fmt::format("there is no target `{}`; there are {}", name, fmt::join(names, ", "))};
}

}  // namespace rnnc::backend
