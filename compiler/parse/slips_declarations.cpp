// Headers of cells and models, functions, imports.
#include <fmt/format.h>

#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

// The text of the source from one token to another, both included.
std::string_view text_between(const Site& site, size_t from, size_t to) {
  const Token& first = site.tokens[from];
  return {first.text.data(), static_cast<size_t>(site.tokens[to].span.end - first.span.begin)};
}

// `cell LSTM(H)`, or `cell LSTM[H](x)`
Slip header_in_parens(const Site& site) {
  size_t last = site.outline.after_group(site.at) - 1;
  if (site.before().kind == Kind::right_bracket) {
    return slip(site, Code::malformed_header, site.at, last, "a header takes no values",
                "write `input x` in the body");
  }
  bool simple = last > site.at + 1 && site.here().line == site.tokens[last].line;
  std::string_view inside = simple ? text_between(site, site.at + 1, last - 1) : "H";
  return slip(site, Code::malformed_header, site.at, last, "settings stand in brackets",
              fmt::format("write `{}[{}]`", site.before().text, inside));
}

Slip missing_body(const Site& site) {
  for (size_t i = site.at + 1; i < site.tokens.size() && site.tokens[i].line == site.here().line; ++i) {
    if (site.tokens[i].kind != Kind::left_brace) continue;
    return slip(site, Code::malformed_header, site.at, "nothing stands between a header and its `{`",
                "a header is a name and its settings in brackets: `cell LSTM[H] {`");
  }
  std::string_view keyword = quoted(site.tokens[site.declaration].kind);
  return slip(site, Code::malformed_header, site.at, fmt::format("the {} has no body", keyword),
              "its statements stand between `{` and `}`");
}

// [H: int], [4]
Explanation malformed_setting(const Site& site) {
  return slip(site, Code::malformed_header, site.at, "a setting is a name, with or without a default",
              "write `[H]` or `[H, K = 64, phi = tanh]`");
}

}  // namespace

Explanation explain_header(const Site& site) {
  bool body_expected = site.part == Part::body && site.expects(Kind::left_brace);
  if (site.part != Part::header && !body_expected) return {};
  if (body_expected) return site.kind() == Kind::left_paren ? header_in_parens(site) : missing_body(site);
  std::string_view keyword = quoted(site.tokens[site.declaration].kind);
  if (site.at == site.declaration + 1) {
    return slip(site, Code::missing_name, site.declaration, fmt::format("the {} has no name", keyword),
                fmt::format("write `{} Name {{ ... }}`", site.tokens[site.declaration].text));
  }
  bool missing_comma = ends_operand(site.before().kind) && begins_operand(site.kind());
  if (missing_comma || site.expects_expression()) return {};
  return malformed_setting(site);
}

Explanation explain_function(const Site& site) {
  if (site.part != Part::declaration || site.tokens[site.start].kind != Kind::fn) return {};
  if (site.at == site.start + 1) {
    return slip(site, Code::missing_name, site.start, "the function has no name",
                "write `fn name(x) = expression`");
  }
  if (site.expects(Kind::left_paren) && !site.expects_operator() && !site.expects_expression()) {
    return slip(
        site, Code::malformed_function, site.at, "the function has no parameters",
        "write `fn name(x) = expression`; settings stand in brackets before: `fn name[a = 1](x) = ...`");
  }
  bool after_parameters = site.before().kind == Kind::right_paren && site.expects(Kind::assign);
  if (after_parameters) {
    return slip(site, Code::malformed_function, site.at, "a function is one expression, after `=`",
                "write `fn name(x) = expression`");
  }
  bool in_parameters =
      site.before().kind == Kind::name && site.expects(Kind::comma) && site.expects(Kind::right_paren);
  constexpr KindSet kMore = {Kind::colon, Kind::assign, Kind::left_bracket};
  if (in_parameters && kMore.contains(site.kind()) && !site.expects_operator()) {
    return slip(
        site, Code::malformed_function, site.at, "a parameter is a bare name",
        "a default belongs to a setting: `fn name[a = 1](x) = ...`; a function takes any shape that fits");
  }
  return {};
}

Explanation explain_import(const Site& site) {
  if (site.part != Part::declaration || site.tokens[site.start].kind != Kind::import_file) return {};
  return slip(site, Code::malformed_import, site.start, "`import` takes the name of a file in quotes",
              "write `import \"cells.rnn\"`; the library is always there");
}

}  // namespace rnnc::parse
