// The op `random`: semantics.md, "Draws".
#include <cmath>
#include <numbers>

#include "compiler/interp/ops.h"
#include "compiler/ir/draw.h"

namespace rnnc::interp {

namespace {

using ir::DimKind;
using ir::Words4;

constexpr double kUnit = 0x1p-24;

double drawn(const ir::RandomAttr& draw, const Words4& row, uint32_t element) {
  auto word = [&](int j) { return static_cast<double>(ir::draw_word(row, element, j) >> 8); };
  switch (draw.distribution) {
    case ir::Distribution::uniform:
      return word(0) * kUnit;
    case ir::Distribution::bernoulli:
      return word(0) < std::ceil(draw.p / kUnit) ? 1 : 0;
    case ir::Distribution::normal:
      return std::sqrt(-2 * std::log((word(0) + 1) * kUnit)) *
             std::cos(2 * std::numbers::pi * word(1) * kUnit);
  }
  return 0;
}

uint64_t number_of(const std::vector<uint64_t>& numbers, int64_t b, uint64_t absent) {
  return numbers.empty() ? absent : numbers[static_cast<size_t>(b)];
}

Words4 row_of(const RandomKeys& keys, const ir::RandomAttr& draw, const Words4& site, int64_t b, int64_t t) {
  uint64_t sequence = number_of(keys.sequence, b, static_cast<uint64_t>(b));
  switch (draw.per) {
    case ir::DrawPer::step:
      return ir::row_key(site, sequence, number_of(keys.first_t, b, 0) + static_cast<uint64_t>(t));
    case ir::DrawPer::sequence:
      return ir::row_key(site, sequence, 0);
    case ir::DrawPer::parameter:
      return ir::row_key(site, 0, 0);
  }
  return {};
}

}  // namespace

Array eval_random(const Call& call) {
  const auto& draw = call.attribute<ir::RandomAttr>();
  const RandomKeys& keys = call.context().arguments.keys;
  const Extents& extents = call.extents();
  const ir::Type& type = call.type();
  bool per_parameter = draw.per == ir::DrawPer::parameter;
  Words4 site = ir::site_key(keys.seed, per_parameter ? keys.step : keys.epoch, draw.site, draw.per);

  // Rows outside, their elements inside, wherever the dims stand.
  std::vector<ir::DimId> rows = extents.of_kind(type, DimKind::time);
  for (ir::DimId batch : extents.of_kind(type, DimKind::batch)) rows.push_back(batch);
  ir::Type row_type{type.element, rows}, element_type{type.element, extents.of_kind(type, DimKind::constant)};
  const auto& elements = element_type.dims;
  ir::DimId time = ir::time_of(type, extents.dims());
  ir::DimId batch = rows.empty() ? ir::DimId{} : rows.back();

  Array result = call.make();
  for_each_element<3>(
      extents.shape(row_type),
      {extents.strides(type, rows), Extents::counter(batch, rows), Extents::counter(time, rows)},
      [&](const auto& row) {
        Words4 key = row_of(keys, draw, site, row[1], row[2]);
        for_each_element<2>(extents.shape(element_type),
                            {extents.strides(type, elements), extents.strides(element_type, elements)},
                            [&](const auto& at) {
                              result.values[static_cast<size_t>(row[0] + at[0])] =
                                  drawn(draw, key, static_cast<uint32_t>(at[1]));
                            });
      });
  return result;
}

}  // namespace rnnc::interp
