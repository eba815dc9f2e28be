#include "compiler/ast/layout.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/support/check.h"
#include "compiler/support/source.h"

namespace rnnc::ast::layout {

enum class NodeKind { text, line, hard_line, trailing, concat, nest, align, group };

struct Node {
  NodeKind kind;
  std::string content = {};  // of text and comments; of a line what it reads when flat
  size_t width = 0;          // of content, on a terminal
  int columns = 0;
  std::vector<Doc> parts = {};
  bool breaks = false;
};

namespace {

Doc make(Node node) {
  for (const Doc& part : node.parts) node.breaks = node.breaks || part.breaks();
  return Doc(std::make_shared<const Node>(std::move(node)));
}

Doc make_with_content(NodeKind kind, std::string content) {
  size_t width = support::display_width(content);
  return make({.kind = kind, .content = std::move(content), .width = width});
}

}  // namespace

bool Doc::breaks() const { return node_ && node_->breaks; }

Doc text(std::string content) { return make_with_content(NodeKind::text, std::move(content)); }
Doc line(std::string flat) { return make_with_content(NodeKind::line, std::move(flat)); }
Doc hard_line() { return make({.kind = NodeKind::hard_line, .breaks = true}); }
Doc trailing(std::string comment) {
  return make({.kind = NodeKind::trailing, .content = std::move(comment), .breaks = true});
}
Doc concat(std::vector<Doc> parts) { return make({.kind = NodeKind::concat, .parts = std::move(parts)}); }
Doc nest(int columns, Doc inner) {
  return make({.kind = NodeKind::nest, .columns = columns, .parts = {std::move(inner)}});
}
Doc align(Doc inner) { return make({.kind = NodeKind::align, .parts = {std::move(inner)}}); }
Doc group(Doc inner) { return make({.kind = NodeKind::group, .parts = {std::move(inner)}}); }

namespace {

enum class Mode { flat, broken };

struct Command {
  size_t indentation;
  Mode mode;
  const Node* node;
};

void push_parts(std::vector<Command>& stack, const Node& node, size_t indentation, Mode mode) {
  for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part) {
    if (!part->empty()) stack.push_back({indentation, mode, part->node()});
  }
}

class Renderer {
 public:
  explicit Renderer(size_t width) : width_(width) { lines_.emplace_back(); }

  std::vector<OutputLine> render(const Node* root) {
    stack_.push_back({0, Mode::broken, root});
    while (!stack_.empty()) {
      Command command = stack_.back();
      stack_.pop_back();
      step(command);
    }
    finish_line();
    return std::move(lines_);
  }

 private:
  void step(const Command& command) {
    const Node& node = *command.node;
    switch (node.kind) {
      case NodeKind::text:
        return put(node);
      case NodeKind::line:
        return command.mode == Mode::flat ? put(node) : new_line(command.indentation);
      case NodeKind::hard_line:
        return new_line(command.indentation);
      case NodeKind::trailing:
        lines_.back().comment = node.content;
        return;
      case NodeKind::concat:
        return push_parts(stack_, node, command.indentation, command.mode);
      case NodeKind::nest: {
        auto indentation = static_cast<int>(command.indentation) + node.columns;
        return push_parts(stack_, node, static_cast<size_t>(std::max(indentation, 0)), command.mode);
      }
      case NodeKind::align:
        return push_parts(stack_, node, column_, command.mode);
      case NodeKind::group: {
        bool is_flat = command.mode == Mode::flat || (!node.breaks && fits(command));
        return push_parts(stack_, node, command.indentation, is_flat ? Mode::flat : Mode::broken);
      }
    }
  }

  // Whether the group fits on the line, together with what follows it up to the next place where the line may
  // end.
  bool fits(const Command& group) const {
    if (column_ > width_) return false;
    size_t left = width_ - column_;
    std::vector<Command> inside = {{0, Mode::flat, group.node}};
    size_t outside = stack_.size();
    while (true) {
      if (inside.empty()) {
        if (outside == 0) return true;
        inside.push_back(stack_[--outside]);
      }
      Command command = inside.back();
      inside.pop_back();
      const Node& node = *command.node;
      bool ends_line = node.kind == NodeKind::hard_line || node.kind == NodeKind::trailing ||
                       (node.kind == NodeKind::line && command.mode == Mode::broken);
      if (ends_line) return true;
      if (node.kind == NodeKind::text || node.kind == NodeKind::line) {
        if (node.width > left) return false;
        left -= node.width;
      }
      push_parts(inside, node, 0, command.mode);
    }
  }

  void put(const Node& node) {
    OutputLine& line = lines_.back();
    if (line.text.empty()) line.text.append(column_, ' ');
    line.text += node.content;
    column_ += node.width;
  }

  void new_line(size_t indentation) {
    finish_line();
    lines_.emplace_back();
    column_ = indentation;
  }

  void finish_line() {
    std::string& text = lines_.back().text;
    text.erase(text.find_last_not_of(' ') + 1);
  }

  size_t width_;
  size_t column_ = 0;  // of the next sign; an empty line has its indentation still to come
  std::vector<OutputLine> lines_;
  std::vector<Command> stack_;
};

}  // namespace

std::vector<OutputLine> render(const Doc& doc, size_t width) {
  if (doc.empty()) return {};
  return Renderer(width).render(doc.node());
}

std::string flat(const Doc& doc) {
  RNNC_CHECK(!doc.breaks(), "a document with hard lines cannot be flat");
  if (doc.empty()) return {};
  Doc on_one_line = group(doc);
  return Renderer(SIZE_MAX).render(on_one_line.node()).front().text;
}

}  // namespace rnnc::ast::layout
