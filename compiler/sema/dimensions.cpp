#include "compiler/sema/dimensions.h"

#include <fmt/format.h>

#include <optional>

namespace rnnc::sema {

namespace {

using Sizes = std::map<std::string, int64_t>;

class DimensionCheck {
 public:
  DimensionCheck(OtherSizes others, diagnostics::Sink& sink) : others_(others), sink_(sink) {}

  // `call`: where the body that is asked about calls this one.
  bool check(const Body& body, const Sizes& sizes, std::optional<Span> call) {
    for (const Node& node : body.nodes) {
      for (const Size& size : node.type.shape) {
        const auto value = size.evaluate(sizes);
        if (value ? *value >= 1 : others_ == OtherSizes::open) continue;
        report(body, node, "dimension", size, sizes, call);
        return false;
      }
      if (const Size* delay = delay_of(node)) {
        const auto value = delay->evaluate(sizes);
        if (value ? *value < 1 : others_ == OtherSizes::known) {
          report(body, node, "delay", *delay, sizes, call);
          return false;
        }
      }
      const auto* inner = std::get_if<node::Call>(&node.data);
      if (inner == nullptr) continue;
      Sizes given;
      for (const auto& [name, shape] : inner->sizes) {
        // An input without a shape is one axis inside, of as many elements as are passed. A setting that is
        // not whole may still be a number there, but no dimension.
        if (auto value = product(shape).evaluate(sizes)) given[name] = *value;
      }
      if (!check(*inner->body, given, call ? call : node.span)) return false;
    }
    return true;
  }

 private:
  static const Size* delay_of(const Node& node) {
    if (const auto* past = std::get_if<node::StatePast>(&node.data)) return &past->steps;
    if (const auto* past = std::get_if<node::Delayed>(&node.data)) return &past->steps;
    return nullptr;
  }

  void report(const Body& body, const Node& node, const char* what, const Size& size, const Sizes& sizes,
              std::optional<Span> call) {
    const auto value = size.evaluate(sizes);
    std::string numbers;
    for (const std::string& name : size.names()) {
      auto known = sizes.find(name);
      if (known == sizes.end()) continue;
      numbers += fmt::format("{}{} = {}", numbers.empty() ? ", where " : ", ", name, known->second);
    }
    std::vector<diagnostics::Label> related;
    if (call) related.push_back({node.span, fmt::format("in `{}`", body.name)});
    sink_.report({diagnostics::Code::size_not_positive,
                  fmt::format("the {} {} is {}{}", what, size.text(),
                              value ? "not at least 1" : "no whole number", numbers),
                  {call.value_or(node.span), ""},
                  std::move(related),
                  {},
                  value ? "" : "choose sizes that divide"});
  }

  OtherSizes others_;
  diagnostics::Sink& sink_;
};

}  // namespace

bool check_dimensions(const Body& body, const Sizes& sizes, OtherSizes others, diagnostics::Sink& sink) {
  return DimensionCheck(others, sink).check(body, sizes, {});
}

}  // namespace rnnc::sema
