#include "compiler/ast/row.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/support/source.h"

namespace rnnc::ast {

using layout::concat;
using layout::Doc;
using layout::flat;
using layout::text;

namespace {

// One of the two places in a row that may stand below its neighbours'.
struct Stop {
  Doc Row::* part;  // what the row must have to take part
  WrittenColumn Row::* written;
  size_t Row::* padding;
};
constexpr Stop kShapeStop = {&Row::shape, &Row::written_shape, &Row::shape_padding};
constexpr Stop kSignStop = {&Row::value, &Row::written_sign, &Row::sign_padding};

bool is_broken(const Row& row) { return row.names.breaks() || row.shape.breaks(); }

bool takes_part(const Row& row, const Stop& stop) {
  if ((row.*stop.part).empty() || is_broken(row)) return false;
  return stop.part != kSignStop.part || (!row.sign.empty() && !row.gap.breaks());
}

Doc before_shape(const Row& row) {
  std::string lead = row.lead.empty() ? "" : row.lead + std::string(row.lead_padding + 1, ' ');
  return concat({text(std::move(lead)), row.names});
}

Doc before_sign(const Row& row) {
  if (row.shape.empty()) return before_shape(row);
  return concat({before_shape(row), text(std::string(row.shape_padding + 1, ' ')), row.shape});
}

size_t width_before(const Row& row, const Stop& stop) {
  return support::display_width(flat(stop.part == kShapeStop.part ? before_shape(row) : before_sign(row)));
}

void align_leads(const std::vector<Row*>& rows) {
  auto has = [&](RowKind kind) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row* row) { return row->kind == kind; });
  };
  if (!has(RowKind::input) || !has(RowKind::target)) return;
  for (Row* row : rows) {
    if (row->kind == RowKind::input) row->lead_padding = std::string_view("target").size() - row->lead.size();
  }
}

// `input` and `target` count as one kind.
bool same_kind(const Row& a, const Row& b) {
  auto kind = [](const Row& row) { return row.kind == RowKind::target ? RowKind::input : row.kind; };
  return kind(a) == kind(b);
}

// For each row the set that it is aligned with; rows of a set of one stay as they are.
class AlignmentSets {
 public:
  AlignmentSets(const std::vector<Row*>& rows, const Stop& stop)
      : rows_(rows), stop_(stop), set_of_(rows.size()) {
    for (size_t i = 0; i < rows.size(); ++i) set_of_[i] = i;
    keep_written();
    join_the_lost();
  }

  std::map<size_t, std::vector<Row*>> sets() const {
    std::map<size_t, std::vector<Row*>> result;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (takes_part(*rows_[i], stop_)) result[set_of_[i]].push_back(rows_[i]);
    }
    return result;
  }

 private:
  const WrittenColumn& written(size_t i) const { return rows_[i]->*stop_.written; }

  // Rows that stand in one column, at least one of them by padding.
  void keep_written() {
    std::map<size_t, std::vector<size_t>> columns;
    for (size_t i = 0; i < rows_.size(); ++i) {
      if (takes_part(*rows_[i], stop_) && written(i).column) columns[*written(i).column].push_back(i);
    }
    for (const auto& [column, members] : columns) {
      bool by_padding =
          std::any_of(members.begin(), members.end(), [&](size_t i) { return written(i).was_padded; });
      if (!by_padding) continue;
      for (size_t member : members) set_of_[member] = members.front();
    }
  }

  // Rows that were padded, yet stand in no column.
  void join_the_lost() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      bool is_lost = takes_part(*rows_[i], stop_) && written(i).was_padded &&
                     std::count(set_of_.begin(), set_of_.end(), set_of_[i]) == 1;
      if (!is_lost) continue;
      for (size_t neighbour : {i - 1, i + 1}) {
        if (neighbour >= rows_.size() || !takes_part(*rows_[neighbour], stop_) ||
            !same_kind(*rows_[i], *rows_[neighbour])) {
          continue;
        }
        set_of_[i] = set_of_[neighbour];
        break;
      }
    }
  }

  const std::vector<Row*>& rows_;
  const Stop& stop_;
  std::vector<size_t> set_of_;  // the index of one member
};

void align_stop(const std::vector<Row*>& rows, const Stop& stop) {
  for (const auto& [set, members] : AlignmentSets(rows, stop).sets()) {
    size_t widest = 0;
    for (const Row* row : members) widest = std::max(widest, width_before(*row, stop));
    for (Row* row : members) row->*stop.padding = widest - width_before(*row, stop);
  }
}

}  // namespace

void align_rows(const std::vector<Row*>& rows) {
  align_leads(rows);
  align_stop(rows, kShapeStop);
  align_stop(rows, kSignStop);
}

Doc to_doc(const Row& row) {
  Doc left = before_sign(row);
  if (row.value.empty()) return left;
  std::string sign = row.sign.empty() ? "" : std::string(row.sign_padding + 1, ' ') + row.sign;
  return concat({left, text(std::move(sign)), row.gap, row.value});
}

}  // namespace rnnc::ast
