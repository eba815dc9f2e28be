#include "compiler/parse/recovery.h"

#include <RnnParser.h>
#include <antlr4-runtime.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "compiler/parse/outline.h"
#include "compiler/parse/parse.h"
#include "compiler/parse/resumption.h"
#include "compiler/parse/slip.h"

namespace rnnc::parse {

namespace {

using antlr4::Parser;
using antlr4::ParserRuleContext;
using grammar::RnnParser;

// The rules at which reading can be taken up again; an error inside any other is an error of the rule around
// it.
std::optional<Part> part_of(const ParserRuleContext& context) {
  switch (context.getRuleIndex()) {
    case RnnParser::RuleFile:
      return Part::file;
    case RnnParser::RuleDeclaration:
      return Part::declaration;
    case RnnParser::RuleHeader:
      return Part::header;
    case RnnParser::RuleBody:
      return Part::body;
    case RnnParser::RuleStatement:
      return Part::statement;
    case RnnParser::RuleTrainBlock:
    case RnnParser::RuleStoredBlock:
      return Part::block;
    case RnnParser::RuleTrainSetting:
    case RnnParser::RuleStoredTensor:
      return Part::item;
    default:
      return {};
  }
}

// Holds any number of parts, one after the other, between its first and its last token.
bool is_sequence(Part part) { return part == Part::file || part == Part::body || part == Part::block; }

KindSet kinds_in(const antlr4::misc::IntervalSet& set) {
  KindSet result;
  for (const antlr4::misc::Interval& interval : set.getIntervals()) {
    if (interval.a == static_cast<ssize_t>(antlr4::Token::EOF)) result.insert(Kind::end_of_file);
    for (ssize_t kind = std::max<ssize_t>(interval.a, 1); kind <= interval.b; ++kind)
      result.insert(static_cast<Kind>(kind));
  }
  return result;
}

class Recovery final : public antlr4::ANTLRErrorStrategy {
 public:
  Recovery(const Tokens& tokens, diagnostics::Sink& sink)
      : tokens_(tokens), outline_(outline(tokens)), sink_(sink) {}

  void reset(Parser*) override {}
  void reportMatch(Parser*) override {}
  bool inErrorRecoveryMode(Parser*) override { return failing_; }

  // The rules around the failing one see the same error again on its way up.
  void reportError(Parser* parser, const antlr4::RecognitionException& error) override {
    if (failing_) return;
    failing_ = true;
    fail(site(parser, error.getOffendingToken()->getTokenIndex(), error.getExpectedTokens()));
  }

  void recover(Parser* parser, std::exception_ptr error) override {
    std::optional<Part> part = part_of(*parser->getContext());
    bool no_block = part == Part::block;  // an error that reaches a block is that it has no `{`
    if (!part || no_block) std::rethrow_exception(error);
    Site here = site(parser, parser->getCurrentToken()->getTokenIndex(), {});
    size_t resumption = resume(parser, find_resumption(here, blame_));
    header_failed_ = part == Part::header && tokens_[resumption].kind != Kind::left_brace;
    failing_ = false;
  }

  // Called before whatever may be there or not. Between the parts of a sequence, what begins no part is
  // passed over here, so that the sequence goes on.
  void sync(Parser* parser) override {
    remember_choice(parser);
    std::optional<Part> part = part_of(*parser->getContext());
    if (!part || !is_sequence(*part)) return;
    antlr4::misc::IntervalSet expected = parser->getExpectedTokens();
    if (expected.contains(parser->getCurrentToken()->getType())) return;
    Site here = site(parser, parser->getCurrentToken()->getTokenIndex(), expected);
    if (ends_sequence(here)) return;
    fail(here);
    resume(parser, find_resumption(here, blame_));
  }

  // Braces around a body or block are taken as written if they are missing, so that what stands between them
  // is read.
  antlr4::Token* recoverInline(Parser* parser) override {
    std::optional<Part> part = part_of(*parser->getContext());
    antlr4::misc::IntervalSet expected = parser->getExpectedTokens();
    bool opens = part == Part::body && expected.contains(static_cast<size_t>(RnnParser::LEFT_BRACE));
    bool closes =
        part && is_sequence(*part) && expected.contains(static_cast<size_t>(RnnParser::RIGHT_BRACE));
    if (!opens && !closes) throw antlr4::InputMismatchException(parser);

    Site here = site(parser, parser->getCurrentToken()->getTokenIndex(), expected);
    if (opens) {
      open_body(parser, here);
    } else if (here.brace != kNoToken) {
      fail(here);
    }
    return parser->getCurrentToken();
  }

 private:
  void open_body(Parser* parser, Site here) {
    if (!header_failed_) fail(here);
    header_failed_ = false;
    here.part = Part::header;
    here.start = here.at - 1;  // `at` itself may begin the first statement
    size_t resumption = resume(parser, find_resumption(here, here.start));
    if (tokens_[resumption].kind != Kind::left_brace) return;
    parser->getContext()->start = parser->getCurrentToken();
    parser->consume();
  }

