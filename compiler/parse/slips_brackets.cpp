// Brackets and braces without their partner.
#include <fmt/format.h>

#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

char closing_of(Kind opening) {
  if (opening == Kind::left_paren) return ')';
  return opening == Kind::left_bracket ? ']' : '}';
}

// "the body of `LSTM`", "the `train` block"
std::string body_name(const Site& site) {
  const Tokens& tokens = site.tokens;
  if (site.part == Part::block) return fmt::format("the {} block", quoted(tokens[site.brace - 1].kind));
  bool named = site.declaration != kNoToken && tokens[site.declaration + 1].kind == Kind::name;
  return named ? fmt::format("the body of `{}`", tokens[site.declaration + 1].text) : "the body";
}

// A block inside the body whose `}` stands further left than the line that opened it: that brace was probably
// meant for the body.
size_t suspicious_brace(const Site& site) {
  for (size_t i = site.brace + 1; i < site.at; ++i) {
    size_t partner = site.outline.partner[i];
    if (site.tokens[i].kind != Kind::left_brace || partner == kNoToken) continue;
    const Token& closing = site.tokens[partner];
    if (closing.first_on_line && closing.indent < site.tokens[i].indent) return partner;
  }
  return kNoToken;
}

size_t first_unclosed(const Site& site) {
  for (size_t i = site.start; i < site.at; ++i) {
    Kind kind = site.tokens[i].kind;
    bool bracket = kind == Kind::left_paren || kind == Kind::left_bracket;
    if (bracket && site.outline.partner[i] == kNoToken) return i;
  }
  return kNoToken;
}

}  // namespace

Explanation explain_unclosed_body(const Site& site) {
  if (site.brace == kNoToken || !site.expects(Kind::right_brace)) return {};
  if (site.part != Part::body && site.part != Part::block) return {};
  bool ends = site.kind() == Kind::end_of_file || site.outline.starts[site.at] == Start::declaration ||
              (site.part == Part::block && is_statement_keyword(site.kind()));
  if (!ends) return {};

  Slip found =
      slip(site, Code::unclosed_body, site.brace, fmt::format("{} is not closed", body_name(site)), "");
  found.diagnostic.primary.text = "opened here";
  if (size_t brace = suspicious_brace(site); brace != kNoToken) {
    found.diagnostic.related.push_back(
        {site.tokens[brace].span, "this closes an inner block, though it stands further left"});
  }
  if (site.kind() == Kind::end_of_file) {
    found.diagnostic.help = "add `}` where it ends";
  } else {
    found.diagnostic.related.push_back(
        {site.here().span, fmt::format("expected `}}` before {}", quoted(site.kind()))});
    found.diagnostic.help = fmt::format("add `}}` before {}", quoted(site.kind()));
  }
  return found;
}

Explanation explain_unclosed_bracket(const Site& site) {
  size_t opening = first_unclosed(site);
  if (opening == kNoToken) return {};
  Kind kind = site.tokens[opening].kind;
  char closing = closing_of(kind);

  bool other_kind = is_closing(site.kind()) && site.outline.partner[site.at] == kNoToken &&
                    site.kind() != Kind::right_brace;
  if (other_kind) {
    Slip found = slip(site, Code::unclosed_bracket, site.at,
                      fmt::format("{} is closed by {}", quoted(kind), quoted(site.kind())),
                      fmt::format("write `{}`", closing));
    found.diagnostic.related.push_back({site.tokens[opening].span, "opened here"});
    return found;
  }
  Slip found = slip(site, Code::unclosed_bracket, opening, fmt::format("{} is never closed", quoted(kind)),
                    fmt::format("add `{}`", closing));
  if (site.kind() != Kind::end_of_file) {
    found.diagnostic.related.push_back({site.here().span, fmt::format("expected `{}` before this", closing)});
  }
  return found;
}

Explanation explain_unopened_bracket(const Site& site) {
  if (!is_closing(site.kind()) || site.outline.partner[site.at] != kNoToken) return {};
  if (site.kind() == Kind::right_brace && site.part != Part::file) return {};
  Slip found = slip(site, Code::unopened_bracket, site.at,
                    fmt::format("{} closes nothing", quoted(site.kind())), "leave it out, or open it before");
  if (site.kind() == Kind::right_brace && site.before().kind == Kind::right_brace) {
    found.diagnostic.related.push_back({site.before().span, "the body has ended here already"});
  }
  return found;
}

}  // namespace rnnc::parse
