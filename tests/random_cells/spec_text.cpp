#include "tests/random_cells/spec_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "tests/random_cells/cell_text.h"

namespace rnnc::random_cells {

namespace {

using Kind = CellInput::Kind;

class SpecText {
 public:
  SpecText(uint64_t seed, bool smooth) : dice_(seed), smooth_(smooth) {}

  DrawnSpec draw() {
    std::optional<DrawnCell> part;
    if (dice_.chance(30)) part = draw_cell(dice_, {"Part", smooth_, true});
    const bool layer = dice_.chance(50);
    cell_ = draw_cell(dice_, {"Drawn", smooth_, layer, part ? &*part : nullptr});
    spec_.text = (part ? part->text + "\n" : "") + cell_.text;
    if (dice_.chance(20)) {
      sizes_of_cell();
    } else {
      spec_.text += "\n" + model();
    }
    return spec_;
  }

 private:
  int64_t size() {
    static const std::vector<int64_t> small = {1, 2, 3}, all = {1, 2, 3, 3, 5, 7, 8, 17};
    return dice_.of(smooth_ ? small : all);
  }

  // The cell stands alone.
  void sizes_of_cell() {
    for (const std::string& name : cell_.settings) spec_.sizes[name] = size();
    spec_.sizes["X"] = size();
    for (const CellInput& input : cell_.inputs) {
      if (input.kind == Kind::token) spec_.sizes["V"] = size();
      if (input.kind == Kind::whole) spec_.sizes["M"] = size();
    }
  }

  // "Drawn[3, H0]"
  std::string cell_with_sizes() {
    std::vector<std::string> sizes;
    const bool alike = dice_.chance(30);
    const int64_t one = size();
    for (const std::string& setting : cell_.settings) {
      const int64_t chosen = alike ? one : size();
      if (settings_.size() < 2 && dice_.chance(30)) {
        const std::string name = fmt::format("H{}", settings_.size());
        settings_.push_back(fmt::format("{} = {}", name, chosen));
        sizes.push_back(name);
      } else {
        sizes.push_back(fmt::format("{}", chosen));
      }
      size_of_[setting] = sizes.back();
    }
    return fmt::format("{}[{}]", cell_.name, fmt::join(sizes, ", "));
  }

  std::string model() {
    const std::string width = dice_.chance(50) ? "X" : fmt::format("{}", size());
    declarations_.push_back(fmt::format("input x: seq [{}]", width));
    if (width == "X") spec_.sizes["X"] = size();
    const std::string seen = cell_.is_layer() ? teacher(input()) : "x";
    layer_ = cell_with_sizes();
    if (cell_.is_layer()) {
      run_layer(seen);
    } else {
      run_cell(width);
    }
    readouts();
    std::vector<std::string> lines = declarations_;
    lines.insert(lines.end(), equations_.begin(), equations_.end());
    const std::string settings = settings_.empty() ? "" : fmt::format("[{}]", fmt::join(settings_, ", "));
    return fmt::format("model Net{} {{\n  {}\n}}\n", settings, fmt::join(lines, "\n  "));
  }

  // What the layer sees of x.
  std::string input() {
    switch (dice_.below(8)) {
      case 0:
        return "x[t-1]";
      case 1:
        return "flatten(window[2](x))";
      case 2:
        return "dropout[0.4](x)";
      case 3:
        declarations_.push_back("input word: seq token[6]");
        return "[x, embed[2](word)]";
      case 4:
        declarations_.push_back("input note: [3]");
        return "[x, note]";
      default:
        return "x";
    }
  }

  // Sometimes the true value of the step before stands beside it.
  std::string teacher(const std::string& input) {
    if (!dice_.chance(20)) return input;
    teacher_ = true;
    declarations_.push_back("target wanted: seq [2]");
    equations_.push_back(fmt::format("seen = [{}, wanted[t-1]]", input));
    return "seen";
  }

  void run_layer(const std::string& x) {
    result_ = "y";
    switch (dice_.below(9)) {
      case 0:
        return line(fmt::format("y = {} |> stack[{}, {}]", x, layer_, dice_.below(2) + 1));
      case 1:
        if (teacher_) break;
        return line(fmt::format("y = {} |> bidirectional[{}]", x, layer_));
      case 2:
        if (teacher_) break;
        return line(fmt::format("y = reverse({}(reverse({})))", layer_, x));
      case 3:
        line("shared = " + layer_);
        return line(fmt::format("y = shared({0}){1}shared(0.5 * {0})", x, dice_.chance(50) ? " - " : " * "));
      case 4:
        return given_first(x);
      case 5: {  // the states may have the input's width
        const int64_t width = size();
        declarations_.push_back(fmt::format("input past: seq [{}]", size()));
        line(fmt::format("before = {}(linear[{}](past))", layer_, width));
        return line(fmt::format("y = {}(linear[{}]({}), init = final(before))", layer_, width, x));
      }
      case 6:
        return line(fmt::format("y = {0} |> {1} |> {1}", x, layer_));
      case 7: {
        const std::string& width = size_of_.at(cell_.outputs[0].dims[0].text);
        return line(fmt::format("y = {} |> linear[{}] |> residual[{}]", x, width, layer_));
      }
      default:
        break;
    }
    line(fmt::format("y = {}({})", layer_, x));
  }

