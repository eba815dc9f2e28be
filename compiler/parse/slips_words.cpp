// Words of other languages, reserved words, and declarations or statements in the wrong place.
#include <fmt/format.h>

#include <vector>

#include "compiler/parse/slip.h"
#include "compiler/support/nearest.h"

namespace rnnc::parse {

namespace {

using diagnostics::Code;

struct ForeignWord {
  std::string_view word, help;
};

constexpr std::string_view kNoLet = "a definition needs no word before it: `x = ...`";
constexpr std::string_view kNoLoop =
    "there are no loops: a cell is the equations of one step, and `stack[LSTM[H], 3]` repeats a layer";
constexpr std::string_view kNoBranch = "a choice is `where(condition, a, b)`";
constexpr std::string_view kTruth =
    "a comparison gives 0 or 1: `a * b`, `max(a, b)` and `1 - a` are and, or, not";
constexpr std::string_view kFunction = "a function is `fn name(x) = expression`, outside of cells and models";
constexpr std::string_view kCell = "the equations of one step are a `cell`, what is trained is a `model`";
constexpr std::string_view kParam = "a learned value is `param W: [H, X]`";
constexpr std::string_view kImport =
    "a file is brought in by `import \"cells.rnn\"`; the library is always there";

constexpr ForeignWord kForeignWords[] = {
    {"let", kNoLet},
    {"var", kNoLet},
    {"val", kNoLet},
    {"const", kNoLet},
    {"auto", kNoLet},
    {"float", kNoLet},
    {"double", kNoLet},
    {"int", kNoLet},
    {"for", kNoLoop},
    {"while", kNoLoop},
    {"loop", kNoLoop},
    {"if", kNoBranch},
    {"else", kNoBranch},
    {"elif", kNoBranch},
    {"def", kFunction},
    {"function", kFunction},
    {"func", kFunction},
    {"fun", kFunction},
    {"lambda", kFunction},
    {"class", kCell},
    {"layer", kCell},
    {"module", kCell},
    {"network", kCell},
    {"net", kCell},
    {"struct", kCell},
    {"weight", kParam},
    {"weights", kParam},
    {"parameter", kParam},
    {"parameters", kParam},
    {"from", kImport},
    {"include", kImport},
    {"use", kImport},
    {"using", kImport},
    {"require", kImport},
    {"hidden", "memory is declared by `state h: [H]`"},
    {"and", kTruth},
    {"or", kTruth},
    {"not", kTruth},
    {"return", "what leaves a cell or model is said by `output h`"},
};

std::string foreign_help(std::string_view word) {
  for (const ForeignWord& row : kForeignWords) {
    if (row.word == word) return std::string(row.help);
  }
  return "";
}

Explanation foreign_word(const Site& site, size_t word, const std::vector<std::string>& keywords,
                         bool suggest) {
  std::string text(site.tokens[word].text);
  std::string help = foreign_help(text);
  std::string near = help.empty() && suggest ? support::nearest(text, keywords) : "";
  if (!near.empty()) help = fmt::format("did you mean `{}`?", near);
  if (help.empty()) return {};
  return slip(site, Code::foreign_word, word, fmt::format("`{}` is no keyword", text), help);
}

bool name_follows(const Site& site) { return site.after(1).kind == Kind::name; }

// The end of the body that was closed last, if that was right before.
void point_at_closed_body(const Site& site, Slip& found) {
  if (site.before().kind != Kind::right_brace) return;
  found.diagnostic.related.push_back({site.before().span, "the body before it ends here"});
}

}  // namespace

Explanation explain_foreign_word(const Site& site) {
  if (site.part == Part::file && site.kind() == Kind::name && name_follows(site)) {
    return foreign_word(site, site.at, {"cell", "model", "fn", "import"}, true);
  }
  if (site.part != Part::statement || site.at != site.start + 1 || site.before().kind != Kind::name)
    return {};
  if (site.begins_amid_line() && !foreign_help(site.tokens[site.start - 1].text).empty()) {
    return foreign_word(site, site.start - 1, {}, false);
  }
  if (site.here().line != site.before().line || site.kind() == Kind::assign) return {};
  static const std::vector<std::string> kStatements = {"input",  "target", "state", "param", "gate",
                                                       "output", "loss",   "train", "stored"};
  bool suggest = (site.kind() == Kind::name || site.kind() == Kind::left_brace) && !site.begins_amid_line();
  return foreign_word(site, site.start, kStatements, suggest);
}

Explanation explain_misplaced_declaration(const Site& site) {
  if (site.part == Part::file || !is_declaration_keyword(site.kind())) return {};
  if (site.outline.starts[site.at] == Start::declaration) return {};
  if (!name_follows(site) && site.kind() != Kind::import_file) return {};
  return slip(site, Code::misplaced_declaration, site.at,
              fmt::format("{} stands inside a body", quoted(site.kind())),
              "move it out; if the body was to end before it, add `}`");
}

Explanation explain_misplaced_statement(const Site& site) {
  if (site.part != Part::file) return {};
  bool operand =
      begins_operand(site.kind()) && !site.here().first_on_line && ends_operand(site.before().kind);
  if (operand) return {};
  if (!is_statement_keyword(site.kind()) && site.outline.starts[site.at] != Start::statement) {
    return slip(site, Code::misplaced_statement, site.at,
                fmt::format("`{}` begins no declaration", site.here().text),
                "a file holds `cell`, `model`, `fn` and `import`");
  }
  Slip found =
      slip(site, Code::misplaced_statement, site.at, "a statement stands outside of any cell or model",
           "put it between the braces of a `cell` or `model`");
  point_at_closed_body(site, found);
  return found;
}

Explanation explain_reserved_word(const Site& site) {
  size_t word = site.at;
  if (is_keyword(site.kind())) {
    if (!site.expects(Kind::name) || site.outline.starts[site.at] != Start::none) return {};
    bool begins_statement = is_statement_keyword(site.kind()) && name_follows(site);
    bool operand_before = site.kind() == Kind::time && site.expects_operator();
    if (begins_statement || operand_before) return {};
  } else {
    bool keyword_first =
        site.part == Part::statement && site.at == site.start + 1 && is_statement_keyword(site.before().kind);
    constexpr KindSet kAfterName = {Kind::assign, Kind::comma, Kind::left_bracket};
    if (!keyword_first || !(kAfterName.contains(site.kind()) || is_infix(site.kind()))) return {};
    if (site.before().kind == Kind::loss || site.before().kind == Kind::output) return {};
    word = site.start;
  }
  std::string_view text = site.tokens[word].text;
  std::string help = text == "t" ? "`t` is the time; choose another name"
                                 : fmt::format("choose another name, such as `{}_`", text);
  return slip(site, Code::reserved_word, word, fmt::format("`{}` is a reserved word", text), help);
}

}  // namespace rnnc::parse
