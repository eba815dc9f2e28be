// A whole body: every equation, its states, outputs and parameters.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

Scope::Scope(Elaborator& world, const ast::Body& body, Checked& out, Settings settings,
             std::map<std::string, int64_t> counts, bool alone)
    : world_(world),
      root_(this),
      caller_(nullptr),
      out_(&out),
      settings_(std::move(settings)),
      ast_(&body),
      counts_(std::move(counts)),
      alone_(alone) {
  out.body->kind = body.kind;
  out.body->name = body.name.text;
  out.body->span = body.name.span;
  for (const ast::Setting& setting : body.settings) {
    auto given = settings_.find(setting.name.text);
    if (given == settings_.end() || !std::holds_alternative<Size>(given->second)) continue;
    std::optional<Size> fallback;
    if (setting.fallback != nullptr) {
      Static value = known(*setting.fallback);
      if (const Size* size = std::get_if<Size>(&value)) fallback = *size;
    }
    out.body->symbols.push_back({setting.name.text, fallback, setting.name.span});
  }
  used_.clear();
}

Scope::Scope(Scope& caller, Settings settings)
    : world_(caller.world_),
      root_(caller.root_),
      caller_(&caller),
      out_(caller.out_),
      settings_(std::move(settings)) {}

void Scope::run() {
  declare();
  for (const std::string& name : order_) {
    if (!named_layer(name)) equation(name, equations_.at(name).name_span);
  }
  finish_states();
  if (!in_cell()) losses();
  finish_outputs();
  if (!in_cell()) finish_model();
  for (const ast::Statement& statement : ast_->statements) {
    if (const auto* block = std::get_if<ast::Stored>(&statement.node); block != nullptr && in_cell())
      stored(*block);
    if (const auto* block = std::get_if<ast::Train>(&statement.node); block != nullptr && !in_cell())
      train(*block);
  }
  if (!in_cell()) check_truncation();
  overrides();
  finish_clocks();
  std::stable_sort(out().body->named.begin(), out().body->named.end(),
                   [](const NamedNode& a, const NamedNode& b) { return a.span.begin < b.span.begin; });
  if (!out_->failed) unused();
}

void Scope::finish_states() {
  for (auto& [name, index] : states_) {
    StateDecl& state = out().body->states[index];
    auto value = out_->values.find(name);
    if (value != out_->values.end() && value->second.node.valid()) {
      state.update = value->second.node;
      check_step_value("state", name, value->second, claimed_.at(name));
    }
    if (equations_.contains(name)) continue;
    std::vector<std::string> others;
    for (const std::string& other : order_) {
      if (!used_.contains(other) && !states_.contains(other)) others.push_back(other);
    }
    std::string near = nearest(name, others);
    Span at = claimed_.at(name);
    error(Code::never_updated, at, fmt::format("state `{}` is never updated", name), "declared here",
          near.empty() ? fmt::format("write its equation: `{} = ...`", name)
                       : fmt::format("did you mean `{} = ...` where `{}` is defined?", name, near));
    if (!near.empty()) used_.insert(near);
    out_->failed = true;
  }
}

// Of a cell: states and outputs are of one step.
void Scope::check_step_value(const char* what, const std::string& name, const Val& value, Span span) {
  if (!in_cell() || value.bad() || !type(value).clock) return;
  error(Code::sequence_in_step, span,
        fmt::format("the {} `{}` of a cell is a whole sequence at each step", what, name), {},
        "sum over it: `sum[t](...)`");
  out_->failed = true;
}

void Scope::finish_outputs() {
  for (const ast::Statement& statement : ast_->statements) {
    const auto* output = std::get_if<ast::Output>(&statement.node);
    if (output == nullptr) continue;
    for (const ast::Name& name : output->names) {
      if (!claimed_.contains(name.text)) {
        undefined(name.text, name.span);
        continue;
      }
      if (output->value == nullptr && output->shape) {
        error(Code::shape_given_twice, output->shape->span,
              fmt::format("`{}` has its shape where it is defined", name.text), {},
              "leave the shape away here");
        out_->failed = true;
      }
      used_.insert(name.text);
      auto value = out_->values.find(name.text);
      if (value == out_->values.end() || value->second.bad()) {
        out_->failed = true;
        continue;
      }
      if (!is_vector(value->second, name.span)) {
        out_->failed = true;
        continue;
      }
      const auto& outputs = out().body->outputs;
      const auto before = std::find_if(outputs.begin(), outputs.end(),
                                       [&](const NamedNode& one) { return one.name == name.text; });
      if (before != outputs.end()) {
        error(Code::defined_twice, name.span, fmt::format("`{}` is an output twice", name.text), "again here",
              "once is enough", {{before->span, "first here"}});
        out_->failed = true;
        continue;
      }
      check_step_value("output", name.text, value->second, name.span);
      out().body->outputs.push_back({name.text, value->second.node, false, name.span});
    }
  }
  if (in_cell() && out().body->outputs.empty() && !out_->failed) {
    error(Code::no_output, ast_->name.span, fmt::format("cell `{}` has no output", ast_->name.text), {},
          "say what leaves it: `output h`");
    out_->failed = true;
  }
}

// Clocks that met are one: number those that are left.
void Scope::finish_clocks() {
  std::vector<Clock> number(clock_parent_.size());
  std::vector<std::string> names;
  for (Clock clock = 0; clock < clock_parent_.size(); ++clock) {
    if (root(clock) == clock) {
      number[clock] = static_cast<Clock>(names.size());
      names.push_back(out().body->clocks[clock]);
    }
  }
  auto renumber = [&](std::optional<Clock>& clock) {
    if (clock) clock = number[root(*clock)];
  };
  for (Node& node : out().body->nodes) renumber(node.type.clock);
  for (InputDecl& input : out().body->inputs) renumber(input.type.clock);
  out().body->clocks = names;
}

