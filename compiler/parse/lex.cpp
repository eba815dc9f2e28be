#include "compiler/parse/lex.h"

#include <RnnLexer.h>
#include <antlr4-runtime.h>

#include <string>

namespace rnnc::parse {

namespace {

using grammar::RnnLexer;

#define RNNC_TOKEN(kind, grammar_name, quoted)                             \
  static_assert(static_cast<size_t>(Kind::kind) == RnnLexer::grammar_name, \
                "token.def is out of step with Rnn.g4");
#include "compiler/parse/token.def"
#undef RNNC_TOKEN

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// ANTLR counts code points, everybody else bytes. Element i is where code point i begins, the last one where
// the text ends. ANTLR's input stream drops a byte order mark, so it is no code point here.
std::vector<uint32_t> code_point_starts(std::string_view text) {
  std::vector<uint32_t> starts;
  starts.reserve(text.size() + 1);
  for (size_t byte = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; byte < text.size();
       ++byte) {
    bool continues = (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80;
    if (!continues) starts.push_back(static_cast<uint32_t>(byte));
  }
  starts.push_back(static_cast<uint32_t>(text.size()));
  return starts;
}

class Collector {
 public:
  Collector(const support::SourceFile& source, support::FileId file)
      : source_(source), file_(file), starts_(code_point_starts(source.text())) {}

  void add(const antlr4::Token& token) {
    Kind kind = static_cast<Kind>(token.getType());
    auto line = static_cast<uint32_t>(token.getLine());
    support::Span span = {file_, starts_[token.getStartIndex()], starts_[token.getStopIndex() + 1]};
    bool first_on_line = line > last_line_;
    if (kind == Kind::comment) {
      lexed_.comments.push_back(
          {span, std::string(source_.text().substr(span.begin, span.end - span.begin)), first_on_line});
      return;
    }
    push(kind, span, line, first_on_line);
    if (kind != Kind::foreign_comment) last_line_ = line;
  }

  Lexed finish(uint32_t last_line) {
    auto size = static_cast<uint32_t>(source_.text().size());
    push(Kind::end_of_file, {file_, size, size}, last_line, last_line > last_line_);
    return std::move(lexed_);
  }

 private:
  void push(Kind kind, support::Span span, uint32_t line, bool first_on_line) {
    if (first_on_line) indent_ = span.begin - source_.line_start(line);
    bool glued = !lexed_.tokens.empty() && lexed_.tokens.back().span.end == span.begin;
    std::string_view text = source_.text().substr(span.begin, span.end - span.begin);
    lexed_.tokens.push_back({kind, text, span, line, indent_, first_on_line, glued});
  }

  const support::SourceFile& source_;
  support::FileId file_;
  std::vector<uint32_t> starts_;
  Lexed lexed_;
  uint32_t last_line_ = 0;  // of the last token that is no comment
  uint32_t indent_ = 0;
};

}  // namespace

Lexed lex(const support::SourceFile& source, support::FileId file) {
  antlr4::ANTLRInputStream input{std::string(source.text())};
  RnnLexer lexer(&input);
  lexer.removeErrorListeners();

  Collector collector(source, file);
  std::unique_ptr<antlr4::Token> token = lexer.nextToken();
  for (; token->getType() != antlr4::Token::EOF; token = lexer.nextToken()) collector.add(*token);
  return collector.finish(static_cast<uint32_t>(token->getLine()));
}

}  // namespace rnnc::parse
