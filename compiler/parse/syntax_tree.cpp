#include "compiler/parse/syntax_tree.h"

#include <RnnParser.h>
#include <antlr4-runtime.h>

#include "compiler/parse/recovery.h"

namespace rnnc::parse {

namespace {

using antlr4::atn::PredictionMode;
using grammar::RnnParser;

// ANTLR needs the kinds alone; text and place are read from `tokens` through the index.
std::vector<std::unique_ptr<antlr4::Token>> kinds_of(const Tokens& tokens) {
  std::vector<std::unique_ptr<antlr4::Token>> result;
  result.reserve(tokens.size());
  for (const Token& token : tokens) {
    bool end = token.kind == Kind::end_of_file;
    result.push_back(
        std::make_unique<antlr4::CommonToken>(end ? antlr4::Token::EOF : static_cast<size_t>(token.kind)));
  }
  return result;
}

}  // namespace

struct SyntaxTree::Machine {
  explicit Machine(const Tokens& tokens) : source(kinds_of(tokens)), stream(&source), parser(&stream) {
    parser.removeErrorListeners();
  }

  RnnParser::FileContext* read(PredictionMode mode, std::shared_ptr<antlr4::ANTLRErrorStrategy> on_error) {
    parser.reset();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    parser.setErrorHandler(on_error);
    return parser.file();
  }

  antlr4::ListTokenSource source;
  antlr4::CommonTokenStream stream;
  RnnParser parser;
};

SyntaxTree::SyntaxTree(const Tokens& tokens) : tokens_(tokens), machine_(std::make_unique<Machine>(tokens)) {}

SyntaxTree::~SyntaxTree() = default;

antlr4::ParserRuleContext* SyntaxTree::read(diagnostics::Sink& sink) {
  // SLL takes no heed of the rules around a choice, so it is fast; where it finds a tree, LL finds the same
  // one. Where it finds none, LL has the last word, and says what is wrong.
  try {
    return machine_->read(PredictionMode::SLL, std::make_shared<antlr4::BailErrorStrategy>());
  } catch (const antlr4::ParseCancellationException&) {
  }
  size_t errors_before = sink.error_count();
  try {
    auto* file = machine_->read(PredictionMode::LL, make_recovery(tokens_, sink));
    return sink.error_count() == errors_before ? file : nullptr;
  } catch (const antlr4::ParseCancellationException&) {
    return nullptr;  // too many errors
  }
}

}  // namespace rnnc::parse
