#include "compiler/sema/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/support/check.h"

namespace rnnc::sema {

namespace {

std::string join(const std::string& prefix, const std::string& path) {
  return prefix.empty() ? path : prefix + "." + path;
}

int64_t number(const Size& size, const std::map<std::string, int64_t>& sizes) {
  auto value = size.evaluate(sizes);
  RNNC_CHECK(value.has_value(), "a size of an instantiated model is not known");
  return *value;
}

// Every use of a body, the outermost first: its path and what its names stand for in the model's names.
struct BodyUse {
  const Body* body;
  std::string path;
  std::map<std::string, Shape> sizes;
  std::vector<const InitialiserOverride*> overrides;  // of bodies outside, with their full paths beside
  std::vector<std::string> override_paths;
};

// `enter` for each use, `parameter` for each of its own parameters in order of evaluation, those of inner
// cells between them.
template <class Enter, class Visit>
void walk(const BodyUse& use, std::set<std::string>& seen, const Enter& enter, const Visit& parameter) {
  // A layer with a name is used several times and has one set of parameters.
  if (!seen.insert(use.path).second) return;
  enter(use);
  std::map<std::string, const ParameterDecl*> left;
  for (const ParameterDecl& declared : use.body->parameters) left[declared.path] = &declared;
  auto take = [&](const std::string& path) {
    auto found = left.find(path);
    if (found == left.end()) return;
    parameter(use, *found->second);
    left.erase(found);
  };
  for (const Node& node : use.body->nodes) {
    if (const auto* read = std::get_if<node::Parameter>(&node.data)) take(read->path);
    const auto* call = std::get_if<node::Call>(&node.data);
    if (call == nullptr) continue;
    BodyUse inner{call->body.get(), join(use.path, call->path), {}, use.overrides, use.override_paths};
    for (const auto& [name, shape] : call->sizes) inner.sizes[name] = substitute(shape, use.sizes);
    for (const InitialiserOverride& one : use.body->overrides) {
      inner.overrides.push_back(&one);
      inner.override_paths.push_back(join(use.path, one.path));
    }
    walk(inner, seen, enter, parameter);
  }
  // First values of states, and what nothing reads.
  for (const ParameterDecl& declared : use.body->parameters) take(declared.path);
}

BodyUse outermost(const Model& model) {
  BodyUse use{model.body.get(), "", {}, {}, {}};
  for (const auto& [name, value] : model.sizes) use.sizes[name] = {Size::name(name)};
  return use;
}

Parameter make(const BodyUse& use, const ParameterDecl& declared, const Model& model) {
  Parameter result;
  result.path = join(use.path, declared.path);
  const Shape shape = substitute(declared.shape, use.sizes);
  // A pack among the argument's dimensions has become any number of them.
  size_t fan_in =
      substitute(Shape(declared.shape.end() - declared.fan_in, declared.shape.end()), use.sizes).size();
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t size = number(shape[i], model.sizes);
    result.shape.push_back(size);
    result.axes.push_back(shape[i].text());
    (i + fan_in < shape.size() ? result.rows : result.columns) *= size;
  }
  if (declared.headwise) result.heads = result.shape.front();
  result.recurrent = declared.recurrent;
  result.initialiser = declared.initialiser;
  if (declared.recurrent && declared.initialiser.kind == Initialiser::Kind::glorot_uniform) {
    result.initialiser.kind = Initialiser::Kind::orthogonal;
  }
  for (size_t i = use.overrides.size(); i-- > 0;) {
    if (use.override_paths[i] == result.path) result.initialiser = use.overrides[i]->initialiser;
  }
  result.span = declared.span;
  return result;
}

// ---------------------------------------------------------------- names in files

bool is_number(const std::string& part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The path of a cell as files know it, and what its tensors' names end in. The parts that `stack` and
// `bidirectional` put into the path go; in nested stacks the innermost number is the layer and the outer ones
// stay.
struct FileName {
  std::string path;
  std::string suffix;
};
FileName file_name(const std::string& path, bool stateful) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= path.size() && !path.empty();) {
    size_t end = std::min(path.find('.', begin), path.size());
    parts.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  std::string layer = "0", direction;
  for (size_t i = parts.size(); i-- > 1;) {
    // Only what comes from a wrapper: a part right after the wrapper's own name, or after another such part.
    if (direction.empty() && (parts[i] == "ahead" || parts[i] == "back")) {
      direction = parts[i] == "back" ? "_reverse" : "";
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
      continue;
    }
    if (!is_number(parts[i])) continue;
    layer = parts[i];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  FileName result;
  for (const std::string& part : parts) result.path = join(result.path, part);
  if (stateful) result.suffix = "_l" + layer + direction;
  return result;
}

std::vector<int64_t> file_shape(const std::vector<const Parameter*>& rows) {
  if (rows.size() == 1 && rows[0]->columns == 1 && rows[0]->shape.size() <= 1) return rows[0]->shape;
  int64_t height = 0;
  bool matrix = false;
  for (const Parameter* row : rows) {
    height += row->rows;
    matrix = matrix || row->shape.size() > 1 || row->columns > 1;
  }
  if (!matrix) return {height};
  return {height, rows[0]->columns};
}

}  // namespace

std::vector<Parameter> parameters(const Model& model) {
  std::vector<Parameter> result;
  std::set<std::string> seen;
  walk(
      outermost(model), seen, [](const BodyUse&) {},
      [&](const BodyUse& use, const ParameterDecl& declared) {
        result.push_back(make(use, declared, model));
      });
  return result;
}

std::vector<StoredTensor> stored_tensors(const Model& model) {
  const std::vector<Parameter> all = parameters(model);
  std::map<std::string, size_t> order;
  for (size_t i = 0; i < all.size(); ++i) order[all[i].path] = i;
  std::vector<StoredTensor> result;
  std::set<std::string> stored;
  std::set<std::string> seen;
  auto rows_of = [&](const BodyUse& use) {
    const bool stateful = !use.body->states.empty();
    const FileName file = file_name(use.path, stateful);
    for (const StoredDecl& row : use.body->stored) {
      std::vector<const Parameter*> rows;
      StoredTensor tensor;
      for (const std::string& path : row.parameters) {
        tensor.parameters.push_back(join(use.path, path));
        rows.push_back(&all[order.at(tensor.parameters.back())]);
        stored.insert(tensor.parameters.back());
      }
      tensor.shape = file_shape(rows);
      for (size_t i = 0; i < row.names.size(); ++i) {
        tensor.name = join(file.path, row.names[i] + file.suffix);
        tensor.first = i == 0;
        tensor.aliases.clear();
        if (stateful) tensor.aliases.push_back(join(file.path, row.names[i]));
        result.push_back(tensor);
      }
    }
  };
  walk(outermost(model), seen, rows_of, [](const BodyUse&, const ParameterDecl&) {});
  for (const Parameter& parameter : all) {
    if (!stored.contains(parameter.path))
      result.push_back({parameter.path, parameter.shape, {parameter.path}, true, {}});
  }
  std::stable_sort(result.begin(), result.end(), [&](const StoredTensor& a, const StoredTensor& b) {
    return order.at(a.parameters.front()) < order.at(b.parameters.front());
  });
  return result;
}

}  // namespace rnnc::sema
