#include "tests/random_cells/cell_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tests/random_cells/expressions.h"

namespace rnnc::random_cells {

namespace {

using Kind = CellInput::Kind;

class CellText {
 public:
  CellText(Dice& dice, const CellWish& wish) : dice_(dice), wish_(wish), draw_(dice, wish.smooth) {
    cell_.name = wish.name;
  }

  DrawnCell draw() {
    sizes();
    inputs();
    declare_states();
    temporaries();
    for (const Value& state : cell_.states) {
      update(state);
      draw_.add(state);
      draw_.add_with_past(state.text, state.dims);  // a window ends with this step's value
      if (dice_.chance(40)) temporary();
    }
    outputs();
    cell_.text = text();
    return cell_;
  }

 private:
  void sizes() {
    static const std::vector<std::string> names = {"A", "B", "Dₖ"};
    const size_t count = dice_.chance(40) ? 1 : dice_.chance(70) ? 2 : 3;
    for (size_t i = 0; i < count; ++i) {
      cell_.settings.push_back(names[i]);
      draw_.add_dim({names[i]});
    }
  }

  void inputs() {
    input("x", Kind::vector, "[X]", {{"X"}});
    draw_.add_dim({"X"});
    if (wish_.layer) return;
    if (dice_.chance(25)) input("z", Kind::vector, "[X]", {{"X"}});
    if (dice_.chance(15)) input("k", Kind::scalar, "[]", {});
    if (dice_.chance(15)) {
      cell_.inputs.push_back({"w", Kind::token});
      declarations_.push_back("input w: token[V]");
      declarations_.push_back(fmt::format("param E: [V, {}] ~ normal(0, 1)", cell_.settings[0]));
      equation("", "e = onehot(w) @ E");
      draw_.add({"e", {{cell_.settings[0]}}});
    }
    if (dice_.chance(15)) {
      cell_.inputs.push_back({"memory", Kind::whole});
      declarations_.push_back("input memory: seq [M]");
    }
  }

  void input(const std::string& name, Kind kind, const std::string& type, const Dims& dims) {
    cell_.inputs.push_back({name, kind});
    declarations_.push_back(fmt::format("input {}: {}", name, type));
    draw_.add({name, dims});
    draw_.add_with_past(name, dims);
    if (dice_.chance(40)) draw_.add({fmt::format("{}[t-{}]", name, dice_.below(3) + 1), dims, true});
  }

  void declare_states() {
    static const std::vector<std::string> names = {"h", "c", "ŝ"};
    const size_t count = dice_.below(3) + 1;
    for (size_t i = 0; i < count; ++i) {
      Dims dims = {{dice_.of(cell_.settings)}};
      // What a layer gives is a vector.
      if ((i > 0 || !wish_.layer) && dice_.chance(30)) {
        if (auto other = draw_.other_dim(dims)) dims.push_back(*other);
      }
      cell_.states.push_back({names[i], dims});
      declarations_.push_back(fmt::format("state {}: {}{}", names[i], random_cells::text(dims), first(dims)));
      draw_.add({names[i] + "[t-1]", dims, true});
      if (dice_.chance(25)) draw_.add({fmt::format("{}[t-{}]", names[i], dice_.below(2) + 2), dims, true});
    }
  }

  std::string first(const Dims& dims) {
    if (dice_.chance(70)) return "";
    if (dice_.chance(40)) return " = 0.5";
    return " = " + draw_.parameter(dims);
  }

  Dims any_dims() {
    if (dice_.chance(10)) return {};
    Dims dims = {draw_.any_dim()};
    if (dice_.chance(25)) {
      if (auto other = draw_.other_dim(dims)) dims.push_back(*other);
    }
    return dims;
  }

  void equation(const std::string& gate, const std::string& text) { equations_.push_back(gate + text); }

  std::string fresh() { return fmt::format("v{}", ++names_); }

  // ---- values of one step

  void temporaries() {
    const bool memory = cell_.inputs.back().kind == Kind::whole;
    if (memory) attention();
    const size_t count = dice_.below(3) + 1;
    for (size_t i = 0; i < count; ++i) temporary();
  }

  void temporary() {
    switch (dice_.below(8)) {
      case 0:
        return joined();
      case 1:
        return inner_cell();
      case 2:
        return several();
      default: {
        const Dims dims = any_dims();
        const std::string name = fresh();
        const Term value = draw_.draw(dims, 3, Place::line, 2);
        equation(dice_.chance(30) ? "gate " : "",
                 fmt::format("{}: {} = {}", name, random_cells::text(dims), value.text));
        draw_.add({name, dims});
      }
    }
  }

