#include "compiler/driver/equations.h"

#include <nlohmann/json.hpp>
#include <set>

#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using Json = nlohmann::ordered_json;

const char* sign(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::add:
      return "+";
    case ast::BinaryOp::subtract:
      return "-";
    case ast::BinaryOp::multiply:
      return "*";
    case ast::BinaryOp::divide:
      return "/";
    case ast::BinaryOp::power:
      return "^";
    case ast::BinaryOp::contract:
      return "@";
    case ast::BinaryOp::less:
      return "<";
    case ast::BinaryOp::less_equal:
      return "<=";
    case ast::BinaryOp::greater:
      return ">";
    case ast::BinaryOp::greater_equal:
      return ">=";
    case ast::BinaryOp::equal:
      return "==";
    case ast::BinaryOp::not_equal:
      return "!=";
  }
  RNNC_UNREACHABLE("an operation of no kind");
}

Json names(const std::vector<ast::Name>& list) {
  Json json = Json::array();
  for (const ast::Name& name : list) json.push_back(name.text);
  return json;
}

// Trees, and which names stand in them.
class Trees {
 public:
  const std::set<std::string>& seen() const { return seen_; }

  Json function(const ast::Function& function) {
    return {{"settings", settings(function.settings)},
            {"arguments", names(function.parameters)},
            {"value", tree(*function.value)}};
  }

  Json body(const ast::Body& body) {
    Json json = {{"kind", body.kind == ast::BodyKind::cell ? "cell" : "model"},
                 {"settings", settings(body.settings)},
                 {"statements", Json::array()}};
    for (const ast::Statement& statement : body.statements) {
      Json one = std::visit([this](const auto& node) { return of(node); }, statement.node);
      if (!one.is_null()) json["statements"].push_back(std::move(one));
    }
    return json;
  }

 private:
  Json tree(const ast::Expr& expr) {
    return std::visit([this](const auto& node) { return of(node); }, expr.node);
  }
  Json tree(const ast::ExprPtr& expr) { return expr ? tree(*expr) : Json(nullptr); }
  Json trees(const std::vector<ast::ExprPtr>& list) {
    Json json = Json::array();
    for (const ast::ExprPtr& expr : list) json.push_back(tree(*expr));
    return json;
  }

  Json settings(const std::vector<ast::Setting>& list) {
    Json json = Json::array();
    for (const ast::Setting& setting : list)
      json.push_back({{"name", setting.name.text}, {"default", tree(setting.fallback)}});
    return json;
  }
  Json arguments(const std::vector<ast::Argument>& list) {
    Json json = Json::array();
    for (const ast::Argument& argument : list) {
      json.push_back({{"name", argument.name ? Json(argument.name->text) : Json(nullptr)},
                      {"value", tree(*argument.value)}});
    }
    return json;
  }
  Json shape(const std::optional<ast::Shape>& shape) { return shape ? trees(shape->sizes) : Json(nullptr); }
  Json type(const ast::Type& type) {
    return {{"sequence", type.sequence}, {"shape", shape(type.shape)}, {"token", tree(type.token)}};
  }

  // ---- expressions

  Json of(const ast::Number& node) { return {{"kind", "number"}, {"text", node.spelling}}; }
  Json of(const ast::NameRef& node) {
    seen_.insert(node.text);
    return {{"kind", "name"}, {"name", node.text}};
  }
  Json of(const ast::Time&) { return {{"kind", "time"}}; }
  Json of(const ast::Negate& node) { return {{"kind", "negate"}, {"operand", tree(node.operand)}}; }
  Json of(const ast::Root& node) { return {{"kind", "root"}, {"operand", tree(node.operand)}}; }
  Json of(const ast::Binary& node) {
    Json left = tree(node.left), right = tree(node.right);
    return {{"kind", "binary"}, {"sign", sign(node.op)}, {"left", left}, {"right", right}};
  }
  Json of(const ast::Member& node) {
    return {{"kind", "member"}, {"object", tree(node.object)}, {"name", node.member.text}};
  }
  Json of(const ast::Bracket& node) {
    Json object = tree(node.object), inside = arguments(node.arguments);
    return {{"kind", "bracket"}, {"object", object}, {"arguments", inside}};
  }
  Json of(const ast::Call& node) {
    Json callee = tree(node.callee), values = arguments(node.arguments);
    return {{"kind", "call"}, {"callee", callee}, {"arguments", values}};
  }
  Json of(const ast::Pipe& node) {
    Json value = tree(node.value), stage = tree(node.stage);
    return {{"kind", "pipe"}, {"value", value}, {"stage", stage}};
  }
  Json of(const ast::Concat& node) { return {{"kind", "join"}, {"parts", trees(node.parts)}}; }
  Json of(const ast::Parens& node) { return {{"kind", "parens"}, {"inner", tree(node.inner)}}; }

  // ---- statements

  Json of(const ast::Input& node) {
    return {{"kind", "input"},
            {"names", names(node.names)},
            {"type", node.type ? type(*node.type) : Json(nullptr)}};
  }
  Json of(const ast::Target& node) {
    return {{"kind", "target"}, {"names", names(node.names)}, {"type", type(node.type)}};
  }
  Json of(const ast::State& node) {
    return {{"kind", "state"},
            {"names", names(node.names)},
            {"shape", trees(node.shape.sizes)},
            {"first", tree(node.first)}};
  }
  Json of(const ast::Param& node) {
    Json paths = Json::array();
    for (const ast::Path& path : node.paths) paths.push_back(path.text());
    return {{"kind", "param"}, {"paths", paths}, {"shape", shape(node.shape)}};
  }
  Json of(const ast::Equation& node) {
    return {{"kind", "equation"},
            {"names", names(node.names)},
            {"shape", shape(node.shape)},
            {"value", tree(node.value)}};
  }
  Json of(const ast::Output& node) {
    return {{"kind", "output"},
            {"names", names(node.names)},
            {"shape", shape(node.shape)},
            {"value", tree(node.value)}};
  }
  Json of(const ast::Loss& node) { return {{"kind", "loss"}, {"value", tree(node.value)}}; }
  // How it is trained, and how files hold its parameters, `inspect --json` and the checkpoint say.
  Json of(const ast::Train&) { return nullptr; }
  Json of(const ast::Stored&) { return nullptr; }

  std::set<std::string> seen_;
};

}  // namespace

std::string equations_json(const sema::Program& program) {
  Json own = Json::array(), functions = Json::object(), bodies = Json::object();
  Trees trees;
  for (const ast::Body* body : program.own) {
    own.push_back(body->name.text);
    bodies[body->name.text] = trees.body(*body);
  }
  // What was seen may be a function or a cell, and these see more.
  for (bool more = true; more;) {
    more = false;
    for (const std::string& name : std::set<std::string>(trees.seen())) {
      if (functions.contains(name) || bodies.contains(name)) continue;
      if (auto function = program.functions.find(name); function != program.functions.end()) {
        functions[name] = trees.function(*function->second);
      } else if (auto cell = program.cells.find(name); cell != program.cells.end()) {
        bodies[name] = trees.body(*cell->second);
      } else {
        continue;
      }
      more = true;
    }
  }
  return Json{{"own", own}, {"functions", functions}, {"bodies", bodies}}.dump(2) + "\n";
}

}  // namespace rnnc::driver
