// Making nodes: shapes that meet, clocks that meet, broadcasting by name.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/ast/print.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

// Where each axis of `small` is in `big`: every name exactly once. Otherwise why not.
struct Placement {
  std::vector<uint32_t> axes;
  std::string problem;  // empty: it fits
  Code code = Code::shape_mismatch;
};

Placement place(const Shape& small, const Shape& big) {
  Placement result;
  for (const Size& size : small) {
    auto count = std::count(big.begin(), big.end(), size);
    if (size.number()) {
      result.problem = "a number has no name to match by";
      return result;
    }
    if (count == 0) {
      result.problem = fmt::format("which has no dimension {}", size.text());
      return result;
    }
    if (count > 1) {
      result.problem = fmt::format("{} occurs twice; give the two their own names", size.text());
      result.code = Code::repeated_dimension;
      return result;
    }
    result.axes.push_back(static_cast<uint32_t>(std::find(big.begin(), big.end(), size) - big.begin()));
  }
  return result;
}

bool has_pack(const Shape& shape) {
  return std::any_of(shape.begin(), shape.end(), [](const Size& s) { return s.is_pack(); });
}

}  // namespace

std::string Scope::quote(const ast::Expr* expr) {
  if (expr == nullptr) return "this";
  const ast::Expr* inner = expr;
  while (const auto* bracket = std::get_if<ast::Bracket>(&inner->node)) inner = bracket->object.get();
  while (const auto* parens = std::get_if<ast::Parens>(&inner->node)) inner = parens->inner.get();
  if (const auto* name = std::get_if<ast::NameRef>(&inner->node)) return "`" + name->text + "`";
  if (std::holds_alternative<ast::Member>(inner->node)) return "`" + ast::print(*inner) + "`";
  return "this";
}

Val Scope::make(NodeData data, Type type, Span span, Dependencies sees) {
  Val result;
  result.node = NodeId{static_cast<uint32_t>(out().body->nodes.size())};
  result.sees = std::move(sees);
  out().body->nodes.push_back(Node{std::move(type), std::move(data), span});
  return result;
}

Val Scope::number(double value, Span span) { return make(node::Number{value}, {}, span); }

Clock Scope::root(Clock clock) const {
  while (root_->clock_parent_[clock] != clock) clock = root_->clock_parent_[clock];
  return clock;
}

void Scope::unify(Clock a, Clock b) {
  a = root(a), b = root(b);
  root_->clock_parent_[std::max(a, b)] = std::min(a, b);
}

bool Scope::is_vector(const Val& value, Span span) {
  if (value.bad()) return false;
  if (value.bundle) {
    error(Code::states_as_value, span, "`final` gives the states of a layer, which are no value", {},
          "hand them to a layer: `LSTM[H](x, init = final(y))`");
    return false;
  }
  if (!value.several.empty()) {
    std::string names;
    for (const std::string& name : value.several) names += (names.empty() ? "" : ", ") + name;
    error(Code::several_outputs, span,
          fmt::format("`{}` has several outputs ({}): take one with a dot", value.applied->name, names), {},
          fmt::format("name the call and write `.{}`", value.several.front()));
    return false;
  }
  if (type(value).token) {
    error(Code::token_as_vector, span, "this is a token, not a vector of numbers", {},
          "embed it, `embed[E](w)`, or take `onehot(w)`");
    return false;
  }
  return true;
}

bool Scope::meet(const std::vector<Val>& values, std::optional<Clock>& clock, Dependencies& sees, Span span) {
  for (const Val& value : values) {
    if (!is_vector(value, span)) return false;
    for (const auto& [target, how] : value.sees) {
      auto [entry, fresh] = sees.emplace(target, how);
      if (!fresh && how == Sees::present) entry->second = Sees::present;
    }
    if (const auto& own = type(value).clock) {
      if (clock) unify(*clock, *own);
      clock = root(*own);
    }
  }
  return true;
}

Val Scope::broadcast(const Val& value, const Shape& shape, std::vector<uint32_t> axes, Span span) {
  if (type(value).shape == shape) return value;
  Val result =
      make(node::Broadcast{value.node, std::move(axes)}, {shape, {}, type(value).clock}, span, value.sees);
  result.origin = value.origin;
  return result;
}

const ast::Expr* Scope::as_called(const ast::Expr* expr) const {
  const Scope* scope = this;
  while (expr != nullptr) {
    const auto* name = std::get_if<ast::NameRef>(&expr->node);
    const auto argument = name != nullptr ? scope->arguments_.find(name->text) : scope->arguments_.end();
    if (argument == scope->arguments_.end() || argument->second->expr == nullptr) break;
    expr = argument->second->expr;
    scope = argument->second->scope;
  }
  return expr;
}

