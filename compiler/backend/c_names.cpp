#include "compiler/backend/c_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "compiler/backend/header.h"

namespace rnnc::backend {

namespace {

// Of the languages, of what their headers define, and the header's own parameters.
constexpr auto kTaken = std::to_array<std::string_view>({
    "NULL",         "alignas",    "alignof",
    "and",          "and_eq",     "asm",
    "auto",         "bitand",     "bitor",
    "bool",         "break",      "bytes",
    "case",         "catch",      "char",
    "class",        "co_await",   "co_return",
    "co_yield",     "compl",      "concept",
    "const",        "const_cast", "consteval",
    "constexpr",    "constinit",  "continue",
    "decltype",     "default",    "delete",
    "do",           "double",     "dynamic_cast",
    "else",         "enum",       "explicit",
    "export",       "extern",     "false",
    "float",        "for",        "friend",
    "goto",         "i386",       "if",
    "inline",       "inputs",     "int",
    "linux",        "long",       "mutable",
    "namespace",    "new",        "noexcept",
    "not",          "not_eq",     "nullptr",
    "offsetof",     "operator",   "or",
    "or_eq",        "private",    "protected",
    "public",       "register",   "reinterpret_cast",
    "requires",     "restrict",   "return",
    "short",        "signed",     "sizeof",
    "state",        "static",     "static_assert",
    "static_cast",  "steps",      "struct",
    "switch",       "template",   "this",
    "thread_local", "throw",      "true",
    "try",          "typedef",    "typeid",
    "typename",     "typeof",     "union",
    "unix",         "unsigned",   "using",
    "virtual",      "void",       "volatile",
    "while",        "xor",        "xor_eq",
});

// int32_t, INT32_MAX, UINT8_C, _Bool.
bool is_reserved(std::string_view name) {
  const bool of_compiler =
      name.size() > 1 && name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z'));
  return of_compiler || name.ends_with("_t") || name.ends_with("_MAX") || name.ends_with("_MIN") ||
         name.ends_with("_C");
}

WrongName twice(const std::string& name) {
  return {fmt::format("`{}` would be two things in the header", name),
          "give one of the inputs and outputs another name in the spec"};
}

}  // namespace

bool is_c_name(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string parameter_name(const std::string& name) {
  const bool taken = std::ranges::find(kTaken, name) != kTaken.end() || is_reserved(name);
  return taken ? name + "_" : name;
}

std::optional<WrongName> wrong_name(const Emission& emission) {
  const codegen::Interface& interface = emission.interface;
  const auto no_name = [](const std::string& name) {
    return WrongName{fmt::format("`{}` is no name in C", name),
                     "names that reach a C header have ASCII letters, digits and `_`"};
  };
  std::set<std::string> parameters, fields;
  for (const auto* ports : {&interface.inputs, &interface.outputs, &interface.begin_inputs}) {
    for (const codegen::Port& port : *ports) {
      if (!is_c_name(port.name)) return no_name(port.name);
      if (!(ports == &interface.begin_inputs ? fields : parameters).insert(port.c_name).second)
        return twice(port.c_name);
    }
  }
  for (const codegen::SeenTime& time : interface.times) {
    if ((interface.has_steps() ? fields : parameters).insert(time.c_name).second) continue;
    WrongName wrong = twice(time.c_name);
    wrong.help += "; how many steps a sequence has is called after it";
    return wrong;
  }
  for (const VocabularyTable& table : emission.vocabularies) {
    if (!is_c_name(table.of)) return no_name(table.of);
  }
  std::set<std::string> macros;
  std::istringstream header(header_text(emission, ""));
  for (std::string line; std::getline(header, line);) {
    std::istringstream words(line);
    std::string define, name;
    if (words >> define >> name && define == "#define" && !macros.insert(name).second) return twice(name);
  }
  return std::nullopt;
}

}  // namespace rnnc::backend
