// Operands, operators and separators that are missing.
#include <fmt/format.h>

#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

Slip missing_after(const Site& site, size_t last) {
  const Token& token = site.tokens[last];
  bool name_wanted = is_statement_keyword(token.kind) && token.kind != Kind::loss;
  if (name_wanted) {
    return slip(site, Code::missing_name, last, fmt::format("a name is missing after `{}`", token.text), "");
  }
  return slip(site, Code::missing_expression, last,
              fmt::format("an expression is missing after `{}`", token.text),
              "complete the line, or leave the sign out");
}

// `h = W x`: x was read as the beginning of a statement, which then failed.
bool is_swallowed_operand(const Site& site) {
  if (site.part != Part::statement || !site.begins_amid_line()) return false;
  if (site.tokens[site.start].kind != Kind::name) return false;
  if (!site.expects(Kind::assign) || site.at != site.start + 1) return false;
  size_t after = is_opening(site.kind()) ? site.outline.after_group(site.at) : site.at;
  Kind sign = site.tokens[after].kind;
  return sign != Kind::assign && sign != Kind::equal && sign != Kind::colon;
}

// Whether the names that end at `last` are a list that a keyword begins: input x, y.
bool ends_list_of_names(const Site& site, size_t last) {
  size_t at = last;
  while (at > 0 && (site.tokens[at].kind == Kind::name || site.tokens[at].kind == Kind::comma)) --at;
  return is_statement_keyword(site.tokens[at].kind) && site.tokens[at].kind != Kind::loss;
}

Slip missing_between(const Site& site, size_t right, bool comma) {
  const Token& a = site.tokens[right - 1];
  const Token& b = site.tokens[right];
  std::string_view what = comma ? "a comma" : "an operator";
  std::string help = comma ? fmt::format("write `{}, {}`", a.text, b.text)
                           : "products need their sign: `*` by elements, `@` of matrices; values of a list "
                             "are separated by commas";
  return slip(site, Code::missing_operator, right,
              fmt::format("{} is missing between `{}` and `{}`", what, a.text, b.text), help);
}

}  // namespace

// `h = a +` and on the next line `y = b`: y was read as the missing operand, and its `=` cannot stand there.
Explanation explain_incomplete_line(const Site& site) {
  constexpr KindSet kSigns = {Kind::assign, Kind::colon, Kind::comma, Kind::equal};
  if (!kSigns.contains(site.kind()) || site.at < 2) return {};
  size_t name = site.at - 1;
  if (site.outline.starts[name] != Start::statement || site.tokens[name].kind != Kind::name) return {};
  if (site.part == Part::statement && name == site.start) return {};
  Kind before = site.tokens[name - 1].kind;
  if (ends_operand(before) || is_closing(before) || before == Kind::left_brace) return {};
  return missing_after(site, name - 1);
}

// A colon or `=` inside brackets, a comma inside parentheses that only group, a statement where they are
// still open.
Explanation explain_bracket_contents(const Site& site) {
  size_t opening = site.last_part == Part::statement ? innermost_open(site) : kNoToken;
  if (opening == kNoToken) return {};
  if (site.outline.starts[site.at] == Start::statement) {
    Slip found = slip(
        site, Code::unclosed_bracket, opening,
        fmt::format("{} is still open where the next statement begins", quoted(site.tokens[opening].kind)),
        "close it at the end of its line");
    found.diagnostic.related.push_back({site.here().span, "the next statement"});
    found.blame = site.at;
    return found;
  }
  bool groups = site.tokens[opening].kind == Kind::left_paren && !ends_operand(site.tokens[opening - 1].kind);
  if (site.kind() == Kind::comma && groups && site.expects_operator()) {
    return slip(site, Code::unexpected_token, site.at, "parentheses group one expression",
                "values are joined by `[a, b]`");
  }
  if (site.kind() == Kind::colon) {
    return slip(site, Code::foreign_operator, site.at, "there are no ranges inside brackets",
                "the last K values of a sequence are `window[K](x)`, its parts along a dimension `split(x)`");
  }
  if (site.kind() == Kind::assign) {
    return slip(site, Code::wrong_sign, site.at, "inside brackets `=` only follows the name of an argument",
                "equality is `==`");
  }
  return {};
}

Explanation explain_missing_operator(const Site& site) {
  if (is_swallowed_operand(site))
    return missing_between(site, site.start, ends_list_of_names(site, site.start - 1));
  if (site.at == 0 || !ends_operand(site.before().kind) || !begins_operand(site.kind())) return {};
  constexpr KindSet kContinues = {Kind::left_paren, Kind::left_bracket, Kind::minus};
  if (kContinues.contains(site.kind())) return {};
  if (site.outline.starts[site.at] != Start::none) return {};
  if (site.expects_operator()) return missing_between(site, site.at, false);
  if (site.expects(Kind::comma)) return missing_between(site, site.at, true);
  return {};
}

Explanation explain_member(const Site& site) {
  if (site.before().kind != Kind::dot || !site.expects(Kind::name)) return {};
  return slip(site, Code::missing_name, site.at - 1, "a name or a number is missing after `.`",
              "a part of a value is `y.c`, a layer of a stack `y.0`");
}

Explanation explain_missing_operand(const Site& site) {
  if (site.at == 0) return {};
  if (site.expects_expression()) {
    bool same_line = site.kind() != Kind::end_of_file && site.here().line == site.before().line;
    if (!same_line) return missing_after(site, site.at - 1);
    return slip(
        site, Code::missing_expression, site.at,
        fmt::format("an expression is missing between `{}` and `{}`", site.before().text, site.here().text),
        "complete it, or leave the sign out");
  }
  bool between_parts = site.part == Part::file || site.part == Part::body || site.part == Part::block;
  bool name_wanted = site.expects(Kind::name) && !ends_operand(site.before().kind) && !between_parts;
  if (!name_wanted) return {};
  return slip(site, Code::missing_name, site.at - 1,
              fmt::format("a name is missing after `{}`", site.before().text), "");
}

}  // namespace rnnc::parse
