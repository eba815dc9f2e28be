#include "compiler/codegen/own_sequences.h"

namespace rnnc::codegen {

namespace {

// Sequence by sequence, each with a weight of its steps and one more: how many have before them less than the
// share of the threads before this one, and how many less than with its own share.
Range borders_by_steps(Code& code, Value batch, const Values& lengths, Value thread, Value threads) {
  Value zero = code.whole(0), one = code.whole(1);
  auto with = [&](Value sum, Value b) {
    for (Value of_time : lengths) sum = code.add(sum, length_at(code, of_time, b));
    return code.add(sum, one);
  };
  Value all = code.loop(zero, batch, 1, {zero},
                        [&](Value b, const Values& sum) { return Values{with(sum[0], b)}; })[0];
  Value least = code.mul(all, thread), most = code.add(least, all);
  Values borders = code.loop(zero, batch, 1, {zero, zero, zero}, [&](Value b, const Values& so_far) {
    Value before = code.mul(so_far[0], threads);
    auto one_more = [&](Value count, Value share) {
      return code.add(count, code.resize(code.compare(Compare::less, before, share), code.i64()));
    };
    return Values{with(so_far[0], b), one_more(so_far[1], least), one_more(so_far[2], most)};
  });
  return {borders[1], borders[2]};
}

}  // namespace

Range own_sequences(Code& code, Value batch, const Values& lengths, Value thread, Value threads) {
  Range alike = part_of(code, batch, 1, thread, threads);
  if (lengths.empty()) return alike;
  Values own = code.if_else(
      code.compare(Compare::less, code.whole(1), threads),
      [&] {
        Range by_steps = borders_by_steps(code, batch, lengths, thread, threads);
        return Values{by_steps.begin, by_steps.end};
      },
      [&] { return Values{alike.begin, alike.end}; });
  return {own[0], own[1]};
}

Value sequences_that_run(Site& site, ir::DimId time) {
  Code& code = site.code();
  Value step = site.step(time), lengths = site.lengths(time);
  return code.loop(code.whole(0), site.size(site.plan().batch), 1, {code.whole(0)},
                   [&](Value b, const Values& so_far) {
                     Value runs = code.compare(Compare::less, step, length_at(code, lengths, b));
                     return Values{code.select(runs, code.add(b, code.whole(1)), so_far[0])};
                   })[0];
}

}  // namespace rnnc::codegen
