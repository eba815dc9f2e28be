#include "compiler/parse/resumption.h"

#include <algorithm>

namespace rnnc::parse {

namespace {

bool ends_body(const Site& site, size_t at) {
  if (site.tokens[at].kind != Kind::right_brace) return false;
  size_t partner = site.outline.partner[at];
  return partner == site.brace;  // both are kNoToken where the `{` of the body is missing
}

bool may_resume(const Site& site, size_t at) {
  const Token& token = site.tokens[at];
  Start start = site.outline.starts[at];
  if (start == Start::declaration) return true;
  switch (site.part) {
    case Part::file:
    case Part::declaration:
      return false;
    case Part::header:
      return token.kind == Kind::left_brace || start == Start::statement;
    case Part::body:
    case Part::statement:
      return start == Start::statement || ends_body(site, at);
    case Part::block:
    case Part::item:
      return start == Start::statement || ends_body(site, at) ||
             (token.kind == Kind::name && token.first_on_line);
  }
  return false;
}

}  // namespace

size_t find_resumption(const Site& site, size_t blame) {
  size_t at = std::min(site.start, blame) + 1;
  while (at < site.tokens.size() - 1) {
    if ((at > blame || at == site.at) && may_resume(site, at)) return at;
    at = site.outline.after_group(at);
  }
  return site.tokens.size() - 1;
}

}  // namespace rnnc::parse
