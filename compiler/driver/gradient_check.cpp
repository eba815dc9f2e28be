#include "compiler/driver/gradient_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "compiler/driver/engine.h"
#include "compiler/support/check.h"
#include "runtime/train/random.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;

constexpr double kStep = 1e-4;    // of an element
constexpr double kFloor = 1e-5;   // smaller gradients do not count as a scale; times the loss
constexpr double kCorner = 1e-4;  // differences over one and two steps that differ more: no smooth place
constexpr size_t kSteep = 4, kAny = 2;  // elements where the gradient is not 0, and anywhere
constexpr int64_t kSmall = 8;

class Checker {
 public:
  Checker(const Compiled& compiled, interp::Arguments arguments, bool differences, uint64_t seed)
      : module_(compiled.module),
        arguments_(std::move(arguments)),
        differences_(differences),
        random_(seed) {}

  Outcome<std::vector<CheckedGradient>> run() {
    auto exact = results_of(EngineKind::interp);
    if (!exact) return exact.error();
    auto machine = results_of(EngineKind::jit);
    if (!machine) return machine.error();
    const double loss = exact->at("loss").values[0];
    if (!std::isfinite(loss)) {
      return problem(
          Code::training_failed,
          fmt::format("the loss is {} before the first step", std::isnan(loss) ? "not a number" : "infinite"),
          "start from other weights, or give other data");
    }
    floor_ = kFloor * std::max(1.0, std::abs(loss));
    std::vector<CheckedGradient> checked;
    for (const ir::NamedType& param : ir::params_of(module_.forward)) {
      const std::string name = "grad." + param.name;
      auto one = check(param.name, exact->at(name).values, machine->at(name).values);
      if (!one) return one.error();
      checked.push_back(std::move(*one));
    }
    return checked;
  }

 private:
  Outcome<Arrays> results_of(EngineKind kind) const {
    auto engine = make_engine(kind, *module_.gradient, module_.dims);
    if (!engine) return engine.error();
    return (*engine)->run(arguments_);
  }

  Outcome<CheckedGradient> check(const std::string& name, const std::vector<double>& gradient,
                                 const std::vector<double>& machine) {
    CheckedGradient checked{name, 0, 0, 0};
    double scale = floor_;
    for (double element : gradient) scale = std::max(scale, std::abs(element));
    for (size_t i = 0; i < gradient.size(); ++i)
      checked.machine = worse(checked.machine, std::abs(machine[i] - gradient[i]) / scale);
    if (!differences_) return checked;
    for (size_t i : choose(gradient)) {
      auto difference = slope(arguments_.params.at(name).values[i]);
      if (!difference) return difference.error();
      const double size = std::max(scale, std::abs(difference->value));
      if (difference->doubt > kCorner * size) continue;
      ++checked.elements;
      checked.differences = worse(checked.differences, std::abs(difference->value - gradient[i]) / size);
    }
    return checked;
  }

  // NaN is the worst.
  static double worse(double a, double b) { return std::isnan(b) || b > a ? b : a; }

  std::set<size_t> choose(const std::vector<double>& gradient) {
    std::vector<size_t> steep;
    for (size_t i = 0; i < gradient.size(); ++i) {
      if (gradient[i] != 0) steep.push_back(i);
    }
    std::set<size_t> chosen;
    for (size_t k = 0; k < kSteep && !steep.empty(); ++k)
      chosen.insert(steep[train::random_below(random_, steep.size())]);
    for (size_t k = 0; k < kAny; ++k) chosen.insert(train::random_below(random_, gradient.size()));
    return chosen;
  }

  struct Slope {
    double value;
    double doubt;  // how much the differences over one and two steps differ
  };

  // (8 (f(x + h) − f(x − h)) − (f(x + 2h) − f(x − 2h))) / 12h
  Outcome<Slope> slope(double& element) {
    const double middle = element;
    double loss[4];
    constexpr double kOffsets[] = {1, -1, 2, -2};
    for (size_t k = 0; k < 4; ++k) {
      element = middle + kOffsets[k] * kStep;
      auto results = interp::interpret(module_.forward, module_.dims, arguments_);
      if (!results) return problem(Code::data_shape, results.error().message);
      loss[k] = results->at("loss").values[0];
    }
    element = middle;
    const double one = (loss[0] - loss[1]) / (2 * kStep), two = (loss[2] - loss[3]) / (4 * kStep);
    return Slope{(4 * one - two) / 3, std::abs(one - two)};
  }

  const ir::Module& module_;
  interp::Arguments arguments_;
  bool differences_;
  uint64_t random_;
  double floor_ = 0;
};

}  // namespace

bool detaches(const sema::Body& body) {
  return std::ranges::any_of(body.nodes, [](const sema::Node& node) {
    if (const auto* call = std::get_if<sema::node::Call>(&node.data)) return detaches(*call->body);
    const auto* element = std::get_if<sema::node::Element>(&node.data);
    return element != nullptr && element->fn == sema::ElementFn::detach;
  });
}

Outcome<std::vector<CheckedGradient>> check_gradient(const Compiled& compiled, interp::Arguments arguments,
                                                     bool differences, uint64_t seed) {
  RNNC_CHECK(compiled.module.gradient.has_value(), "no gradient to check");
  return Checker(compiled, std::move(arguments), differences, seed).run();
}

std::shared_ptr<const sema::Model> shrunken(const sema::Program& program, const ast::Body& body,
                                            std::shared_ptr<const sema::Model> model) {
  std::set<std::string> fixed;
  for (const sema::InputDecl& input : model->body->inputs) {
    for (const sema::Size& size : input.type.shape) {
      for (const std::string& name : size.names()) fixed.insert(name);
    }
    if (!input.type.token) continue;
    for (const std::string& name : input.type.token->names()) fixed.insert(name);
  }
  std::map<std::string, int64_t> sizes = model->sizes;
  for (auto& [name, size] : sizes) {
    if (!fixed.contains(name)) size = std::min(size, kSmall);
  }
  if (sizes == model->sizes) return model;
  diagnostics::Sink unheard;
  auto small = sema::instantiate(program, body, sizes, unheard);
  return small && !unheard.has_errors() ? small : model;
}

}  // namespace rnnc::driver