  // Each name of the line has parameters of its own.
  void several() {
    const Dims dims = any_dims();
    const std::string a = fresh(), b = fresh();
    const Term value = draw_.draw(dims, 2, Place::line, 2);
    equation("", fmt::format("{}, {}: {} = {}", a, b, random_cells::text(dims), value.text));
    draw_.add({a, dims});
    draw_.add({b, dims});
  }

  // Two values side by side, and sometimes taken apart again, or one long one taken apart.
  void joined() {
    const Dim dim = draw_.any_dim();
    const std::string name = fresh(), a = fresh(), b = fresh();
    const auto left = draw_.value({dim}), right = draw_.value({dim});
    if (!left || !right || dice_.chance(50)) {
      const std::string arguments = draw_.linear_arguments();
      equation("", fmt::format("{} = tanh(linear[2 * ({})]({}))", name, dim.text, arguments));
    } else {
      equation("", fmt::format("{} = [{}, {}]", name, left->text, right->text));
    }
    equation("",
             fmt::format("{}, {}{} = split({})", a, b, dice_.chance(50) ? ": [" + dim.text + "]" : "", name));
    draw_.add({a, {dim}});
    draw_.add({b, {dim}});
  }

  void inner_cell() {
    static const std::vector<std::string> names = {"GRU[{}]", "LSTM[{}]", "RNN[{}, phi = sin]", "minGRU[{}]"};
    const auto argument = draw_.value({draw_.any_dim()});
    if (!argument) return;
    if (wish_.part != nullptr && dice_.chance(60)) return drawn_part(argument->text);
    const std::string size = dice_.of(cell_.settings), name = fresh();
    const std::string cell = fmt::format(fmt::runtime(dice_.of(names)), size);
    const bool pipe = dice_.chance(30);
    equation("", pipe ? fmt::format("{} = {} |> {}", name, argument->text, cell)
                      : fmt::format("{} = {}({})", name, cell, argument->text));
    draw_.add({name, {{size}}});
    if (cell.starts_with("LSTM")) draw_.add({name + ".c", {{size}}});
  }

  void drawn_part(const std::string& argument) {
    const std::string name = fresh();
    std::string sizes;
    Dim out;
    for (const std::string& setting : wish_.part->settings) {
      const std::string size = dice_.of(cell_.settings);
      sizes += (sizes.empty() ? "" : ", ") + size;
      if (wish_.part->outputs[0].dims[0].text == setting) out = {size};
    }
    equation("", fmt::format("{} = {}[{}]({})", name, wish_.part->name, sizes, argument));
    draw_.add({name, {out}});
  }

  void attention() {
    const std::string size = dice_.of(cell_.settings), score = fresh(), seen = fresh();
    const auto asks = draw_.value({{size}});
    const std::string key = draw_.parameter({{size}, {"M"}});
    const std::string asking = asks ? asks->text : draw_.parameter({{size}});
    equation("", fmt::format("{} = {}{}{}{}memory", score, asking, draw_.at(), key, draw_.at()));
    const std::string values = draw_.parameter({{size}, {"M"}});
    equation("", fmt::format("{} = tanh({}{}sum[t](softmax[t]({}){}memory))", seen, values, draw_.at(), score,
                             draw_.times()));
    draw_.add({seen, {{size}}});
  }

  // ---- states

  void update(const Value& state) {
    const std::string& name = state.text;
    const Dims& dims = state.dims;
    const std::string &times = draw_.times(), &minus = draw_.minus();
    const size_t form = dice_.below(wish_.smooth ? 7 : 11);
    if (form == 7) return with_stabiliser(state);
    const Term value = draw_.draw(dims, 3, Place::line, 1.5);
    std::string next;
    switch (form) {
      case 0: {
        const std::string gate = fresh();
        const Term opened = draw_.draw(dims, 2, Place::line, 100);
        equation("gate ", fmt::format("{}: {} = sigmoid({})", gate, random_cells::text(dims), opened.text));
        next =
            fmt::format("{}{}{}[t-1] + (1{}{}){}{}", gate, times, name, minus, gate, times, in_parens(value));
        draw_.add({gate, dims});
        break;
      }
      case 1:
        next = fmt::format("{}{}{}[t-1] + {}", draw_.number(true), times, name, in_parens(value));
        break;
      case 2: {
        const Term kept = draw_.draw(dims, 1, Place::line, 1);
        next = fmt::format("{}{}{}[t-1] + {}", in_parens(kept), times, name, in_parens(value));
        break;
      }
      case 3:
        next = fmt::format("{}[t-1] + 0.3{}{}", name, times, in_parens(value));
        break;
      case 4: {
        const std::string delay = fmt::format("{}", dice_.below(2) + 2);
        next = fmt::format("0.5{}{}[t-1]{}0.3{}{}[t-{}] + {}", times, name, minus, times, name, delay,
                           in_parens(value));
        break;
      }
      case 5:
        next = fmt::format("zoneout[0.3]({}, {}[t-1])", value.text, name);
        break;
      case 8:
        next = fmt::format("max({}[t-1]{}0.1, {})", name, minus, value.text);
        break;
      case 9: {
        const Term faded = draw_.draw(dims, 1, Place::line, 1);
        next = fmt::format("min({} + {}[t-1], {})", in_parens(faded), name, value.text);
        break;
      }
      case 10: {
        const Term asked = draw_.draw(dims, 1, Place::line, 2);
        next = fmt::format("where({} < {}, {}[t-1], {})", in_parens(asked), draw_.number(), name, value.text);
        break;
      }
      default:
        next = value.text;
    }
    equation("", fmt::format("{} = {}", name, next));
  }