void Scope::misfit(const Side& inner_wrong, const Side& inner_right, const std::string& repeated, Span span) {
  const Side wrong{inner_wrong.value, as_called(inner_wrong.expr)};
  const Side right{inner_right.value, as_called(inner_right.expr)};
  const Shape &have = type(wrong.value).shape, &want = type(right.value).shape;
  const Span place_of = wrong.expr != nullptr ? wrong.expr->span : span;
  std::vector<diagnostics::Label> related;
  if (right.value.origin.valid() && right.value.origin != place_of) {
    related.push_back({right.value.origin, fmt::format("{} is {} here", quote(right.expr), text(want))});
  } else if (right.expr != nullptr) {
    related.push_back({right.expr->span, text(want)});
  }
  if (wrong.value.origin.valid() && wrong.value.origin != place_of) {
    related.push_back({wrong.value.origin, fmt::format("{} is {} here", quote(wrong.expr), text(have))});
  }
  const std::string fits = fmt::format("{} does not fit {}: {} beside {}", quote(wrong.expr),
                                       quote(right.expr), text(have), text(want));
  if (!repeated.empty()) {
    error(Code::repeated_dimension, place_of, fmt::format("{}, where {}", fits, repeated), text(have),
          "two dimensions of one size may have two names: `cell C[N, D, K = D]`", std::move(related));
    return;
  }
  auto foreign = std::find_if(have.begin(), have.end(), [&](const Size& size) {
    return std::find(want.begin(), want.end(), size) == want.end();
  });
  std::string problem = "and shapes of one rank must be equal";
  std::string help = fmt::format("declare it with the shape {}", text(want));
  if (foreign != have.end()) {
    problem = fmt::format("which has no dimension {}", foreign->text());
    const std::string name = quote(wrong.expr);
    if (name != "this" && !foreign->number())
      help += fmt::format(", or take sum[{}]({})", foreign->text(), name.substr(1, name.size() - 2));
  }
  error(Code::shape_mismatch, place_of, fmt::format("{}, {}", fits, problem), text(have), std::move(help),
        std::move(related));
}

bool Scope::align(std::vector<Val>& values, const std::vector<const ast::Expr*>& exprs, Span span,
                  Shape& shape) {
  // The value of the highest rank, of these the first, gives the shape.
  size_t largest = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    if (type(values[i]).shape.size() > type(values[largest]).shape.size()) largest = i;
  }
  shape = type(values[largest]).shape;
  for (size_t i = 0; i < values.size(); ++i) {
    const Shape& small = type(values[i]).shape;
    if (small == shape) continue;
    const ast::Expr* expr = i < exprs.size() ? exprs[i] : nullptr;
    const ast::Expr* other = largest < exprs.size() ? exprs[largest] : nullptr;
    if (!small.empty() && (has_pack(small) || has_pack(shape))) {
      const ast::Expr* bare = has_pack(small) ? expr : other;
      error(Code::shapeless_input, bare != nullptr ? bare->span : span,
            fmt::format("{} is an input without a shape, and an input without a shape may have any shape",
                        quote(bare)),
            "its shape is not known here", "declare it: `input x: [X]`");
      return false;
    }
    Placement placement = place(small, shape);
    if (!placement.problem.empty() || small.size() == shape.size()) {
      const bool repeated = placement.code == Code::repeated_dimension;
      // A state is what its declaration says; then the other one is to blame.
      const bool state = std::holds_alternative<node::StatePast>(node(values[i]).data) && !repeated;
      misfit(state ? Side{values[largest], other} : Side{values[i], expr},
             state ? Side{values[i], expr} : Side{values[largest], other}, repeated ? placement.problem : "",
             span);
      return false;
    }
    values[i] = broadcast(values[i], shape, std::move(placement.axes), span);
  }
  return true;
}

Val Scope::element(ElementFn fn, std::vector<Val> values, const std::vector<const ast::Expr*>& exprs,
                   Span span) {
  std::optional<Clock> clock;
  Dependencies sees;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].bad()) return bad();
    if (!is_vector(values[i], i < exprs.size() && exprs[i] != nullptr ? exprs[i]->span : span)) return bad();
  }
  if (!meet(values, clock, sees, span)) return bad();
  Shape shape;
  if (!align(values, exprs, span, shape)) return bad();
  Span origin;
  for (const Val& value : values) {
    if (type(value).shape == shape && value.origin.valid()) origin = origin.valid() ? origin : value.origin;
  }
  std::vector<NodeId> operands;
  for (const Val& value : values) operands.push_back(value.node);
  Val result = make(node::Element{fn, std::move(operands)}, {shape, {}, clock}, span, std::move(sees));
  result.origin = values.size() == 1 ? origin : Span{};
  return result;
}