void Scope::unused() {
  auto warn = [&](Code code, const std::string& what, const std::string& name, Span span) {
    world_.report({code,
                   fmt::format("{} `{}` is never used", what, name),
                   {span, ""},
                   {},
                   {},
                   fmt::format("take it out, or let it leave: `output {}`", name)});
  };
  for (const std::string& name : order_) {
    const bool read_by_others = in_cell() && world_.program().members.contains(name);
    if (!used_.contains(name) && !states_.contains(name) && !read_by_others)
      warn(Code::unused_value, "the value", name, equations_.at(name).name_span);
  }
  for (const ParameterDecl& parameter : out().body->parameters) {
    if (!parameter.layer && !used_.contains(parameter.path))
      warn(Code::unused_parameter, "the parameter", parameter.path, parameter.span);
  }
}

// ---------------------------------------------------------------- parameters by path

std::optional<Shape> Scope::stored_shape(const std::string& path) const {
  struct Finder {
    static std::optional<Shape> in(const Body& body, const std::string& path) {
      for (const ParameterDecl& declared : body.parameters) {
        if (declared.path == path) {
          // As a matrix: rows, then the product of the argument's sizes.
          if (declared.fan_in == 0 && declared.shape.size() <= 1) return declared.shape;
          auto split = declared.shape.size() - declared.fan_in;
          Shape rows(declared.shape.begin(), declared.shape.begin() + static_cast<std::ptrdiff_t>(split));
          Shape columns(declared.shape.begin() + static_cast<std::ptrdiff_t>(split), declared.shape.end());
          return Shape{product(rows), product(columns)};
        }
      }
      for (const Node& node : body.nodes) {
        const auto* call = std::get_if<node::Call>(&node.data);
        if (call == nullptr || !path.starts_with(call->path + ".")) continue;
        if (auto inner = in(*call->body, path.substr(call->path.size() + 1)))
          return substitute(*inner, call->sizes);
      }
      return std::nullopt;
    }
  };
  return Finder::in(*out().body, path);
}

bool Scope::has_parameter(const std::string& path) const { return stored_shape(path).has_value(); }

void Scope::overrides() {
  if (out_->failed) return;
  for (const InitialiserOverride& override : out().body->overrides) {
    if (has_parameter(override.path)) {
      if (ParameterDecl* own_one = find_parameter(override.path)) own_one->initialiser = override.initialiser;
      continue;
    }
    std::vector<std::string> names;
    for (const ParameterDecl& declared : out().body->parameters) names.push_back(declared.path);
    std::string near = nearest(override.path, names);
    error(Code::unknown_parameter, override.span, fmt::format("no parameter `{}` to start", override.path),
          {},
          near.empty() ? "`rnnc inspect` lists the parameters with their names"
                       : fmt::format("did you mean `{}`?", near));
    out_->failed = true;
  }
}

namespace {

// i.W.x, [i.W.x, f.W.x] as paths; nothing if it is another expression.
bool stored_paths(const ast::Expr& expr, std::vector<std::pair<std::string, Span>>& paths) {
  if (const auto* concat = std::get_if<ast::Concat>(&expr.node)) {
    return std::all_of(concat->parts.begin(), concat->parts.end(),
                       [&](const ast::ExprPtr& part) { return stored_paths(*part, paths); });
  }
  std::string path;
  const ast::Expr* at = &expr;
  while (const auto* member = std::get_if<ast::Member>(&at->node)) {
    path = "." + member->member.text + path;
    at = member->object.get();
  }
  const auto* name = std::get_if<ast::NameRef>(&at->node);
  if (name == nullptr) return false;
  paths.emplace_back(name->text + path, expr.span);
  return true;
}

}  // namespace

void Scope::stored(const ast::Stored& block) {
  if (out_->failed) return;
  std::map<std::string, Span> seen;
  for (const ast::Stored::Tensor& tensor : block.tensors) {
    StoredDecl row;
    Span span = tensor.names.front().span;
    for (const ast::Path& name : tensor.names) row.names.push_back(name.text());
    std::vector<std::pair<std::string, Span>> paths;
    if (!stored_paths(*tensor.value, paths)) {
      error(Code::bad_stored, tensor.value->span, "`stored` takes parameters and rows of parameters joined",
            {}, "`weight_ih = [i.W.x, f.W.x]`");
      out_->failed = true;
      continue;
    }
    std::optional<Size> width;
    for (const auto& [path, place] : paths) {
      auto shape = stored_shape(path);
      if (!shape) {
        std::vector<std::string> names;
        for (const ParameterDecl& declared : out().body->parameters) names.push_back(declared.path);
        std::string near = nearest(path, names);
        error(Code::unknown_parameter, place, fmt::format("`stored`: no parameter `{}`", path), {},
              near.empty() ? "`rnnc inspect` lists the parameters with their names"
                           : fmt::format("did you mean `{}`?", near));
        out_->failed = true;
        continue;
      }
      if (auto [first, fresh] = seen.emplace(path, place); !fresh) {
        error(Code::bad_stored, place, fmt::format("`stored`: `{}` is in two places", path), {},
              "a parameter is stored once", {{first->second, "first here"}});
        out_->failed = true;
      }
      Size columns = shape->size() < 2 ? Size(1) : shape->back();
      if (width && *width != columns) {
        error(Code::bad_stored, place,
              fmt::format("`stored`: `{}` joins rows of different width, {} and {}", row.names.front(),
                          width->text(), columns.text()));
        out_->failed = true;
      }
      width = columns;
      row.parameters.push_back(path);
    }
    row.span = span;
    out().body->stored.push_back(std::move(row));
  }
}

}  // namespace rnnc::sema