  // Exponential gates with a running maximum that begins at -∞, as they are written to stay finite.
  void with_stabiliser(const Value& state) {
    const std::string shape = random_cells::text(state.dims), m = "m" + state.text;
    const std::string raw = fresh(), faded = fresh(), i = fresh(), f = fresh();
    declarations_.push_back(fmt::format("state {}: {} = {}", m, shape, dice_.chance(50) ? "-∞" : "−∞"));
    const Term a = draw_.draw(state.dims, 2, Place::line, 2);
    const Term b = draw_.draw(state.dims, 2, Place::line, 2);
    equation("", fmt::format("{}: {} = {}", raw, shape, a.text));
    equation("", fmt::format("{}: {} = log_sigmoid({})", faded, shape, b.text));
    equation("", fmt::format("{} = max({} + {}[t-1], {})", m, faded, m, raw));
    equation("gate ", fmt::format("{} = exp({} - {})", i, raw, m));
    equation("gate ", fmt::format("{} = exp({} + {}[t-1] - {})", f, faded, m, m));
    const Term value = draw_.draw(state.dims, 2, Place::line, 1);
    equation("", fmt::format("{0} = {1} * {0}[t-1] + {2} * {3}", state.text, f, i, in_parens(value)));
    draw_.add({i, state.dims});
    draw_.add({f, state.dims});
  }

  // ---- outputs

  void outputs() {
    const Value& state = cell_.states[0];
    if (dice_.chance(50)) {
      output(state);
    } else {
      const Dims dims = wish_.layer ? Dims{{dice_.of(cell_.settings)}} : any_dims();
      const Term value = draw_.draw(dims, 2, Place::line, 2);
      cell_.outputs.push_back({"out", dims});
      equations_.push_back(fmt::format("output out: {} = {}", random_cells::text(dims), value.text));
    }
    if (wish_.layer) return;
    while (dice_.chance(30)) {
      const Value more = dice_.of(draw_.values());
      const bool name = more.text.find_first_of(".[") == std::string::npos;
      const bool known = std::any_of(cell_.outputs.begin(), cell_.outputs.end(),
                                     [&](const Value& other) { return other.text == more.text; });
      if (name && !known) output(more);
    }
  }

  void output(const Value& value) {
    cell_.outputs.push_back(value);
    equations_.push_back("output " + value.text);
  }

  // The order of statements is free, but for that of inputs.
  void shuffle(std::vector<std::string>& statements) {
    for (size_t i = statements.size(); i > 1; --i) std::swap(statements[i - 1], statements[dice_.below(i)]);
    auto next = declarations_.begin();
    auto is_input = [](const std::string& statement) { return statement.starts_with("input "); };
    for (std::string& statement : statements) {
      if (!is_input(statement)) continue;
      next = std::find_if(next, declarations_.end(), is_input);
      statement = *next++;
    }
  }

  std::string text() {
    std::vector<std::string> statements = declarations_;
    statements.insert(statements.end(), draw_.parameters().begin(), draw_.parameters().end());
    statements.insert(statements.end(), equations_.begin(), equations_.end());
    if (dice_.chance(30)) shuffle(statements);
    const std::string joint = dice_.chance(85) ? "\n  " : "  ";
    return fmt::format("cell {}[{}] {{{}{}\n}}\n", cell_.name, fmt::join(cell_.settings, ", "), joint,
                       fmt::join(statements, joint));
  }

  Dice& dice_;
  CellWish wish_;
  Expressions draw_;
  DrawnCell cell_;
  std::vector<std::string> declarations_, equations_;
  int names_ = 0;
};

}  // namespace

DrawnCell draw_cell(Dice& dice, const CellWish& wish) { return CellText(dice, wish).draw(); }

}  // namespace rnnc::random_cells