  // The end of the file, or a line that can only stand outside of the body or block: its `}` is missing.
  bool ends_sequence(const Site& here) const {
    if (here.part == Part::file) return here.kind() == Kind::end_of_file;
    if (here.kind() == Kind::end_of_file || outline_.starts[here.at] == Start::declaration) return true;
    return here.part == Part::block && is_statement_keyword(here.kind());
  }

  Site site(Parser* parser, size_t at, const antlr4::misc::IntervalSet& expected) const {
    Site result{tokens_,    outline_, at,       Part::file, at,
                Part::file, at,       kNoToken, kNoToken,   expected_at(parser, at, expected)};
    bool found = false;
    for (auto* context = parser->getContext(); context != nullptr; context = parent(context)) {
      std::optional<Part> part = part_of(*context);
      if (!part) continue;
      if (!found) set_part(result, *part, *context);
      found = true;
      size_t start = start_of(*context);
      bool braces = part == Part::body || part == Part::block;
      if (braces && result.brace == kNoToken && tokens_[start].kind == Kind::left_brace) result.brace = start;
      if (part == Part::declaration) result.declaration = start;
    }
    return result;
  }

  static void set_part(Site& site, Part part, const ParserRuleContext& context) {
    site.part = site.last_part = part;
    if (!is_sequence(part)) {
      site.start = site.last_start = start_of(context);
      return;
    }
    if (context.children.empty()) return;
    auto* last = dynamic_cast<ParserRuleContext*>(context.children.back());
    if (last == nullptr) return;
    site.last_part = part_of(*last).value_or(part);
    site.last_start = start_of(*last);
  }

  void remember_choice(Parser* parser) {
    size_t at = parser->getCurrentToken()->getTokenIndex();
    if (!choices_.empty() && choices_.back().at != at) choices_.clear();
    choices_.push_back({at, parser->getState(), parser->getContext()});
  }

  // A rule that goes on past something optional forgets that it could have been there; `choices_` remembers.
  KindSet expected_at(Parser* parser, size_t at, antlr4::misc::IntervalSet expected) const {
    for (const Choice& choice : choices_) {
      if (choice.at == at) expected.addAll(parser->getATN().getExpectedTokens(choice.state, choice.context));
    }
    return kinds_in(expected);
  }

  static size_t start_of(const ParserRuleContext& context) { return context.start->getTokenIndex(); }

  static ParserRuleContext* parent(ParserRuleContext* context) {
    return dynamic_cast<ParserRuleContext*>(context->parent);
  }

  // A name that is a reserved word stands at each of its uses in the body, too.
  bool known_reserved_word(const Site& here, const Slip& slip) {
    return slip.diagnostic.code == diagnostics::Code::reserved_word &&
           !reserved_words_.emplace(here.declaration, slip.diagnostic.message).second;
  }

  // Reports the error unless nothing was read since the last one: two errors at one token are one slip.
  void fail(const Site& here) {
    Slip slip = explain(here);
    blame_ = slip.blame;
    if (here.at == last_failure_) return;
    last_failure_ = here.at;
    if (known_reserved_word(here, slip)) return;
    if (++reported_ == kMaxSyntaxErrors) {
      slip.diagnostic.notes.push_back("there may be more errors; reading stops here");
      sink_.report(std::move(slip.diagnostic));
      throw antlr4::ParseCancellationException();
    }
    sink_.report(std::move(slip.diagnostic));
  }

  // Never twice at one place, or reading would not come to an end.
  size_t resume(Parser* parser, size_t at) {
    size_t end = tokens_.size() - 1;
    if (last_resumption_ != kNoToken) at = std::min(end, std::max(at, last_resumption_ + 1));
    last_resumption_ = at;
    parser->getInputStream()->seek(at);
    return at;
  }

  // A place in the grammar where the parser chose, with `at` as the next token.
  struct Choice {
    size_t at;
    size_t state;
    ParserRuleContext* context;
  };

  const Tokens& tokens_;
  const Outline outline_;
  diagnostics::Sink& sink_;
  bool failing_ = false;         // an exception is on its way to a rule that can go on
  bool header_failed_ = false;   // and said so: whether its `{` is there is no second question
  std::vector<Choice> choices_;  // made at the last token that was looked at
  size_t blame_ = 0;
  size_t last_failure_ = kNoToken;
  std::set<std::pair<size_t, std::string>> reserved_words_;
  size_t last_resumption_ = kNoToken;
  size_t reported_ = 0;
};

}  // namespace

std::shared_ptr<antlr4::ANTLRErrorStrategy> make_recovery(const Tokens& tokens, diagnostics::Sink& sink) {
  return std::make_shared<Recovery>(tokens, sink);
}

}  // namespace rnnc::parse
