// Statements whose parts stand in the wrong order, under the wrong sign, or are missing.
#include <fmt/format.h>

#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

bool is_equation(const Site& site) {
  return site.first_kind() == Kind::name || site.first_kind() == Kind::gate;
}

// Right after the names of a statement, before any colon or sign.
bool after_names(const Site& site) { return site.before().kind == Kind::name && site.expects(Kind::colon); }

bool ends_statement(const Site& site) {
  return site.kind() == Kind::right_brace || site.kind() == Kind::end_of_file ||
         is_statement_keyword(site.kind()) || site.outline.starts[site.at] != Start::none;
}

bool holds_time(const Site& site) {
  for (size_t i = site.at; i < site.outline.after_group(site.at); ++i) {
    if (site.tokens[i].kind == Kind::time) return true;
  }
  return false;
}

bool assigned_after_group(const Site& site) {
  Kind sign = site.tokens[site.outline.after_group(site.at)].kind;
  return sign == Kind::assign || sign == Kind::colon;
}

// (a, b) = split(x): noticed at the bracket, or at the `=` if the bracket went on with the expression of the
// line before.
Explanation names_in_brackets(const Site& site) {
  size_t opening = site.at;
  if (site.kind() == Kind::assign && is_closing(site.before().kind))
    opening = site.outline.partner[site.at - 1];
  if (opening == kNoToken || !is_opening(site.tokens[opening].kind) || !site.tokens[opening].first_on_line)
    return {};
  if (opening == site.at && !assigned_after_group(site)) return {};
  return slip(site, Code::malformed_left_side, opening, site.outline.after_group(opening) - 1,
              "names on the left stand without brackets", "write `a, b: [H] = split(x)`");
}

Slip value_of_data(const Site& site) {
  std::string_view keyword = quoted(site.first_kind());
  return slip(site, Code::wrong_sign, site.at,
              fmt::format("{} takes no value: it comes from the data", keyword),
              "an equation needs no keyword: `x = ...`");
}

Slip missing_shape(const Site& site) {
  std::string_view keyword = site.tokens[site.last_start].text, name = site.before().text;
  return slip(site, Code::malformed_shape, site.at - 1,
              fmt::format("the {} `{}` has no shape", keyword, name),
              fmt::format("write `{} {}: [H]`; `[]` is a single number", keyword, name));
}

Explanation wrong_assign(const Site& site) {
  bool after_keyword = site.at == site.last_start + 1;
  switch (site.first_kind()) {
    case Kind::loss:
      if (!after_keyword) break;
      return slip(site, Code::wrong_sign, site.at, "`loss` takes no `=`",
                  "write `loss cross_entropy(logits, y)`");
    case Kind::output:
      if (!after_keyword) break;
      return slip(site, Code::missing_name, site.at, "an output needs a name", "write `output y = ...`");
    case Kind::param:
      return slip(site, Code::wrong_sign, site.at, "the initialiser of a parameter follows `~`, not `=`",
                  "write `param p: [H] ~ zeros`, `~ uniform(-0.1, 0.1)` and the like");
    case Kind::input:
    case Kind::target:
      return value_of_data(site);
    case Kind::state:
      if (!after_names(site)) break;
      return missing_shape(site);
    default:
      break;
  }
  return slip(site, Code::wrong_sign, site.at, "a statement has one `=`",
              "equality is `==`; a new statement begins with its name");
}

Slip wrong_tilde(const Site& site) {
  if (site.first_kind() == Kind::state) {
    return slip(site, Code::wrong_sign, site.at, "the first value of a state follows `=`",
                "write `state m: [H] = -∞`; a learned one is a `param` of its own");
  }
  return slip(site, Code::wrong_sign, site.at, "`~` initialises a parameter", "a value follows `=`");
}

// h[t] = ..., h(t) = ..., h[H] = ...
Explanation bracket_on_left_side(const Site& site) {
  std::string_view name = site.before().text;
  if (site.kind() == Kind::left_bracket && !holds_time(site)) {
    return slip(site, Code::malformed_shape, site.at, "a shape follows a colon",
                fmt::format("write `{}: [H] = ...`", name));
  }
  if (!assigned_after_group(site)) return {};
  return slip(site, Code::malformed_left_side, site.at, site.outline.after_group(site.at) - 1,
              "the left side of an equation is a bare name",
              fmt::format("write `{} = ...`: a bare name is its value at this step", name));
}

}  // namespace

