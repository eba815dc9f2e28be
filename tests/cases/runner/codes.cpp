#include "tests/cases/runner/codes.h"

#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <set>

namespace rnnc::cases {

namespace {

// As people see a code, and as programs do.
std::set<std::string> ids_in(const std::string& expectation) {
  static const std::regex kCode(R"re((?:\b(?:error|warning)\[|"code":")([A-Z]\d{4}))re");
  std::set<std::string> ids;
  for (std::sregex_iterator at(expectation.begin(), expectation.end(), kCode), end; at != end; ++at)
    ids.insert((*at)[1]);
  return ids;
}

}  // namespace

std::vector<std::string> wrong_with(const std::vector<diagnostics::CodeInfo>& codes,
                                    const std::vector<Shown>& cases) {
  std::vector<std::string> wrong;
  std::set<std::string> known;
  for (const diagnostics::CodeInfo& code : codes) {
    known.insert(code.id());
    const bool shown = std::any_of(cases.begin(), cases.end(), [&](const Shown& one) {
      return one.name == code.name && ids_in(one.expectation).contains(code.id());
    });
    if (!shown) wrong.push_back(fmt::format("no case `{}` shows {}", code.name, code.id()));
  }
  for (const Shown& one : cases) {
    for (const std::string& id : ids_in(one.expectation)) {
      if (!known.contains(id))
        wrong.push_back(fmt::format("`{}` shows {}, and there is no such code", one.name, id));
    }
  }
  return wrong;
}

}  // namespace rnnc::cases
