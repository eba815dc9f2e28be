// The three properties of grammar/README.md, asked of the generated parser itself.
#include <RnnLexer.h>
#include <RnnParser.h>
#include <antlr4-runtime.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/library/library.h"

namespace rnnc::grammar {
namespace {

using antlr4::atn::PredictionMode;

struct Counts : antlr4::BaseErrorListener {
  size_t errors = 0, ambiguities = 0, full_context = 0;

  void syntaxError(antlr4::Recognizer*, antlr4::Token*, size_t, size_t, const std::string&,
                   std::exception_ptr) override {
    ++errors;
  }
  void reportAmbiguity(antlr4::Parser*, const antlr4::dfa::DFA&, size_t, size_t, bool,
                       const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    ++ambiguities;
  }
  void reportAttemptingFullContext(antlr4::Parser*, const antlr4::dfa::DFA&, size_t, size_t,
                                   const antlrcpp::BitSet&, antlr4::atn::ATNConfigSet*) override {
    ++full_context;
  }
};

struct Tree {
  std::string text;
  Counts counts;
};

Tree read(const std::string& source, PredictionMode mode) {
  antlr4::ANTLRInputStream input(source);
  RnnLexer lexer(&input);
  antlr4::CommonTokenStream tokens(&lexer, antlr4::Token::DEFAULT_CHANNEL);
  RnnParser parser(&tokens);
  Tree tree;
  parser.removeErrorListeners();
  parser.addErrorListener(&tree.counts);
  parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
  tree.text = parser.file()->toStringTree(&parser);
  return tree;
}

// Comments go the way that compiler/parse sends them, which is not to the parser.
std::string without_comments(std::istream& in) {
  std::string result;
  for (std::string line; std::getline(in, line);) result += line.substr(0, line.find('#')) + "\n";
  return result;
}

std::vector<std::string> programs() {
  std::vector<std::string> result;
  std::istringstream library{std::string(library::text())};
  result.push_back(without_comments(library));
  for (const auto& entry : std::filesystem::directory_iterator(RNNC_SOURCE_DIR "/tests/programs")) {
    std::ifstream file(entry.path());
    if (entry.path().extension() == ".rnn") result.push_back(without_comments(file));
  }
  return result;
}

TEST(Grammar, HasNoAmbiguityInAnyProgram) {
  for (const std::string& program : programs()) {
    Counts counts = read(program, PredictionMode::LL_EXACT_AMBIG_DETECTION).counts;
    EXPECT_EQ(counts.errors, 0u) << program;
    EXPECT_EQ(counts.ambiguities, 0u) << program;
    EXPECT_EQ(counts.full_context, 0u) << program;
  }
}

TEST(Grammar, DecidesByTwoTokens) {
  for (const std::string& program : programs()) {
    antlr4::ANTLRInputStream input(program);
    RnnLexer lexer(&input);
    antlr4::CommonTokenStream tokens(&lexer);
    RnnParser parser(&tokens);
    parser.setProfile(true);
    parser.file();
    for (const antlr4::atn::DecisionInfo& decision : parser.getParseInfo().getDecisionInfo()) {
      EXPECT_LE(decision.SLL_MaxLook, 2) << "decision " << decision.decision;
      EXPECT_EQ(decision.LL_MaxLook, 0) << "decision " << decision.decision;
    }
  }
}

TEST(Grammar, HasTheSameTreeUnderBothPredictions) {
  for (const std::string& program : programs()) {
    EXPECT_EQ(read(program, PredictionMode::SLL).text, read(program, PredictionMode::LL).text);
  }
}

TEST(Grammar, NeedsNoSeparatorBetweenStatements) {
  for (std::string program : programs()) {
    std::string tree = read(program, PredictionMode::LL).text;
    std::replace(program.begin(), program.end(), '\n', ' ');
    EXPECT_EQ(read(program, PredictionMode::LL).text, tree);
  }
}

}  // namespace
}  // namespace rnnc::grammar
