// A small algebra of layouts, after Wadler's "A prettier printer" and Lindig's strict version of it: a
// document says where its lines may be broken, the renderer chooses, and a group that fits on the line stays
// on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace rnnc::ast::layout {

struct Node;

// Immutable and shared; a default one is empty.
class Doc {
 public:
  Doc() = default;
  explicit Doc(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

  const Node* node() const { return node_.get(); }
  bool empty() const { return !node_; }
  // Whether some line of it is broken whatever the width.
  bool breaks() const;

 private:
  std::shared_ptr<const Node> node_;
};

Doc text(std::string content);  // without line breaks
// A place where a line may end. On one line it reads as `flat`.
Doc line(std::string flat = " ");
Doc hard_line();
// A comment that ends the line it stands on; it takes no room in the choice of breaks. A hard line must
// follow.
Doc trailing(std::string comment);
Doc concat(std::vector<Doc> parts);
constexpr int kIndentation = 2;  // of what stands in braces or brackets
// Lines broken inside are indented by `columns` more (or less) than those outside.
Doc nest(int columns, Doc inner);
// Lines broken inside begin in the column where this document begins.
Doc align(Doc inner);
// On one line if that fits, and if nothing in it breaks anyway; otherwise all lines directly in it are
// broken.
Doc group(Doc inner);

struct OutputLine {
  std::string text;     // without blanks at its end
  std::string comment;  // what `trailing` put at its end
};

std::vector<OutputLine> render(const Doc& doc, size_t width);
// Everything on one line. The document must not contain a hard line.
std::string flat(const Doc& doc);

}  // namespace rnnc::ast::layout
