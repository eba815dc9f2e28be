#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/backend/target.h"
#include "compiler/driver/checkpoint.h"
#include "compiler/driver/commands.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/console.h"
#include "compiler/driver/equations.h"
#include "compiler/driver/machine_code.h"
#include "compiler/driver/table.h"
#include "compiler/driver/target.h"
#include "compiler/schedule/cost.h"
#include "compiler/sema/parameters.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using Json = nlohmann::ordered_json;
using sema::Body;
using sema::Model;

struct Options {
  Target target;
  bool json = false, equations = false;
};

int64_t count(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (int64_t size : shape) product *= size;
  return product;
}

std::string text(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

std::vector<int64_t> numbers(const sema::Shape& shape, const Model& model) {
  std::vector<int64_t> result;
  for (const sema::Size& size : shape) result.push_back(size.evaluate(model.sizes).value_or(0));
  return result;
}

// A cell that stands alone runs over sequences.
bool is_sequence(const sema::Type& type, const Model& model) {
  return type.clock.has_value() || model.body->kind == ast::BodyKind::cell;
}

// "seq token[96]", "[16]"
std::string text(const sema::Type& type, const Model& model) {
  const std::string seq = is_sequence(type, model) ? "seq " : "";
  if (type.token) return fmt::format("{}token[{}]", seq, type.token->evaluate(model.sizes).value_or(0));
  return seq + text(numbers(type.shape, model));
}

std::string text(const sema::Initialiser& initialiser) {
  using Kind = sema::Initialiser::Kind;
  auto name = [](Kind kind) {
    switch (kind) {
      case Kind::zeros:
        return "zeros";
      case Kind::ones:
        return "ones";
      case Kind::constant:
        return "constant";
      case Kind::uniform:
        return "uniform";
      case Kind::normal:
        return "normal";
      case Kind::glorot_uniform:
        return "glorot_uniform";
      case Kind::orthogonal:
        return "orthogonal";
      case Kind::linspace:
        return "linspace";
    }
    RNNC_UNREACHABLE("an initialiser of no kind");
  };
  const std::string kind = name(initialiser.kind);
  return initialiser.arguments.empty() ? kind
                                       : fmt::format("{}({})", kind, fmt::join(initialiser.arguments, ", "));
}

// Parameters by path, and what the files hold of them.
struct Parameters {
  explicit Parameters(const Model& model) : stored(sema::stored_tensors(model)) {
    for (sema::Parameter& parameter : sema::parameters(model)) {
      numbers += count(parameter.shape);
      std::string path = parameter.path;
      by_path.emplace(std::move(path), std::move(parameter));
    }
  }
  std::vector<sema::StoredTensor> stored;
  std::map<std::string, sema::Parameter> by_path;
  int64_t numbers = 0;
};

// What running it takes: the State, and what one step of one sequence costs (of a model without time, one
// sample).
struct Running {
  std::vector<std::pair<ir::StateEntry, std::vector<int64_t>>> states;
  int64_t flops = 0, bytes = 0;
};
Outcome<Running> running_of(const std::shared_ptr<const Model>& model) {
  auto compiled = compile(model, {});
  if (!compiled) return compiled.error();
  const ir::Module& module = compiled->module;
  Running running;
  for (const ir::StateEntry& entry : module.state) {
    std::vector<int64_t> shape;
    for (ir::DimId dim : entry.type.dims) {
      if (module.dims[dim].kind == ir::DimKind::constant) shape.push_back(module.dims[dim].size);
    }
    running.states.emplace_back(entry, std::move(shape));
  }
  auto plan = make_plan(module.forward, module.dims, backend::native_target().machine);
  if (!plan) return running;
  const schedule::Cost cost = schedule::cost_of(*plan);
  auto a_step = [&](const schedule::SizeExpr& size) {
    auto at = [&](int64_t steps) {
      return size.evaluate(
          [&](ir::DimId dim) { return plan->dims[dim].kind == ir::DimKind::batch ? 1 : steps; });
    };
    return plan->times.empty() ? at(0) : at(2) - at(1);
  };
  running.flops = a_step(cost.flops);
  running.bytes = a_step(cost.read) + a_step(cost.written);
  return running;
}

Json value_json(const std::string& name, const sema::Type& type, const Model& model) {
  Json json = {{"name", name}, {"sequence", is_sequence(type, model)}};
  if (type.clock) json["length"] = model.body->clocks[*type.clock];
  if (type.token) {
    json["token"] = type.token->evaluate(model.sizes).value_or(0);
  } else {
    json["shape"] = numbers(type.shape, model);
  }
  return json;
}

Json to_json(const Model& model, const Running& running) {
  const Body& body = *model.body;
  const Parameters parameters(model);
  Json json = {{body.kind == ast::BodyKind::model ? "model" : "cell", body.name}};
  for (const sema::SizeSymbol& symbol : body.symbols)
    json["sizes"][symbol.name] = model.sizes.at(symbol.name);
  json["parameter_count"] = parameters.numbers;
  json["parameters"] = Json::array();
  for (const sema::StoredTensor& tensor : parameters.stored) {
    Json row = {{"name", tensor.name}, {"shape", tensor.shape}, {"holds", Json::array()}};
    for (const std::string& path : tensor.parameters) {
      const sema::Parameter& parameter = parameters.by_path.at(path);
      row["holds"].push_back(
          {{"parameter", path}, {"shape", parameter.shape}, {"initialiser", text(parameter.initialiser)}});
    }
    json["parameters"].push_back(std::move(row));
  }
  for (const char* key : {"inputs", "targets", "outputs"}) json[key] = Json::array();
  for (const sema::InputDecl& input : body.inputs) {
    json[input.target ? "targets" : "inputs"].push_back(value_json(input.name, input.type, model));
  }
  for (const sema::NamedNode& output : body.outputs) {
    json["outputs"].push_back(value_json(output.name, body[output.node].type, model));
  }
  json["states"] = Json::array();
  for (const auto& [entry, shape] : running.states) {
    json["states"].push_back(
        {{"path", entry.path}, {"shape", shape}, {"first", fmt::format("{}", entry.first)}});
  }
  json["flops_a_step"] = running.flops;
  json["bytes_a_step"] = running.bytes;
  return json;
}

std::string sizes_text(const Model& model) {
  std::vector<std::string> result;
  for (const sema::SizeSymbol& symbol : model.body->symbols) {
    result.push_back(fmt::format("{} = {}", symbol.name, model.sizes.at(symbol.name)));
  }
  return fmt::format("{}", fmt::join(result, ", "));
}

// The initialisers of what a tensor holds, each kind once.
std::string initialisers(const sema::StoredTensor& tensor, const Parameters& parameters) {
  if (!tensor.first) return "zeros";  // of a sum, the first holds the value
  std::vector<std::string> kinds;
  for (const std::string& path : tensor.parameters) {
    std::string kind = text(parameters.by_path.at(path).initialiser);
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(std::move(kind));
  }
  return fmt::format("{}", fmt::join(kinds, ", "));
}

std::string to_text(const Model& model, const Running& running, const std::string& file) {
  const Body& body = *model.body;
  const Parameters parameters(model);
  std::string result =
      fmt::format("{} {} of {}\n", body.kind == ast::BodyKind::model ? "model" : "cell", body.name, file);
  if (!body.symbols.empty()) result += fmt::format("  sizes  {}\n", sizes_text(model));
  Table rows;
  for (const sema::StoredTensor& tensor : parameters.stored) {
    const bool same = tensor.parameters.size() == 1 && tensor.parameters.front() == tensor.name;
    rows.add({tensor.name, text(tensor.shape), initialisers(tensor, parameters),
              same ? "" : fmt::format("{}", fmt::join(tensor.parameters, ", "))});
  }
  result += fmt::format("\nparameters: {} numbers in {} tensors\n{}", with_commas(parameters.numbers),
                        parameters.stored.size(),
                        rows.text({"name in files", "shape", "starts as", "in the equations"}));
  Table values;
  for (const sema::InputDecl& input : body.inputs) {
    values.add({input.target ? "target" : "input", input.name, text(input.type, model)});
  }
  for (const sema::NamedNode& output : body.outputs) {
    values.add({"output", output.name, text(body[output.node].type, model)});
  }
  for (const auto& [entry, shape] : running.states) {
    values.add(
        {"state", entry.path, text(shape), entry.first == 0 ? "" : fmt::format("first {}", entry.first)});
  }
  return result + "\n" + values.text({}) +
         fmt::format("\na step of one sequence: {} FLOP, {} bytes\n", with_commas(running.flops),
                     with_commas(running.bytes));
}

Exit run(const Options& options, Console& console) {
  Spec spec = open_spec(options.target.spec);
  if (options.equations) {
    console.report(spec.sink, spec.sources);
    if (!spec.good()) return Exit::input;
    console.print(equations_json(spec.program));
    return Exit::done;
  }
  std::shared_ptr<const Model> model = instantiate(options.target, spec);
  console.report(spec.sink, spec.sources);
  if (!model) return Exit::input;
  const Outcome<Running> running = running_of(model);
  if (!running) console.fail(running.error(), spec.sources);
  const Running shown = running ? *running : Running{};
  console.print(options.json ? to_json(*model, shown).dump(2) + "\n"
                             : to_text(*model, shown, options.target.spec));
  return Exit::done;
}

}  // namespace

Command inspect_command() {
  return {"inspect", "List parameters, inputs, outputs and states, and what a step costs",
          "  rnnc inspect char_lm.rnn -D V=96\n"
          "  rnnc inspect library:GRU -D X=16 -D H=32 --json\n"
          "  rnnc inspect char_lm.rnn --equations             for programs: docs/equations.md",
          [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            options->target.add_options(app);
            app.add_flag("--json", options->json, "As JSON");
            app.add_flag("--equations", options->equations,
                         "What the whole spec says, as trees in JSON, without sizes");
            return [options](Console& console) { return run(*options, console); };
          }};
}

}  // namespace rnnc::driver
