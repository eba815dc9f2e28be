#include "compiler/schedule/plan.h"

#include <algorithm>
#include <cstring>

#include "compiler/support/check.h"

namespace rnnc::schedule {

bool operator==(const Number& a, const Number& b) {
  return std::memcmp(&a.value, &b.value, sizeof a.value) == 0;
}

ir::Element Lanes::element(int16_t value) const {
  auto index = static_cast<size_t>(value);
  return index < loads.size() ? loads[index].element : ops[index - loads.size()].element;
}

size_t Plan::time_index(ir::DimId time) const {
  auto found = std::find(times.begin(), times.end(), time);
  RNNC_CHECK(found != times.end(), "a time that the plan does not have");
  return static_cast<size_t>(found - times.begin());
}

int bytes_of(ir::Element element) {
  switch (element) {
    case ir::Element::real:
    case ir::Element::i32:
      return 4;
    case ir::Element::boolean:
      return 1;
  }
  RNNC_UNREACHABLE("an element of no kind");
}

}  // namespace rnnc::schedule
