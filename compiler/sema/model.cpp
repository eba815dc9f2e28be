// What only a model has: losses, what predicts a target, what may see it.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/print.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

std::string callee_name(const ast::Expr& callee) {
  const ast::Expr* at = &callee;
  if (const auto* bracket = std::get_if<ast::Bracket>(&at->node)) at = bracket->object.get();
  const auto* name = std::get_if<ast::NameRef>(&at->node);
  return name != nullptr ? name->text : "";
}

// `mse(y, p)` of a target y, the right way round; empty where no loss is that.
std::string turned_loss(const ast::Body& ast, const Body& body) {
  for (const ast::Statement& statement : ast.statements) {
    const auto* loss = std::get_if<ast::Loss>(&statement.node);
    const auto* call = loss != nullptr ? std::get_if<ast::Call>(&loss->value->node) : nullptr;
    if (call == nullptr || call->arguments.size() != 2) continue;
    const std::string first = ast::print(*call->arguments[0].value);
    const bool target = std::ranges::any_of(
        body.inputs, [&](const InputDecl& input) { return input.target && input.name == first; });
    if (!target) continue;
    return fmt::format("{}({}, {})", ast::print(*call->callee), ast::print(*call->arguments[1].value), first);
  }
  return {};
}

}  // namespace

void Scope::losses() {
  for (const ast::Statement& statement : ast_->statements) {
    const auto* loss = std::get_if<ast::Loss>(&statement.node);
    if (loss == nullptr) continue;
    Line line;
    line.loss = true;
    Val value = evaluate(*loss->value, line, std::nullopt);
    predictions(*loss->value);
    if (value.bad()) continue;
    if (!is_vector(value, loss->value->span)) {
      out_->failed = true;
      continue;
    }
    out().body->losses.push_back({value.node, statement.span});
  }
}

// In a loss, f(prediction, target) says what predicts the target.
void Scope::predictions(const ast::Expr& expr) {
  auto note = [&](const std::string& function, const ast::Expr* prediction, const ast::Expr* target) {
    const auto* name = std::get_if<ast::NameRef>(&target->node);
    if (name == nullptr) return;
    for (const InputDecl& input : out().body->inputs) {
      if (!input.target || input.name != name->text) continue;
      auto draw = function == "cross_entropy"          ? Feedback::Draw::token
                  : function == "binary_cross_entropy" ? Feedback::Draw::bit
                                                       : Feedback::Draw::value;
      predictions_[name->text].push_back({prediction, draw});
    }
  };
  std::visit(
      [&](const auto& e) {
        using T = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<T, ast::Call>) {
          if (e.arguments.size() >= 2 && !e.arguments[0].name && !e.arguments[1].name) {
            note(callee_name(*e.callee), e.arguments[0].value.get(), e.arguments[1].value.get());
          }
          for (const ast::Argument& argument : e.arguments) predictions(*argument.value);
        } else if constexpr (std::is_same_v<T, ast::Pipe>) {
          if (const auto* call = std::get_if<ast::Call>(&e.stage->node);
              call != nullptr && !call->arguments.empty() && !call->arguments[0].name) {
            note(callee_name(*call->callee), e.value.get(), call->arguments[0].value.get());
          }
          predictions(*e.value);
        } else if constexpr (std::is_same_v<T, ast::Negate> || std::is_same_v<T, ast::Root>) {
          predictions(*e.operand);
        } else if constexpr (std::is_same_v<T, ast::Binary>) {
          predictions(*e.left);
          predictions(*e.right);
        } else if constexpr (std::is_same_v<T, ast::Parens>) {
          predictions(*e.inner);
        } else if constexpr (std::is_same_v<T, ast::Bracket>) {
          predictions(*e.object);
        } else if constexpr (std::is_same_v<T, ast::Concat>) {
          for (const ast::ExprPtr& part : e.parts) predictions(*part);
        }
      },
      expr.node);
}

