// Signs that the language does not have, or not there.
#include <fmt/format.h>
#include <utf8proc.h>

#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

struct Advice {
  std::string_view sign, help;
};

constexpr std::string_view kOnce =
    "each name is defined once; its value one step before is `h[t-1]`: `h = h[t-1] + x`";
constexpr std::string_view kByElements = "operators work by elements already: `*`, `/`, `^`";

constexpr Advice kOperators[] = {
    {"**", "a power is `^`: `x ^ 2`"},
    {"&&", "a comparison gives 0 or 1: both hold where `a * b` is 1"},
    {"||", "a comparison gives 0 or 1: one of them holds where `max(a, b)` is 1"},
    {"->", "a function is `fn name(x) = expression`; a value goes into the next function with `|>`"},
    {"=>", "a function is `fn name(x) = expression`; at least is `>=`"},
    {":=", "a name is defined by `=`"},
    {"::", "a shape follows one colon: `x: [H]`"},
    {"===", "equal is `==`"},
    {"!==", "not equal is `!=`"},
    {"<>", "not equal is `!=`"},
    {"~=", "an initialiser follows `~` alone; not equal is `!=`"},
    {"++", kOnce},
    {"+=", kOnce},
    {"-=", kOnce},
    {"*=", kOnce},
    {"/=", kOnce},
    {".*", kByElements},
    {"./", kByElements},
    {".^", kByElements},
    {"..", "there are no ranges; the last values of a sequence are `window[K](x)`"},
    {"...", "nothing may be left out"},
};

constexpr std::string_view kMinus = "minus is `-`";
constexpr std::string_view kContract = "a product of matrices is `@` or `·`";
constexpr std::string_view kPowerOf = "a power is `^`: `x ^ 2`";
constexpr std::string_view kSubscript = "a subscript belongs to a name and follows its letters: `h₁`";

constexpr Advice kCharacters[] = {
    {"|", "a value goes into the next function with `|>`"},
    {"&", "a comparison gives 0 or 1: both hold where `a * b` is 1"},
    {"!", "not equal is `!=`; the contrary of a comparison `c` is `1 - c`"},
    {"%", "a comment begins with `#`"},
    {"?", "a choice is `where(condition, a, b)`"},
    {"\\", "LaTeX is not read: write `σ` or `sigmoid`"},
    {"$", "LaTeX is not read: write `σ` or `sigmoid`"},
    {"×", "a product by elements is `*` or `⊙`, one of matrices `@` or `·`"},
    {"÷", "a quotient is `/`"},
    {"⊗", "an outer product is `outer(a, b)`"},
    {"⊕", "a sum is `+`; parts are joined by `[a, b]`"},
    {"∑", "a sum over a dimension is `sum[D](x)`"},
    {"→", "a value goes into the next function with `|>`"},
    {"←", "a name is defined by `=`"},
    {"≔", "a name is defined by `=`"},
    {"‖", "a norm is `norm(x)`"},
    {"∙", kContract},
    {"•", kContract},
    {"–", kMinus},
    {"—", kMinus},
    {"‐", kMinus},
    {"‑", kMinus},
    {"²", kPowerOf},
    {"³", kPowerOf},
    {"″", "write `′` twice"},
    {"₋", kSubscript},
    {"₊", kSubscript},
};

template <size_t count>
std::string advice(const Advice (&table)[count], std::string_view sign) {
  for (const Advice& row : table) {
    if (row.sign == sign) return std::string(row.help);
  }
  return "";
}

int32_t code_point(std::string_view text) {
  utf8proc_int32_t point = 0;
  utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &point);
  return point;
}

// `§` (U+00A7), or the number alone where there is nothing to see.
std::string described(std::string_view text) {
  int32_t point = code_point(text);
  if (point > ' ' && point < 0x7F) return fmt::format("`{}`", text);
  bool visible = point >= 0xA0 && utf8proc_charwidth(point) > 0;
  return visible ? fmt::format("`{}` (U+{:04X})", text, point)
                 : fmt::format("the invisible character U+{:04X}", point);
}

std::string character_help(std::string_view text) {
  int32_t point = code_point(text);
  bool full_width = point >= 0xFF01 && point <= 0xFF5E;
  if (full_width) return fmt::format("write `{}`", static_cast<char>(point - 0xFEE0));
  bool subscript_digit = point >= 0x2080 && point <= 0x2089;
  return advice(kCharacters, subscript_digit ? "₊" : text);
}

bool is_quote(std::string_view text) {
  constexpr std::string_view kQuotes[] = {"'", "`", "“", "”", "„", "‘", "’", "«", "»"};
  for (std::string_view quote : kQuotes) {
    if (text == quote) return true;
  }
  return false;
}

}  // namespace

Explanation explain_foreign_operator(const Site& site) {
  if (site.kind() != Kind::foreign_operator) return {};
  return slip(site, Code::foreign_operator, site.at,
              fmt::format("`{}` is no operator of the language", site.here().text),
              advice(kOperators, site.here().text));
}

Explanation explain_text(const Site& site) {
  bool prime = site.here().text == "'" && site.here().glued && site.before().kind == Kind::name;
  if (prime) {
    return slip(site, Code::unknown_character, site.at,
                fmt::format("`'` is no part of a name: `{}'`", site.before().text),
                fmt::format("the prime of a name is ′ (U+2032): `{}′`", site.before().text));
  }
  if (site.kind() == Kind::string) {
    return slip(site, Code::misplaced_text, site.at, "a text in quotes stands only after `import`",
                "names, functions and optimisers are written without quotes");
  }
  if (site.kind() != Kind::unknown || !is_quote(site.here().text)) return {};
  return slip(site, Code::misplaced_text, site.at, "a text stands in double quotes, and only after `import`",
              "write `import \"cells.rnn\"`; names are written without quotes");
}

Explanation explain_character(const Site& site) {
  if (site.kind() != Kind::unknown) return {};
  return slip(site, Code::unknown_character, site.at,
              fmt::format("{} is no sign of the language", described(site.here().text)),
              character_help(site.here().text));
}

Explanation explain_braces(const Site& site) {
  if (site.kind() != Kind::left_brace) return {};
  if (site.here().glued && site.before().text.ends_with('_')) {
    std::string_view base = site.before().text;
    base.remove_suffix(1);
    return slip(site, Code::time_in_name, site.at - 1, site.at, "a subscript in braces is no part of a name",
                fmt::format("the value one step before is `{}[t-1]`", base));
  }
  if (!site.expects_expression()) return {};
  return slip(site, Code::unexpected_token, site.at, "`{` begins a body, not an expression",
              "group with `( )`; join values with `[a, b]`");
}

}  // namespace rnnc::parse
