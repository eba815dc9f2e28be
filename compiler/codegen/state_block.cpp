#include "compiler/codegen/state_block.h"

#include <algorithm>
#include <bit>

#include "compiler/codegen/generate.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

namespace {

int64_t rounded(int64_t bytes, int64_t align) { return (bytes + align - 1) / align * align; }

// The sizes of one sequence, and of the longest sequences that may be seen whole.
class Sizes {
 public:
  Sizes(const Interface& interface, const schedule::Plan& plan) : interface_(interface), plan_(plan) {}

  int64_t operator()(ir::DimId dim) const {
    const ir::Dim& known = plan_.dims[dim];
    if (known.kind == ir::DimKind::constant) return known.size;
    if (known.kind == ir::DimKind::batch) return 1;
    auto time = std::find_if(interface_.times.begin(), interface_.times.end(),
                             [&](const SeenTime& one) { return one.name == known.name; });
    RNNC_CHECK(time != interface_.times.end(), "a time that the interface has not");
    return time->longest;
  }
  int64_t bytes(const ir::Type& type) const {
    int64_t product = schedule::bytes_of(type.element);
    for (ir::DimId dim : type.dims) product *= (*this)(dim);
    return product;
  }
  int64_t scratch() const { return scratch_bytes(plan_, *this); }

 private:
  const Interface& interface_;
  const schedule::Plan& plan_;
};

}  // namespace

StateBlock::StateBlock(const Interface& interface) {
  const Sizes sizes(interface, interface.call);
  bytes_ = steps(interface.times.size());
  auto place_all = [&](const char* kind) {
    for (const ir::NamedType& input : interface.call.inputs) {
      if (input.name.starts_with(kind)) arrays_[input.name] = place(sizes.bytes(input.type));
    }
  };
  int64_t before_steps = 0;  // scratch
  if (interface.has_steps()) {
    bytes_ = rounded(bytes_, kAlign);
    const int64_t state = bytes_;
    place_all("state.");
    bytes_ = rounded(bytes_, kAlign);
    between_generations_ = bytes_ - state;
    bytes_ += between_generations_;
    place_all("held.");
    before_steps = Sizes(interface, *interface.begin).scratch();
  }
  kept_ = rounded(bytes_, 8);
  scratch_ = rounded(bytes_, kAlign);
  bytes_ = scratch_ + std::max(sizes.scratch(), before_steps);
  for (const std::vector<float>& output : interface.test.outputs)
    test_outputs_.push_back(place(std::ssize(output) / interface.test.calls * int64_t{sizeof(float)}));
  bytes_ = rounded(bytes_, kAlign);
}

int64_t StateBlock::array(const std::string& name) const {
  auto found = arrays_.find(name);
  return found == arrays_.end() ? -1 : found->second;
}

// No array crosses more borders of cache lines than it must.
int64_t StateBlock::place(int64_t bytes) {
  const auto size = static_cast<uint64_t>(std::clamp<int64_t>(bytes, 4, kAlign));
  const int64_t at = rounded(bytes_, static_cast<int64_t>(std::bit_ceil(size)));
  bytes_ = at + bytes;
  return at;
}

}  // namespace rnnc::codegen
