#include "compiler/parse/build.h"

#include <RnnParser.h>
#include <antlr4-runtime.h>

#include "compiler/parse/build_expression.h"
#include "compiler/parse/names.h"
#include "compiler/support/check.h"

namespace rnnc::parse {

namespace {

using antlr4::tree::TerminalNode;
using grammar::RnnParser;

class FileBuilder {
 public:
  explicit FileBuilder(const Tokens& tokens) : tokens_(tokens) {}

  ast::Declaration declaration(RnnParser::DeclarationContext& context) {
    support::Span span = span_of(tokens_, context);
    if (auto* c = dynamic_cast<RnnParser::ImportFileContext*>(&context)) return {span, "", import_file(*c)};
    if (auto* c = dynamic_cast<RnnParser::FunctionContext*>(&context)) return {span, "", function(*c)};
    if (auto* c = dynamic_cast<RnnParser::DefinitionContext*>(&context)) return {span, "", definition(*c)};
    RNNC_UNREACHABLE("an alternative of `declaration` in Rnn.g4 that the builder does not know");
  }

 private:
  ast::Import import_file(RnnParser::ImportFileContext& context) {
    std::string_view quoted = token_of(tokens_, *context.STRING()).text;
    return {std::string(quoted.substr(1, quoted.size() - 2))};
  }

  ast::Function function(RnnParser::FunctionContext& context) {
    ast::Function result{
        name(*context.NAME()), settings(context.settings()), {}, expression(*context.expr())};
    if (context.names() != nullptr) result.parameters = names(*context.names());
    return result;
  }

  ast::Body definition(RnnParser::DefinitionContext& context) {
    RnnParser::HeaderContext& header = *context.header();
    ast::Body result{context.CELL() != nullptr ? ast::BodyKind::cell : ast::BodyKind::model,
                     name(*header.NAME()),
                     settings(header.settings()),
                     {}};
    for (RnnParser::StatementContext* line : context.body()->statement())
      result.statements.push_back(statement(*line));
    return result;
  }

  std::vector<ast::Setting> settings(RnnParser::SettingsContext* context) {
    std::vector<ast::Setting> result;
    if (context == nullptr) return result;
    for (RnnParser::SettingContext* setting : context->setting()) {
      result.push_back({name(*setting->NAME()), optional_expression(setting->expr())});
    }
    return result;
  }

  ast::Statement statement(RnnParser::StatementContext& context) {
    support::Span span = span_of(tokens_, context);
    if (auto* c = dynamic_cast<RnnParser::EquationContext*>(&context)) {
      return {span, ast::Equation{c->GATE() != nullptr, names(*c->names()), optional_shape(c->shape()),
                                  expression(*c->expr())}};
    }
    if (auto* c = dynamic_cast<RnnParser::InputContext*>(&context)) {
      std::optional<ast::Type> written;
      if (c->type() != nullptr) written = type(*c->type());
      return {span, ast::Input{names(*c->names()), std::move(written)}};
    }
    if (auto* c = dynamic_cast<RnnParser::TargetContext*>(&context)) {
      return {span, ast::Target{names(*c->names()), type(*c->type())}};
    }
    if (auto* c = dynamic_cast<RnnParser::StateContext*>(&context)) {
      return {span, ast::State{names(*c->names()), shape(*c->shape()), optional_expression(c->expr())}};
    }
    if (auto* c = dynamic_cast<RnnParser::ParamContext*>(&context)) {
      return {span, ast::Param{paths(c->paths()->path()), optional_shape(c->shape()),
                               optional_expression(c->expr())}};
    }
    if (auto* c = dynamic_cast<RnnParser::OutputContext*>(&context)) {
      return {span,
              ast::Output{names(*c->names()), optional_shape(c->shape()), optional_expression(c->expr())}};
    }
    if (auto* c = dynamic_cast<RnnParser::LossContext*>(&context))
      return {span, ast::Loss{expression(*c->expr())}};
    if (auto* c = dynamic_cast<RnnParser::TrainContext*>(&context)) return {span, train(*c->trainBlock())};
    if (auto* c = dynamic_cast<RnnParser::StoredContext*>(&context)) return {span, stored(*c->storedBlock())};
    RNNC_UNREACHABLE("an alternative of `statement` in Rnn.g4 that the builder does not know");
  }

  ast::Train train(RnnParser::TrainBlockContext& context) {
    ast::Train result;
    for (RnnParser::TrainSettingContext* setting : context.trainSetting()) {
      result.settings.push_back({name(*setting->NAME()), expression(*setting->expr())});
    }
    return result;
  }

  ast::Stored stored(RnnParser::StoredBlockContext& context) {
    ast::Stored result;
    for (RnnParser::StoredTensorContext* tensor : context.storedTensor()) {
      result.tensors.push_back({paths(tensor->path()), expression(*tensor->expr())});
    }
    return result;
  }

  ast::Type type(RnnParser::TypeContext& context) {
    ast::Type result;
    result.sequence = context.SEQ() != nullptr;
    result.shape = optional_shape(context.shape());
    result.token = optional_expression(context.expr());
    result.span = span_of(tokens_, context);
    return result;
  }

  ast::Shape shape(RnnParser::ShapeContext& context) {
    ast::Shape result;
    for (RnnParser::ExprContext* size : context.expr()) result.sizes.push_back(expression(*size));
    result.span = span_of(tokens_, context);
    return result;
  }

  std::optional<ast::Shape> optional_shape(RnnParser::ShapeContext* context) {
    if (context == nullptr) return {};
    return shape(*context);
  }

  ast::ExprPtr expression(RnnParser::ExprContext& context) { return build_expression(tokens_, context); }
  ast::ExprPtr optional_expression(RnnParser::ExprContext* context) {
    return context == nullptr ? nullptr : expression(*context);
  }

  ast::Name name(TerminalNode& terminal) { return build_name(tokens_, terminal); }

  std::vector<ast::Name> names(RnnParser::NamesContext& context) {
    std::vector<ast::Name> result;
    for (TerminalNode* terminal : context.NAME()) result.push_back(name(*terminal));
    return result;
  }

  std::vector<ast::Path> paths(const std::vector<RnnParser::PathContext*>& contexts) {
    std::vector<ast::Path> result;
    for (RnnParser::PathContext* context : contexts) result.push_back(path(*context));
    return result;
  }

  // Split at the points of the text: in f.0.1 the lexer takes `0.1` for one number.
  ast::Path path(RnnParser::PathContext& context) {
    ast::Path result;
    result.span = span_of(tokens_, context);
    for (antlr4::tree::ParseTree* child : context.children) {
      const Token& token = token_of(tokens_, *dynamic_cast<TerminalNode*>(child));
      if (token.kind == Kind::dot) continue;
      std::string part = normalised(token.text);
      size_t point = token.kind == Kind::number ? part.find('.') : std::string::npos;
      result.parts.push_back(part.substr(0, point));
      if (point != std::string::npos) result.parts.push_back(part.substr(point + 1));
    }
    return result;
  }

  const Tokens& tokens_;
};

}  // namespace

std::vector<ast::Declaration> build(const Tokens& tokens, antlr4::ParserRuleContext& file) {
  auto* context = dynamic_cast<RnnParser::FileContext*>(&file);
  RNNC_CHECK(context != nullptr, "declarations are built from the rule `file`");
  FileBuilder builder(tokens);
  std::vector<ast::Declaration> result;
  for (RnnParser::DeclarationContext* declaration : context->declaration()) {
    result.push_back(builder.declaration(*declaration));
  }
  return result;
}

}  // namespace rnnc::parse
