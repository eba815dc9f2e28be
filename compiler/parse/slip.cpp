#include "compiler/parse/slip.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "compiler/parse/report.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

// From the certain to the vague: what an unclosed bracket explains would look like a missing operator further
// down.
constexpr std::array kExplanations = {
    explain_unclosed_body,
    explain_unclosed_bracket,
    explain_foreign_operator,
    explain_text,
    explain_character,
    explain_unopened_bracket,
    explain_braces,
    explain_foreign_word,
    explain_misplaced_declaration,
    explain_misplaced_statement,
    explain_reserved_word,
    explain_header,
    explain_function,
    explain_import,
    explain_incomplete_line,
    explain_block,
    explain_bracket_contents,
    explain_missing_operator,
    explain_member,
    explain_statement_sign,
    explain_shape,
    explain_left_side,
    explain_missing_operand,
};

// What could have stood there, in at most a few words.
std::vector<std::string> expectations(const Site& site) {
  std::vector<std::string> result;
  if (site.expects_expression()) {
    result.push_back("an expression");
  } else {
    if (site.expects(Kind::name)) result.emplace_back(site.part == Part::body ? "a statement" : "a name");
    if (site.expects_operator()) result.emplace_back("an operator");
  }
  constexpr Kind kSigns[] = {Kind::assign,      Kind::colon,      Kind::tilde,       Kind::comma,
                             Kind::right_paren, Kind::left_brace, Kind::right_brace, Kind::right_bracket};
  for (Kind kind : kSigns) {
    if (site.expects(kind)) result.emplace_back(quoted(kind));
  }
  return result;
}

std::string listed(const std::vector<std::string>& words) {
  std::string result;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

Slip explain_generally(const Site& site) {
  std::string found = site.kind() == Kind::end_of_file
                          ? "the file ends too early"
                          : fmt::format("`{}` cannot stand here", site.here().text);
  std::vector<std::string> words = expectations(site);
  return slip(site, Code::unexpected_token, site.at, found,
              words.empty() ? "" : fmt::format("here could stand {}", listed(words)));
}

}  // namespace

size_t innermost_open(const Site& site) {
  size_t result = kNoToken;
  for (size_t i = site.last_start; i < site.at; ++i) {
    Kind kind = site.tokens[i].kind;
    size_t partner = site.outline.partner[i];
    bool bracket = kind == Kind::left_paren || kind == Kind::left_bracket;
    if (bracket && (partner == kNoToken || partner >= site.at)) result = i;
  }
  return result;
}

Slip explain(const Site& site) {
  for (auto explanation : kExplanations) {
    if (Explanation found = explanation(site)) return *std::move(found);
  }
  return explain_generally(site);
}

Slip slip(const Site& site, Code code, size_t blame, std::string_view message, std::string help) {
  return slip(site, code, blame, blame, message, std::move(help));
}

Slip slip(const Site& site, Code code, size_t from, size_t to, std::string_view message, std::string help) {
  support::Span span = support::join(site.tokens[from].span, site.tokens[to].span);
  return {syntax_error(code, span, message, std::move(help)), from};
}

}  // namespace rnnc::parse