void Scope::finish_model() {
  if (out_->failed) return;
  std::vector<std::string> predicting;
  std::map<std::string, std::vector<std::string>> by_target;
  const ast::Expr* unnamed = nullptr;
  std::string unnamed_target;
  for (const auto& [target, list] : predictions_) {
    for (const Prediction& prediction : list) {
      const auto* name = std::get_if<ast::NameRef>(&prediction.expr->node);
      if (name == nullptr || !out_->values.contains(name->text)) {
        unnamed = prediction.expr, unnamed_target = target;
        by_target[target].push_back("");
        continue;
      }
      auto& names = by_target[target];
      if (std::find(names.begin(), names.end(), name->text) == names.end()) names.push_back(name->text);
      if (std::find(predicting.begin(), predicting.end(), name->text) == predicting.end())
        predicting.push_back(name->text);
    }
  }
  if (out().body->outputs.empty()) {
    if (unnamed != nullptr) {
      error(Code::unnamed_prediction, unnamed->span,
            fmt::format("the prediction of `{}` has no name: put it on a line", unnamed_target), {},
            "its name is that of the model's output: `logits = ...`");
      out_->failed = true;
      return;
    }
    if (predicting.empty()) {
      const std::string turned = turned_loss(*ast_, *out().body);
      error(Code::model_needs_output, ast_->name.span,
            fmt::format("the model `{}` needs an output, or a loss f(prediction, target)", ast_->name.text),
            {},
            turned.empty() ? "`output p = softmax(logits)`, or `loss cross_entropy(logits, y)`"
                           : fmt::format("the prediction comes before its target: `loss {}`", turned));
      out_->failed = true;
      return;
    }
    for (const NamedNode& named : out().body->named) {
      if (std::find(predicting.begin(), predicting.end(), named.name) != predicting.end())
        out().body->outputs.push_back(named);
    }
    for (const std::string& name :
         predicting) {  // an input that predicts (an autoencoder the other way round) leaves too
      auto has = std::any_of(out().body->outputs.begin(), out().body->outputs.end(),
                             [&](const NamedNode& n) { return n.name == name; });
      const Val& value = out_->values.at(name);
      if (!has && value.node.valid())
        out().body->outputs.push_back({name, value.node, false, claimed_.at(name)});
    }
  }
  std::vector<std::string> leaving = predicting;
  for (const NamedNode& output : out().body->outputs) leaving.push_back(output.name);
  check_causality(leaving);
  if (out_->failed) return;

  std::map<std::string, Span> fed_back;
  for (const std::string& name : leaving) {
    for (const auto& [target, how] : out_->values.at(name).sees)
      fed_back.emplace(target, claimed_.at(target));
  }
  for (uint32_t i = 0; i < out().body->inputs.size(); ++i) {
    const InputDecl& input = out().body->inputs[i];
    if (!input.target) continue;
    const auto& names = by_target[input.name];
    const bool delayed = fed_back.contains(input.name);
    if (names.size() == 1 && !names[0].empty()) {
      out().body->feedback.push_back(
          {i, names[0], out_->values.at(names[0]).node, predictions_[input.name].front().draw, delayed});
    } else if (delayed) {
      world_.report({Code::not_sampleable,
                     fmt::format("`{}` is fed back, but no single loss f(prediction, {}) says what predicts "
                                 "it: it trains, it cannot be sampled",
                                 input.name, input.name),
                     {input.span, ""},
                     {},
                     {},
                     fmt::format("write the loss as a function of the prediction and `{}`", input.name)});
    }
  }
}

// Predictions and outputs see a target only delayed, and never through the future.
void Scope::check_causality(const std::vector<std::string>& names) {
  std::set<std::string> told;
  for (const std::string& name : names) {
    for (const auto& [target, how] : out_->values.at(name).sees) {
      if (how != Sees::present || !told.insert(target).second) continue;
      error(
          Code::target_seen, claimed_.at(name),
          fmt::format("the prediction sees `{0}` itself: a target enters an equation delayed, `{0}[t-1]`, "
                      "and never through the future",
                      target),
          fmt::format("`{}` sees it", name),
          fmt::format("write `{}[t-1]`: what is to be predicted is not there when the model is used", target),
          {{claimed_.at(target), "the target"}});
      out_->failed = true;
    }
  }
}

void Scope::check_truncation() {
  Span truncation;
  for (const TrainSetting& setting : out().body->train) {
    if (setting.key == "tbptt") truncation = setting.span;
  }
  if (!truncation.valid()) return;
  for (Span use : whole_uses_) {
    error(Code::truncated_whole, use,
          "with truncation (`tbptt`) no window sees the whole sequence, as this must", {},
          "take `tbptt` out, or this into a loss, where it runs over the window",
          {{truncation, "truncated here"}});
    out_->failed = true;
  }
}

}  // namespace rnnc::sema
