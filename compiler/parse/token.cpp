#include "compiler/parse/token.h"

namespace rnnc::parse {

std::string_view quoted(Kind kind) {
  static constexpr std::string_view kQuoted[] = {
      "the end of the file",
#define RNNC_TOKEN(kind, grammar_name, quoted) quoted,
#include "compiler/parse/token.def"
#undef RNNC_TOKEN
  };
  return kQuoted[static_cast<size_t>(kind)];
}

bool is_keyword(Kind kind) { return kind >= Kind::import_file && kind <= Kind::time; }

bool is_declaration_keyword(Kind kind) { return kind >= Kind::import_file && kind <= Kind::model; }

bool is_statement_keyword(Kind kind) { return kind >= Kind::input && kind <= Kind::stored; }

bool is_opening(Kind kind) {
  return kind == Kind::left_paren || kind == Kind::left_bracket || kind == Kind::left_brace;
}

bool is_closing(Kind kind) {
  return kind == Kind::right_paren || kind == Kind::right_bracket || kind == Kind::right_brace;
}

bool is_infix(Kind kind) {
  return kind == Kind::pipe || (kind >= Kind::power && kind <= Kind::not_equal) || kind == Kind::dot;
}

bool ends_operand(Kind kind) {
  constexpr KindSet kEnds = {Kind::name, Kind::number, Kind::time, Kind::right_paren, Kind::right_bracket};
  return kEnds.contains(kind);
}

bool begins_operand(Kind kind) {
  constexpr KindSet kBegins = {Kind::name,  Kind::number,     Kind::time,         Kind::root,
                               Kind::minus, Kind::left_paren, Kind::left_bracket, Kind::string};
  return kBegins.contains(kind);
}

}  // namespace rnnc::parse