  void given_first(const std::string& x) {
    std::vector<std::string> firsts;
    for (const Value& state : cell_.states) {
      const bool known = std::all_of(state.dims.begin(), state.dims.end(),
                                     [&](const Dim& dim) { return size_of_.contains(dim.text); });
      if (!known || dice_.chance(30)) continue;
      std::vector<std::string> sizes;
      for (const Dim& dim : state.dims) sizes.push_back(size_of_.at(dim.text));
      const std::string name = fmt::format("first{}", firsts.size());
      declarations_.push_back(fmt::format("input {}: [{}]", name, fmt::join(sizes, ", ")));
      firsts.push_back(fmt::format(", {} = {}", state.text, dice_.chance(50) ? name : "tanh(" + name + ")"));
    }
    line(fmt::format("y = {}({}{})", layer_, x, fmt::join(firsts, "")));
  }

  // A cell of any kind: every input gets something.
  void run_cell(const std::string& width) {
    std::vector<std::string> arguments;
    for (const CellInput& input : cell_.inputs) arguments.push_back(argument(input, width));
    line(fmt::format("y = {}({})", layer_, fmt::join(arguments, ", ")));
    const Value& output = dice_.of(cell_.outputs);
    result_ = "r";
    const std::string one = cell_.outputs.size() == 1 ? "y" : "y." + output.text;
    line(fmt::format("r = flatten({})", one));
    if (cell_.outputs.size() > 1) equations_.push_back("output other = y." + dice_.of(cell_.outputs).text);
    if (dice_.chance(30)) equations_.push_back("output inside = y." + dice_.of(cell_.states).text);
  }

  std::string argument(const CellInput& input, const std::string& width) {
    const std::string by_name = input.name == "x" || dice_.chance(60) ? "" : input.name + " = ";
    // After a name there is no place.
    if (named_ || !by_name.empty()) named_ = true;
    const std::string name = named_ ? input.name + " = " : "";
    switch (input.kind) {
      case Kind::vector:
        if (input.name == "x") return name + (dice_.chance(80) ? "x" : "sin(x)");
        if (dice_.chance(30)) return name + "x[t-2]";
        declarations_.push_back(fmt::format("input z: {}[{}]", dice_.chance(60) ? "seq " : "", width));
        return name + "z";
      case Kind::scalar:
        declarations_.push_back(fmt::format("input knob: {}[]", dice_.chance(60) ? "seq " : ""));
        return name + "knob";
      case Kind::token:
        declarations_.push_back("input word: seq token[6]");
        return name + "word";
      case Kind::whole:
        declarations_.push_back(fmt::format("input past: seq [{}]", size()));
        return name + (dice_.chance(70) ? "past" : "tanh(past)");
    }
    return {};
  }

  void readouts() {
    bool any = teacher_;
    if (teacher_) {
      line(fmt::format("guess = linear[2]({})", result_));
      equations_.push_back(
          fmt::format("loss {}(guess, wanted)", smooth_ || dice_.chance(50) ? "mse" : "huber"));
    }
    // What predicts sees nothing of its target's future.
    static const std::vector<std::string> causal = {"{}", "linear[3]({})", "{}[t-1]",
                                                    "flatten(window[3]({}))"};
    static const std::vector<std::string> smooth = {"last({})", "mean[t]({})", "sum[t](tanh({}))",
                                                    "reverse({})", "softmax[t]({}) * {}"};
    static const std::vector<std::string> all = {"max[t]({})", "min[t]({})", "last({})", "reverse({})"};
    while (!any || dice_.chance(35)) {
      const bool looks_back = teacher_ || dice_.chance(40);
      const std::string& form =
          looks_back ? dice_.of(causal) : dice_.of(smooth_ || dice_.chance(50) ? smooth : all);
      std::string text = form;
      for (size_t at = text.find("{}"); at != std::string::npos; at = text.find("{}"))
        text.replace(at, 2, result_);
      equations_.push_back(fmt::format("output r{} = {}", ++outputs_, text));
      any = true;
    }
    if (!teacher_ && dice_.chance(60)) loss();
  }

  void loss() {
    switch (dice_.below(5)) {
      case 0:
        declarations_.push_back("target tags: seq token[6]");
        line(fmt::format("logits = linear[6]({})", result_));
        return line("loss cross_entropy(logits, tags)");
      case 1:
        declarations_.push_back("target label: token[6]");
        line(fmt::format("logits = mean[t]({}) |> linear[6]", result_));
        return line("loss cross_entropy(logits, label)");
      case 2:
        declarations_.push_back("target goal: seq [2]");
        line(fmt::format("guess = {} |> linear[2]", result_));
        return line(fmt::format("loss {}(guess, goal)", smooth_ ? "binary_cross_entropy" : "mae"));
      case 3:
        declarations_.push_back("target goal: [2]");
        line(fmt::format("guess = linear[2](last({}))", result_));
        return line("loss mse(guess, goal)");
      default:
        return line(fmt::format("loss 0.3 * square({})", result_));
    }
  }

  void line(const std::string& text) { equations_.push_back(text); }

  Dice dice_;
  bool smooth_;
  DrawnSpec spec_;
  DrawnCell cell_;
  std::map<std::string, std::string> size_of_;  // what the cell's names are here
  std::string layer_, result_;
  std::vector<std::string> settings_, declarations_, equations_;
  bool teacher_ = false, named_ = false;
  int outputs_ = 0;
};

}  // namespace

DrawnSpec draw_spec(uint64_t seed, bool smooth) { return SpecText(seed, smooth).draw(); }

}  // namespace rnnc::random_cells
