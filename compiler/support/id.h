// Typed 32-bit indices: an id of one table cannot be used in another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace rnnc::support {

template <class Tag>
struct Id {
  uint32_t index = UINT32_MAX;

  bool valid() const { return index != UINT32_MAX; }
  friend auto operator<=>(const Id&, const Id&) = default;
};

}  // namespace rnnc::support

template <class Tag>
struct std::hash<rnnc::support::Id<Tag>> {
  size_t operator()(rnnc::support::Id<Tag> id) const noexcept { return id.index; }
};
