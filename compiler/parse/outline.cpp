#include "compiler/parse/outline.h"

#include "compiler/parse/parse.h"

namespace rnnc::parse {

namespace {

bool fits(Kind opening, Kind closing) {
  return static_cast<int>(closing) == static_cast<int>(opening) + 1;  // token.def lists them in pairs
}

// `cell LSTM`, but not `cell: [H]` or `model = x`, where a keyword is meant as a name.
bool reads_like_declaration(const Tokens& tokens, size_t at) {
  if (!is_declaration_keyword(tokens[at].kind)) return false;
  Kind next = tokens[at + 1].kind;
  return next == Kind::name || next == Kind::string || next == Kind::number || next == Kind::left_brace ||
         is_keyword(next);
}

// `h =`, `i, f:`, `let x`, and the signs that people write for `=`.
bool reads_like_equation(const Tokens& tokens, size_t at) {
  if (tokens[at].kind != Kind::name) return false;
  if (tokens[at + 1].kind == Kind::name && tokens[at + 1].line == tokens[at].line) return true;
  while (tokens[at + 1].kind == Kind::comma && tokens[at + 2].kind == Kind::name) at += 2;
  const Token& sign = tokens[at + 1];
  return sign.kind == Kind::assign || sign.kind == Kind::colon || sign.kind == Kind::equal ||
         sign.text == ":=";
}

class Outliner {
 public:
  explicit Outliner(const Tokens& tokens) : tokens_(tokens) {
    outline_.partner.assign(tokens.size(), kNoToken);
    outline_.starts.assign(tokens.size(), Start::none);
  }

  Outline run() {
    for (size_t at = 0; at + 1 < tokens_.size(); ++at) {
      Start start = start_of(at);
      outline_.starts[at] = start;
      if (start == Start::declaration) {
        open_.clear();
        declaration_indent_ = tokens_[at].indent;
      } else if (start == Start::statement && is_statement_keyword(tokens_[at].kind)) {
        leave_statement();
      }
      if (is_opening(tokens_[at].kind)) open_.push_back(at);
      if (is_closing(tokens_[at].kind)) close(at);
    }
    return std::move(outline_);
  }

 private:
  // A declaration that is indented more than the one whose body is open is meant to stand inside it.
  Start start_of(size_t at) const {
    const Token& token = tokens_[at];
    bool after_body = at > 0 && tokens_[at - 1].kind == Kind::right_brace && open_.empty();
    if (reads_like_declaration(tokens_, at)) {
      bool outside = open_.empty() || token.indent <= declaration_indent_;
      if (after_body || (token.first_on_line && outside)) return Start::declaration;
    }
    if (!token.first_on_line) return Start::none;
    bool statement = is_statement_keyword(token.kind) || reads_like_equation(tokens_, at);
    return statement ? Start::statement : Start::none;
  }

  void leave_statement() {
    while (!open_.empty() && tokens_[open_.back()].kind != Kind::left_brace) open_.pop_back();
    if (!open_.empty() && opens_block(open_.back())) open_.pop_back();
  }

  bool opens_block(size_t at) const {
    return at > 0 && (tokens_[at - 1].kind == Kind::train || tokens_[at - 1].kind == Kind::stored);
  }

  // Looks no further down than text_limits.h lets brackets nest, since `(](](]...` leaves ever more of them
  // open.
  void close(size_t at) {
    Kind kind = tokens_[at].kind;
    size_t bottom = open_.size() > kMaxNesting ? open_.size() - kMaxNesting : 0;
    for (size_t depth = open_.size(); depth-- > bottom;) {
      size_t opening = open_[depth];
      if (fits(tokens_[opening].kind, kind)) {
        outline_.partner[opening] = at;
        outline_.partner[at] = opening;
        open_.resize(depth);
        return;
      }
      if (tokens_[opening].kind == Kind::left_brace) return;
    }
  }

  const Tokens& tokens_;
  Outline outline_;
  std::vector<size_t> open_;
  uint32_t declaration_indent_ = 0;
};

}  // namespace

Outline outline(const Tokens& tokens) { return Outliner(tokens).run(); }

}  // namespace rnnc::parse
