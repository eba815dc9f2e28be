#include "compiler/ast/block.h"

#include <utility>

namespace rnnc::ast {

using layout::concat;
using layout::Doc;
using layout::hard_line;
using layout::nest;
using layout::text;
using layout::trailing;

void BlockPrinter::take_comments(std::vector<Item>& items, uint32_t before) {
  while (const Comment* comment = comments_.take_before(before)) {
    std::string content = without_final_blanks(comment->text);
    bool ends_a_line = !comment->alone_on_line && !items.empty() &&
                       items.back().row.kind != RowKind::comment && items.back().trailing.empty();
    if (ends_a_line) {
      items.back().trailing = std::move(content);
      continue;
    }
    Item item;
    item.row.kind = RowKind::comment;
    item.row.names = text(std::move(content));
    item.blank_above = written_.has_blank_line_above(comment->span.begin);
    items.push_back(std::move(item));
  }
}

std::vector<BlockPrinter::Item> BlockPrinter::items(const std::vector<BlockElement>& elements, uint32_t end) {
  std::vector<Item> items;
  for (const BlockElement& element : elements) {
    take_comments(items, element.span.begin);
    Item item;
    item.blank_above = written_.has_blank_line_above(element.span.begin);
    item.stands_apart = element.stands_apart;
    item.row = element.row();
    items.push_back(std::move(item));
  }
  take_comments(items, end);
  return items;
}

namespace {

// Blank lines around what stands apart; the comments right above it belong to it.
template <class Item>
void set_apart(std::vector<Item>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].stands_apart) continue;
    size_t first = i;
    while (first > 0 && items[first - 1].row.kind == RowKind::comment && !items[first].blank_above) --first;
    items[first].blank_above = true;
    if (i + 1 < items.size()) items[i + 1].blank_above = true;
  }
}

template <class Item>
void align_groups(std::vector<Item>& items) {
  std::vector<Row*> group;
  for (Item& item : items) {
    if (item.blank_above) {
      align_rows(group);
      group.clear();
    }
    if (item.row.kind != RowKind::comment) group.push_back(&item.row);
  }
  align_rows(group);
}

}  // namespace

Doc BlockPrinter::lines(const std::vector<BlockElement>& elements, uint32_t end) {
  std::vector<Item> all = items(elements, end);
  set_apart(all);
  align_groups(all);
  std::vector<Doc> parts;
  for (const Item& item : all) {
    bool is_first = parts.empty();
    if (!is_first) parts.push_back(hard_line());
    if (!is_first && item.blank_above) parts.push_back(hard_line());
    parts.push_back(to_doc(item.row));
    if (!item.trailing.empty()) parts.push_back(trailing(item.trailing));
  }
  return parts.empty() ? Doc() : concat(std::move(parts));
}

Doc BlockPrinter::braces(Doc head, const std::vector<BlockElement>& elements, Span span) {
  std::vector<Doc> parts = {std::move(head), text(" {")};
  uint32_t first = elements.empty() ? span.end : elements.front().span.begin;
  const Comment* opening = comments_.peek_before(first);
  if (opening && !opening->alone_on_line) {
    parts.push_back(trailing(without_final_blanks(comments_.take_before(first)->text)));
  }
  Doc inner = lines(elements, span.end);
  if (!inner.empty()) parts.push_back(nest(layout::kIndentation, concat({hard_line(), std::move(inner)})));
  bool is_empty = parts.size() == 2;
  if (!is_empty) parts.push_back(hard_line());
  parts.push_back(text("}"));
  return concat(std::move(parts));
}

}  // namespace rnnc::ast