Explanation explain_statement_sign(const Site& site) {
  if (site.last_part != Part::statement) return {};
  switch (site.kind()) {
    case Kind::equal:
      if (!site.expects(Kind::assign)) return {};
      return slip(site, Code::wrong_sign, site.at, "`==` compares, `=` defines", "write `=`");
    case Kind::tilde:
      return wrong_tilde(site);
    case Kind::assign:
      return wrong_assign(site);
    case Kind::colon:
      if (!site.expects_operator()) return {};
      return slip(site, Code::malformed_shape, site.at, "a shape follows the names, before the `=`",
                  "write `h: [H] = ...`");
    default:
      return {};
  }
}

Explanation explain_shape(const Site& site) {
  if (site.last_part != Part::statement) return {};
  Kind before = site.before().kind;
  if (after_names(site) && !is_equation(site)) {
    if (site.kind() == Kind::left_bracket) {
      return slip(site, Code::malformed_shape, site.at, "a shape follows a colon",
                  fmt::format("write `{}: [H]`", site.before().text));
    }
    bool needs_shape = site.first_kind() == Kind::state || site.first_kind() == Kind::target;
    if (needs_shape && ends_statement(site)) return missing_shape(site);
    return {};
  }
  if (before == Kind::token && site.kind() != Kind::left_bracket) {
    return slip(site, Code::malformed_shape, site.at - 1,
                "`token` says in brackets how many tokens there are",
                "write `token[V]`; V comes from the data");
  }
  if (site.expects(Kind::left_bracket) && (before == Kind::colon || before == Kind::seq)) {
    return slip(site, Code::malformed_shape, site.at, "a shape stands in brackets",
                "write `[H]`, `[N, D]`; `[]` is a single number");
  }
  if (site.kind() == Kind::comma && before == Kind::right_bracket && !is_equation(site)) {
    return slip(site, Code::malformed_shape, site.at, "a statement has one shape, for all its names",
                fmt::format("begin a new statement: `{} ...`", site.tokens[site.last_start].text));
  }
  return {};
}

Explanation explain_left_side(const Site& site) {
  if (Explanation found = names_in_brackets(site)) return found;
  if (site.last_part != Part::statement || !is_equation(site)) return {};
  bool shape_without_value =
      site.before().kind == Kind::right_bracket && site.expects(Kind::assign) && ends_statement(site);
  if (shape_without_value) {
    return slip(site, Code::missing_expression, site.last_start, site.at - 1,
                "a name with a shape, but without a value",
                "write `= ...` after the shape, or `input`, `state` or `param` before the name");
  }
  if (!after_names(site)) return {};

  if (site.kind() == Kind::left_bracket || site.kind() == Kind::left_paren) {
    if (Explanation found = bracket_on_left_side(site)) return found;
  }
  if (ends_statement(site)) {
    std::string_view name = site.before().text;
    return slip(site, Code::value_without_name, site.last_start, fmt::format("`{}` stands alone", name),
                fmt::format("write `output {}`, or `{} = ...`", name, name));
  }
  if (site.kind() == Kind::dot && site.after(2).kind == Kind::assign) {
    return slip(site, Code::malformed_left_side, site.at,
                "a statement defines bare names, not parts of others",
                "give the value a name of its own: `y = ...`");
  }
  if (is_infix(site.kind()) || is_opening(site.kind())) {
    return slip(site, Code::value_without_name, site.last_start, "a value without a name",
                "write `y = ...`, or `output y = ...`");
  }
  return {};
}

Explanation explain_block(const Site& site) {
  if (site.part == Part::block && site.expects(Kind::left_brace)) {
    Kind keyword = site.before().kind;
    return slip(
        site, Code::malformed_block, site.at - 1,
        fmt::format("{} holds its lines in braces", quoted(keyword)),
        keyword == Kind::train ? "write `train { lr = 2e-3  clip = 5 }`" : "write `stored { weight = W }`");
  }
  if (site.last_part != Part::item) return {};
  if (site.kind() == Kind::comma) {
    return slip(site, Code::malformed_block, site.at, "the lines of a block stand without commas",
                "write `lr = 2e-3  clip = 5`");
  }
  if (site.expects(Kind::assign) && site.before().kind == Kind::name) {
    return slip(site, Code::malformed_block, site.at, "a line of a block is a name, `=` and a value",
                fmt::format("write `{} = ...`", site.before().text));
  }
  return {};
}

}  // namespace rnnc::parse