Val Scope::contract(const Val& left, const Val& right, Span span, const ast::Expr* left_expr,
                    const ast::Expr* right_expr) {
  std::optional<Clock> clock;
  Dependencies sees;
  if (left.bad() || right.bad()) return bad();
  if (!is_vector(left, left_expr->span) || !is_vector(right, right_expr->span)) return bad();
  if (!meet({left, right}, clock, sees, span)) return bad();
  const Shape& a = type(left).shape;
  const Shape& b = type(right).shape;
  for (const auto& [shape, expr] : {std::pair{&a, left_expr}, std::pair{&b, right_expr}}) {
    if (!has_pack(*shape)) continue;
    error(Code::shapeless_input, expr->span,
          fmt::format("{} has no shape that `@` could use: an input without a shape may have any shape",
                      quote(expr)),
          {}, "declare it: `input x: [X]`");
    return bad();
  }
  auto once = [](const Shape& shape, size_t from, const Size& size) {
    return std::count(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end(), size) == 1;
  };
  uint32_t batch = 0;
  while (batch + 1 < a.size() && batch + 1 < b.size() && a[batch] == b[batch] && once(a, batch, a[batch]) &&
         once(b, batch, b[batch])) {
    ++batch;
  }
  if (a.size() <= batch || b.size() <= batch || a.back() != b[batch]) {
    std::vector<diagnostics::Label> related = {{right_expr->span, text(b)}};
    if (left.origin.valid() && left.origin != left_expr->span)
      related.push_back({left.origin, fmt::format("{} is declared here", quote(left_expr))});
    bool turned = !a.empty() && !b.empty() && a.front() == b.back();
    error(Code::contraction_mismatch, left_expr->span,
          fmt::format("the last dimension of {} {} is not the first of {} {}", quote(left_expr), text(a),
                      quote(right_expr), text(b)),
          text(a),
          turned && quote(left_expr) != "this" && quote(right_expr) != "this"
              ? fmt::format("write `{} @ {}`, or declare the matrix the other way round",
                            ast::print(*right_expr), ast::print(*left_expr))
              : "`A @ b` sums over the last dimension of `A` and the first of `b`",
          std::move(related));
    return bad();
  }
  Shape shape(a.begin(), a.end() - 1);
  shape.insert(shape.end(), b.begin() + batch + 1, b.end());
  // A matrix that meets a delayed state is a recurrent one; that decides how it starts.
  for (const auto& [one, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
    const auto* used = std::get_if<node::Parameter>(&node(*one).data);
    if (used == nullptr || !std::holds_alternative<node::StatePast>(node(*other).data)) continue;
    if (ParameterDecl* declared = find_parameter(used->path)) declared->recurrent = true;
  }
  return make(node::Contract{left.node, right.node, batch, 1}, {shape, {}, clock}, span, std::move(sees));
}

Val Scope::join(const std::vector<Val>& parts, const std::vector<Span>& places, Span span) {
  std::optional<Clock> clock;
  Dependencies sees;
  if (!meet(parts, clock, sees, span)) return bad();
  Size total;
  Shape lead;
  std::vector<NodeId> ids;
  for (size_t i = 0; i < parts.size(); ++i) {
    Shape shape = type(parts[i]).shape;
    if (has_pack(shape)) {
      error(Code::shapeless_input, places[i], "cannot join this: an input without a shape may have any shape",
            {}, "declare it: `input x: [X]`");
      return bad();
    }
    total = total + (shape.empty() ? Size(1) : shape.back());
    if (!shape.empty()) shape.pop_back();
    if (i > 0 && shape != lead) {
      error(Code::join_mismatch, places[i],
            fmt::format("cannot join {} and {}: all dimensions but the last must be the same",
                        text(type(parts[0]).shape), text(type(parts[i]).shape)),
            text(type(parts[i]).shape), "bring them to one shape first, by `reshape` or `flatten`",
            {{places[0], text(type(parts[0]).shape)}});
      return bad();
    }
    if (i == 0) lead = shape;
    ids.push_back(parts[i].node);
  }
  lead.push_back(total);
  return make(node::Join{std::move(ids)}, {lead, {}, clock}, span, std::move(sees));
}

std::string Scope::own(Line& line, const std::string& base, Span span) {
  if (line.loss && line.taken.empty()) {  // one message for a line
    error(Code::loss_owns_parameters, span, "a loss owns no parameters: put the layer on a line of its own",
          {}, "for example `logits = x |> linear[K]`, then `loss cross_entropy(logits, y)`");
    out_->failed = true;
  }
  int count = ++line.taken[base];
  std::string full = line.name.empty() ? base : line.name + "." + base;
  return count == 1 ? full : fmt::format("{}_{}", full, count);
}

ParameterDecl* Scope::find_parameter(const std::string& path) {
  for (ParameterDecl& declared : out().body->parameters) {
    if (declared.path == path) return &declared;
  }
  return nullptr;
}

Val Scope::parameter(const std::string& path, Shape shape, uint32_t fan_in, bool layer, bool headwise,
                     bool recurrent, Span span) {
  if (ParameterDecl* known = find_parameter(path)) {
    if (known->shape != shape) {
      error(Code::shared_shape_differs, span,
            fmt::format("`{}` is {} at one use and {} at another", path, text(known->shape), text(shape)), {},
            "a layer with a name has one set of parameters; give this use a layer of its own",
            {{known->span, "first used here"}});
      return bad();
    }
    known->recurrent |= recurrent;
  } else {
    Initialiser initialiser;
    if (fan_in > 0) initialiser.kind = Initialiser::Kind::glorot_uniform;
    out().body->parameters.push_back({path, shape, fan_in, recurrent, headwise, layer, initialiser, span});
  }
  Val result = make(node::Parameter{path}, {std::move(shape), {}, {}}, span);
  result.origin = span;
  return result;
}

}  // namespace rnnc::sema
