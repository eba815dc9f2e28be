#include <fmt/format.h>

#include <unordered_set>

#include "compiler/ir/printer.h"
#include "compiler/ir/text.h"
#include "compiler/ir/words.h"

namespace rnnc::ir {

std::vector<std::string> value_names(const Function& function) {
  std::vector<std::string> names;
  std::unordered_set<std::string> taken;
  size_t numbers = 0;
  for (const Value& value : function.values()) {
    std::string name = "%" + (is_word(value.name) ? value.name : std::to_string(numbers++));
    std::string unique = name;
    for (size_t copy = 2; !taken.insert(unique).second; ++copy) unique = fmt::format("{}_{}", name, copy);
    names.push_back(std::move(unique));
  }
  return names;
}

namespace {

class Printer {
 public:
  explicit Printer(const DimTable& dims) : dims_(dims) {}

  void module(const Module& module) {
    line("module {} {{", to_word(module.name));
    ++depth_;
    table();
    for (const StateEntry& entry : module.state) state_entry(entry);
    function(module.forward, "forward");
    if (module.gradient) function(*module.gradient, "gradient");
    if (module.begin) function(*module.begin, "begin");
    if (module.step) function(*module.step, "step");
    --depth_;
    line("}}");
  }

  // `role`: the place in the module, said where it is not the function's name. Empty outside of modules.
  void function(const Function& function, const std::string& role) {
    std::string as = role.empty() || role == function.name() ? "" : " as " + role;
    line("func @{}{} {{", to_word(function.name()), as);
    ++depth_;
    auto names = value_names(function);
    for (const Instr& instr : function.instrs()) instruction(function, instr, names);
    if (!function.results().empty())
      line("return {}", results(function, 0, function.results().size(), names));
    --depth_;
    line("}}");
  }

  void instruction(const Function& function, const Instr& instr, const std::vector<std::string>& names) {
    const auto* scan = std::get_if<ScanAttr>(&instr.attributes);
    if (!scan || !scan->body) return line("{}", head(function, instr, names));
    line("{} {{", head(function, instr, names));
    ++depth_;
    body(*scan);
    --depth_;
    line("}}");
  }

  std::string head(const Function& function, const Instr& instr,
                   const std::vector<std::string>& names) const {
    std::string left, types;
    for (size_t i = 0; i < instr.results.size(); ++i) {
      std::string_view comma = i > 0 ? ", " : "";
      left += fmt::format("{}{}", comma, names[instr.results[i].index]);
      types += fmt::format("{}{}", comma, to_text(function.type(instr.results[i]), dims_));
    }
    std::string_view equals = left.empty() ? "" : " = ";
    return fmt::format("{}{}{} : {}", left, equals, operation_text(instr, names, dims_), types);
  }

  std::string take() { return std::move(text_); }

 private:
  template <class... Parts>
  void line(fmt::format_string<Parts...> format, Parts&&... parts) {
    text_.append(2 * depth_, ' ');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Parts>(parts)...);
    text_ += '\n';
  }

  void table() {
    for (uint32_t i = 0; i < dims_.size(); ++i) {
      const Dim& dim = dims_[DimId{i}];
      switch (dim.kind) {
        case DimKind::constant:
          line("dim {} = {}", to_word(dim.name), dim.size);
          break;
        case DimKind::batch:
          line("batch {}", to_word(dim.name));
          break;
        case DimKind::time:
          line("time {}", to_word(dim.name));
          break;
      }
    }
  }

  void state_entry(const StateEntry& entry) {
    std::string parameter = entry.first_parameter.empty() ? "" : " param " + to_word(entry.first_parameter);
    line("state {} : {} first {}{}{}", to_word(entry.path), to_text(entry.type, dims_), entry.first,
         parameter, entry.given ? " given" : "");
  }

  void body(const ScanAttr& scan) {
    const Function& function = *scan.body;
    auto names = value_names(function);
    std::string parameters;
    for (ValueId id : function.parameters()) {
      parameters += fmt::format("{}{} : {}", parameters.empty() ? "" : ", ", names[id.index],
                                to_text(function.type(id), dims_));
    }
    line("({})", parameters);
    for (const Instr& instr : function.instrs()) instruction(function, instr, names);
    size_t all = function.results().size();
    line("yield({}) next({})", results(function, 0, scan.outs, names),
         results(function, scan.outs, all, names));
  }

  static std::string results(const Function& function, size_t begin, size_t end,
                             const std::vector<std::string>& names) {
    std::string text;
    for (size_t i = begin; i < end && i < function.results().size(); ++i) {
      const NamedResult& result = function.results()[i];
      std::string_view value =
          result.value.index < names.size() ? std::string_view(names[result.value.index]) : "%?";
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", to_word(result.name), value);
    }
    return text;
  }

  const DimTable& dims_;
  std::string text_;
  size_t depth_ = 0;
};

}  // namespace

std::string print(const Module& module) {
  Printer printer(module.dims);
  printer.module(module);
  return printer.take();
}

std::string print(const Function& function, const DimTable& dims) {
  Printer printer(dims);
  printer.function(function, "");
  return printer.take();
}

std::string print(const Function& function, InstrId instr, const DimTable& dims) {
  return Printer(dims).head(function, function[instr], value_names(function));
}

}  // namespace rnnc::ir
