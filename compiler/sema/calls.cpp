// Calls of functions and of cells, and what `y.c` is.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/sema/builtins.h"
#include "compiler/sema/elaborate.h"

namespace rnnc::sema {

namespace {

constexpr int kDeepest = 60;  // calls of functions in functions
constexpr const char* kBring = "bring it into that shape first: `reshape[...](x)`, or `linear[...](x)`";
constexpr const char* kGivenTwice = "leave one of the two away";

Dependencies as(Sees how, const Dependencies& sees) {
  Dependencies result;
  for (const auto& [target, was] : sees) result[target] = how;
  return result;
}

void merge(Dependencies& into, const Dependencies& other) {
  for (const auto& [target, how] : other) {
    auto [entry, fresh] = into.emplace(target, how);
    if (!fresh && how == Sees::present) entry->second = Sees::present;
  }
}

}  // namespace

Val Scope::apply(const Callable& callable, Arguments arguments, Line& line,
                 const std::optional<Shape>& expected, Span span) {
  Callable complete_one = callable;
  if (!callable.settings_given && !complete(complete_one, span)) return bad();
  for (const auto& [name, value] : complete_one.settings) {
    if (std::holds_alternative<std::monostate>(value)) return bad();
  }
  for (const Static& value : complete_one.positional) {
    if (std::holds_alternative<std::monostate>(value)) return bad();
  }
  for (const auto& [name, value] : complete_one.named) {
    if (std::holds_alternative<std::monostate>(value)) return bad();
  }
  if (complete_one.function != nullptr) {
    if (!callable.path) return call_function(complete_one, arguments, line, expected, span);
    Line named;
    named.name = *callable.path;  // the same names at each use: the layers inside are shared
    return call_function(complete_one, arguments, named, expected, span);
  }
  if (complete_one.cell != nullptr) return call_cell(complete_one, arguments, line, span);
  return builtin(complete_one, arguments, line, expected, span);
}

// A function stands for its expression, with its arguments evaluated where they were written.
Val Scope::call_function(const Callable& callable, Arguments& arguments, Line& line,
                         const std::optional<Shape>& expected, Span span) {
  const ast::Function& function = *callable.function;
  Scope inside(*this, callable.settings);
  int depth = 0;
  for (const Scope* scope = this; scope != nullptr; scope = scope->caller_) ++depth;
  if (depth > kDeepest) {
    error(Code::contains_itself, span, fmt::format("`{}` calls itself", callable.name));
    return bad();
  }
  auto thunk = [&](const Argument& argument) {
    auto result = std::make_shared<Thunk>(Thunk{this, argument.expr, &line});
    result->value = argument.value;
    return result;
  };
  size_t given = 0;
  for (const Argument& argument : arguments.positional) {
    if (given < function.parameters.size())
      inside.arguments_[function.parameters[given].text] = thunk(argument);
    ++given;
  }
  Arguments first_values;
  for (const auto& [name, argument] : arguments.named) {
    bool is_parameter = std::any_of(function.parameters.begin(), function.parameters.end(),
                                    [&](const ast::Name& p) { return p.text == name; });
    if (!is_parameter) {
      Argument now = argument;
      if (!now.value) now.value = evaluate(argument, line);
      first_values.named.emplace_back(name, now);
      continue;
    }
    if (!inside.arguments_.emplace(name, thunk(argument)).second) {
      error(Code::given_twice, argument.span, fmt::format("`{}` is given twice", name), {}, kGivenTwice);
      return bad();
    }
    ++given;
  }
  if (given != function.parameters.size()) {
    error(Code::wrong_value_count, span,
          fmt::format("`{}` takes {} value{}, here {} {} given", callable.name, function.parameters.size(),
                      function.parameters.size() == 1 ? "" : "s", given, given == 1 ? "is" : "are"),
          {}, {}, {{function.name.span, "defined here"}});
    return bad();
  }
  if (!first_values.named.empty()) inside.pending_ = &first_values;
  Val result = inside.evaluate(*function.value, line, expected);
  // Through a function, `final` and first values mean the one cell with states inside.
  if (inside.stateful_calls_.size() == 1 && !result.bad() && !result.applied)
    result.applied = inside.stateful_calls_.front();
  if (inside.pending_ != nullptr && !result.bad()) {
    const auto& [name, argument] = first_values.named.front();
    error(Code::unknown_argument, argument.name_span,
          fmt::format("`{}` has no argument `{}`", callable.name, name), {},
          "a first value goes to the one cell with states inside a function; here there is none");
    return bad();
  }
  for (auto& stateful : inside.stateful_calls_) stateful_calls_.push_back(stateful);
  return result;
}

// ---------------------------------------------------------------- cells

struct Scope::CellUse {
  const Callable& callable;
  Arguments& arguments;
  Line& line;
  Span span;
  std::shared_ptr<Checked> cell = {};
  node::Call call = {};
  std::vector<Val> inputs = {};
  std::optional<Clock> clock = {};
  CallSees sees = {};
};

Val Scope::call_cell(const Callable& callable, Arguments& arguments, Line& line, Span span) {
  CellUse use{callable, arguments, line, span};
  for (const auto& [name, value] : callable.settings) {
    const auto* layer = std::get_if<std::shared_ptr<Callable>>(&value);
    if (layer != nullptr && (*layer)->is_layer()) {
      error(Code::only_functions_take_layers, span,
            fmt::format("`{}[{}]`: a cell takes sizes, constants and functions; only a `fn` takes layers",
                        callable.name, name),
            {}, fmt::format("write `fn {}[{}](x) = ...`", callable.name, name));
      return bad();
    }
  }
  auto numbers = [&](const std::set<std::string>& wanted) {
    std::map<std::string, int64_t> counts;
    for (const std::string& name : wanted) {
      const Size* size = std::get_if<Size>(&callable.settings.at(name));
      if (size == nullptr) continue;
      if (auto number = size->evaluate(root_->counts_)) {
        counts[name] = *number;
      } else {
        for (const std::string& own_name : size->names()) root_->out_->counts.insert(own_name);
      }
    }
    return counts;
  };
  use.cell = world_.cell(*callable.cell, callable.settings, {}, span);
  if (use.cell && !use.cell->failed && !use.cell->counts.empty()) {
    use.cell = world_.cell(*callable.cell, callable.settings, numbers(use.cell->counts), span);
  }
  // The arguments are read before the verdict, so that their mistakes are reported too.
  for (const Argument& argument : arguments.positional) use.inputs.push_back(evaluate(argument, line));
  if (!use.cell || use.cell->failed) return bad();
  use.call.body = use.cell->body;
  use.call.stateful = use.cell->stateful;
  use.call.path = callable.path ? *callable.path : own(line, callable.name, span);
  for (const auto& [name, value] : callable.settings) {
    if (const Size* size = std::get_if<Size>(&value)) use.call.sizes[name] = {*size};
  }
  if (!bind_inputs(use) || !bind_states(use)) return bad();
  if (use.cell->stateful && !in_cell() && !use.clock) {
    error(Code::needs_sequence, span, fmt::format("`{}` remembers: it needs a sequence", callable.name), {},
          "declare the input `seq [X]`; a single value is repeated by `repeat(z, x)`");
    return bad();
  }
  return results(use);
}

bool Scope::bind_inputs(CellUse& use) {
  const Body& body = *use.cell->body;
  std::vector<std::optional<Val>> given(body.inputs.size());
  std::vector<Span> spans(body.inputs.size(), use.span);
  if (use.inputs.size() > body.inputs.size()) {
    error(Code::wrong_value_count, use.span,
          fmt::format("`{}` takes {} value{}, here {} {} given", use.callable.name, body.inputs.size(),
                      body.inputs.size() == 1 ? "" : "s", use.inputs.size(),
                      use.inputs.size() == 1 ? "is" : "are"),
          {},
          body.states.empty() ? "leave the others away"
                              : fmt::format("the first value of a state is given by name: `{} = ...`",
                                            body.states.front().name),
          {{body.span, "defined here"}});
    return false;
  }
  for (size_t i = 0; i < use.inputs.size(); ++i) {
    given[i] = use.inputs[i];
    spans[i] = use.arguments.positional[i].span;
  }
  auto& named = use.arguments.named;
  for (auto it = named.begin(); it != named.end();) {
    auto input = std::find_if(body.inputs.begin(), body.inputs.end(),
                              [&](const InputDecl& d) { return d.name == it->first; });
    if (input == body.inputs.end()) {
      ++it;
      continue;
    }
    auto& slot = given[static_cast<size_t>(input - body.inputs.begin())];
    if (slot) {
      error(Code::given_twice, it->second.span, fmt::format("`{}` is given twice", it->first), {},
            kGivenTwice);
      return false;
    }
    slot = evaluate(it->second, use.line);
    spans[static_cast<size_t>(input - body.inputs.begin())] = it->second.span;
    it = named.erase(it);
  }
  bool good = true;
  for (uint32_t i = 0; i < given.size(); ++i) {
    if (!given[i]) {
      error(Code::missing_input, use.span,
            fmt::format("`{}` needs its input `{}`", use.callable.name, body.inputs[i].name), {},
            fmt::format("give it by place or by name: `{} = ...`", body.inputs[i].name),
            {{body.inputs[i].span, "declared here"}});
      good = false;
    } else if (!bind_input(use, i, *given[i], spans[i])) {
      good = false;
    }
  }
  return good;
}

bool Scope::bind_input(CellUse& use, uint32_t index, const Val& value, Span span) {
  const InputDecl& declared = use.cell->body->inputs[index];
  if (value.bad()) return false;
  if (value.bundle || !value.several.empty()) return is_vector(value, span);
  const Type now = type(value);
  auto mismatch = [&](const std::string& what, const char* help) {
    error(Code::argument_shape, span, fmt::format("`{}` of `{}` {}", declared.name, use.callable.name, what),
          {}, help, {{declared.span, "declared here"}});
    return false;
  };
  if (declared.type.token.has_value() != now.token.has_value()) {
    if (now.token) {
      is_vector(value, span);
      return false;
    }
    return mismatch("takes a token, the call gives " + text(now.shape), "declare what is given `token[V]`");
  }
  if (declared.whole) {
    if (!now.clock)
      return mismatch("is a sequence seen whole, the call gives a single value",
                      "declare what is given `seq`");
  } else if (now.clock) {
    if (in_cell()) {
      error(Code::needs_sequence, span, "a sequence seen whole cannot be stepped inside a cell", {},
            "look at it through `sum[t]` and the like");
      return false;
    }
    if (use.clock) unify(*use.clock, *now.clock);
    use.clock = root(*now.clock);
  }
  const Shape want = declared.type.token ? Shape{*declared.type.token} : declared.type.shape;
  const Shape have = now.token ? Shape{*now.token} : now.shape;
  if (want.size() == 1 && want[0].is_pack()) {
    use.call.sizes[want[0].names().front()] = have;
  } else {
    if (want.size() != have.size())
      return mismatch(fmt::format("is {}, the call gives {}", text(want), text(have)), kBring);
    for (size_t i = 0; i < want.size(); ++i) {
      auto name = want[i].single_name();
      if (have[i].is_pack() && want.size() == 1) {
        error(Code::shapeless_input, span,
              fmt::format("`{}` needs {}, and an input without a shape may have any shape", use.callable.name,
                          text(want)),
              {}, "declare it: `input x: [X]`");
        return false;
      }
      if (name && !use.call.sizes.contains(*name)) {
        use.call.sizes[*name] = {have[i]};
      } else if (want[i].substitute(use.call.sizes) != have[i]) {
        return mismatch(fmt::format("is {}, that is {} here; the call gives {}", text(want),
                                    text(substitute(want, use.call.sizes)), text(have)),
                        kBring);
      }
    }
  }
  use.call.inputs.push_back(value.node);
  use.sees.inputs[declared.name] = value.sees;
  return true;
}

// ---------------------------------------------------------------- first values

namespace {

// The states of a call in the caller's names: {h: [H], c: [H], LSTM: {...}}. Equal texts are equal lists of
// states.
std::string states_text(const Body& body, const std::map<std::string, Shape>& sizes) {
  std::string result;
  auto add = [&](const std::string& item) { result += (result.empty() ? "" : ", ") + item; };
  for (const StateDecl& state : body.states)
    add(fmt::format("{}: {}", state.name, text(substitute(state.shape, sizes))));
  for (const Node& node : body.nodes) {
    const auto* call = std::get_if<node::Call>(&node.data);
    if (call == nullptr || !call->stateful) continue;
    std::map<std::string, Shape> inner;
    for (const auto& [name, shape] : call->sizes) inner[name] = substitute(shape, sizes);
    add(fmt::format("{}: {}", call->path, states_text(*call->body, inner)));
  }
  return "{" + result + "}";
}

}  // namespace

bool Scope::bind_states(CellUse& use) {
  const Body& body = *use.cell->body;
  std::vector<std::pair<std::string, Argument>> named = use.arguments.named;
  if (use.cell->stateful) {
    for (Scope* scope = this; scope != nullptr; scope = scope->caller_) {
      if (scope->pending_ == nullptr) continue;
      named.insert(named.end(), scope->pending_->named.begin(), scope->pending_->named.end());
      scope->pending_ = nullptr;
    }
  }
  for (const auto& [name, argument] : named) {
    Val value = evaluate(argument, use.line);
    if (value.bad()) return false;
    if (name == "init") {
      if (!value.bundle) {
        error(Code::init_takes_final, argument.span, "`init` takes `final(...)`", {},
              "give a single state by its name: `LSTM[H](x, h = z)`");
        return false;
      }
      const Applied& from = *value.applied;
      if (from.chain.size() != 1) {
        error(
            Code::final_needs_cell, argument.span,
            fmt::format("the states of `{}` are no list that `{}` could take", from.name, use.callable.name));
        return false;
      }
      const auto& source = std::get<node::Call>(out().body->nodes[from.chain[0].call.index].data);
      std::string have = states_text(*source.body, source.sizes), want = states_text(body, use.call.sizes);
      if (have != want) {
        error(Code::init_states_differ, argument.span,
              fmt::format("`init`: the states of `{}` are {}, these are {}", use.callable.name, want, have),
              {},
              "`init` takes all states of a layer of the same kind; give single ones by name: `GRU[H](x, h = "
              "z)`");
        return false;
      }
      use.call.init = from.chain[0].call;
      merge(use.sees.first, value.sees);
      continue;
    }
    auto state = std::find_if(body.states.begin(), body.states.end(),
                              [&](const StateDecl& s) { return s.name == name; });
    if (state == body.states.end()) {
      std::vector<std::string> names;
      for (const StateDecl& s : body.states) names.push_back(s.name);
      for (const InputDecl& i : body.inputs) names.push_back(i.name);
      std::string near = nearest(name, names);
      error(Code::unknown_argument, argument.name_span,
            fmt::format("`{}` has no input or state `{}`", use.callable.name, name), {},
            near.empty() ? fmt::format("it has: {}", fmt::join(names, ", "))
                         : fmt::format("did you mean `{}`?", near));
      return false;
    }
    if (!is_vector(value, argument.span)) return false;
    if (type(value).clock) {
      error(Code::first_value_is_single, argument.span,
            fmt::format("the first value of `{}` must be a single value, not a sequence", name), {},
            "take `last(y)` of the sequence");
      return false;
    }
    Shape want = substitute(state->shape, use.call.sizes);
    const Shape have = type(value).shape;
    std::vector<uint32_t> axes;
    bool fits = have == want || have.size() < want.size();
    for (const Size& size : have) {
      if (have == want) break;
      fits = fits && std::count(want.begin(), want.end(), size) == 1 && !size.number();
      axes.push_back(static_cast<uint32_t>(std::find(want.begin(), want.end(), size) - want.begin()));
    }
    if (!fits) {
      error(Code::first_value_shape, argument.span,
            fmt::format("the first value of `{}` is {}, the state is {}", name, text(have), text(want)),
            text(have),
            fmt::format(
                "bring it to that shape: `start: {} = linear(...)` on a line of its own, then `{} = start`",
                text(want), name),
            {{state->span, "declared here"}});
      return false;
    }
    use.call.first.emplace_back(static_cast<uint32_t>(state - body.states.begin()),
                                broadcast(value, want, axes, argument.span).node);
    merge(use.sees.first, value.sees);
  }
  return true;
}

// ---------------------------------------------------------------- results

Val Scope::results(CellUse& use) {
  if (use.callable.path) {  // a named layer: all its uses must agree on the sizes of its parameters
    for (const Node& other : out().body->nodes) {
      const auto* before = std::get_if<node::Call>(&other.data);
      if (before == nullptr || before->path != use.call.path || before->sizes == use.call.sizes) continue;
      for (const ParameterDecl& declared : use.cell->body->parameters) {
        Shape now = substitute(declared.shape, use.call.sizes),
              then = substitute(declared.shape, before->sizes);
        if (now == then) continue;
        error(Code::shared_shape_differs, use.span,
              fmt::format("`{}.{}` is {} at one use and {} at another", use.call.path, declared.path,
                          text(then), text(now)),
              {}, "a layer with a name has one set of parameters; give this use a layer of its own",
              {{other.span, "first used here"}});
        return bad();
      }
    }
  }
  if (use.cell->stateful) root_->out_->stateful = true;
  const auto& outputs = use.cell->body->outputs;
  Val call = make(use.call, {{}, {}, use.clock}, use.span);
  root_->call_sees_[call.node.index] = use.sees;
  Applied::Step step{call.node, use.cell};
  auto applied = std::make_shared<Applied>(Applied{use.callable.name, {step}, {}});
  if (use.cell->stateful) stateful_calls_.push_back(applied);
  Val result;
  if (outputs.size() == 1) {
    result = lift(use.cell->values.at(outputs[0].name), step, use.span);
  } else {
    for (const NamedNode& output : outputs) result.several.push_back(output.name);
  }
  result.applied = applied;
  return result;
}

// A value of the callee as one of the caller's.
Val Scope::lift(const Val& inner, const Applied::Step& step, Span span) {
  if (inner.bad()) return bad();
  const auto sizes = std::get<node::Call>(out().body->nodes[step.call.index].data).sizes;
  const Type call_type = out().body->nodes[step.call.index].type;
  Val result;
  result.origin = span;
  if (inner.node.valid()) {
    Type type = step.cell->body->nodes[inner.node.index].type;
    type.shape = substitute(type.shape, sizes);
    if (type.token) type.token = type.token->substitute(sizes);
    type.clock = call_type.clock;
    result.node = make(node::CallValue{step.call, inner.node}, type, span).node;
  }
  // What the value sees of the callee's inputs, it sees of what these see here; a memory sees all of their
  // past.
  const CallSees& seen = root_->call_sees_.at(step.call.index);
  result.sees = seen.first;
  for (const auto& [input, sees] : seen.inputs) {
    auto how = inner.sees.find(input);
    if (how != inner.sees.end()) merge(result.sees, how->second == Sees::past ? as(Sees::past, sees) : sees);
    if (step.cell->stateful) merge(result.sees, as(Sees::past, sees));
  }
  if (inner.applied) {
    result.applied = std::make_shared<Applied>(*inner.applied);
    result.applied->chain.insert(result.applied->chain.begin(), step);
  }
  result.several = inner.several;
  return result;
}

Val Scope::member(const Val& value, const std::string& name, const std::string& object, Span span) {
  if (!value.applied) {
    error(Code::unknown_member, span,
          fmt::format("`{}` is not the result of a cell, so it has no `.{}`", object, name), {},
          "name the call itself: `y = LSTM[H](x)`, then `y.c`");
    return bad();
  }
  const Applied& applied = *value.applied;
  for (const auto& [part_name, part] : applied.parts) {
    if (part_name != name) continue;
    Val result;
    result.applied = part;
    result.several = {"..."};
    result.sees = value.sees;
    return result;
  }
  if (applied.chain.empty()) {
    error(Code::unknown_member, span, fmt::format("`{}` has no part `{}`", applied.name, name), {},
          fmt::format("it has `.{}` to `.{}`", applied.parts.front().first, applied.parts.back().first));
    return bad();
  }
  const auto& values = applied.chain.back().cell->values;
  auto found = values.find(name);
  if (found == values.end()) {
    std::vector<std::string> names;
    for (const auto& [key, inner] : values) names.push_back(key);
    std::string near = nearest(name, names);
    error(Code::unknown_member, span, fmt::format("`{}` has no value `{}`", applied.name, name), {},
          near.empty() ? fmt::format("it has: {}", fmt::join(names, ", "))
                       : fmt::format("did you mean `{}`?", near));
    return bad();
  }
  // From the innermost body outwards; each body gets a node for what the next one takes from it.
  Val inner = found->second;
  for (size_t i = applied.chain.size(); i-- > 1;) {
    Checked& owner = *applied.chain[i - 1].cell;
    const Applied::Step& step = applied.chain[i];
    const auto& call = std::get<node::Call>(owner.body->nodes[step.call.index].data);
    Type type = step.cell->body->nodes[inner.node.index].type;
    type.shape = substitute(type.shape, call.sizes);
    NodeId made{static_cast<uint32_t>(owner.body->nodes.size())};
    owner.body->nodes.push_back({type, node::CallValue{step.call, inner.node}, span});
    inner.node = made;
    inner.applied = nullptr;
    inner.sees.clear();
  }
  Val result = lift(inner, applied.chain.front(), span);
  merge(result.sees, value.sees);
  if (applied.reversed_half && result.node.valid()) {  // both halves in the order of the sequence
    result.node = make(node::Reverse{result.node}, type(result), span).node;
  }
  return result;
}

}  // namespace rnnc::sema
