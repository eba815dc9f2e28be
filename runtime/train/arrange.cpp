#include "runtime/train/arrange.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace rnnc::train {

namespace {

Status check_cut(const Signature& signature) {
  if (signature.times.size() != 1) {
    return failure("seq_length is set, but the model runs over {} times, and one can be cut; leave it out",
                   signature.times.size());
  }
  for (const ArrayInfo& info : signature.arrays) {
    if (!info.target || info.time) continue;
    return failure("seq_length is set, but the target '{}' belongs to a whole sequence; leave it out",
                   info.name);
  }
  return ok();
}

class Cutter {
 public:
  Cutter(const Dataset& from, const Signature& signature, int64_t length)
      : from_(from), signature_(signature), length_(std::min(length, from.steps[0])) {
    out_.steps = {length_};
    out_.lengths.resize(1);
    for (const Column& column : from.columns) out_.columns.push_back({{}, column.item_bytes});
  }

  // The numbers of the pieces. A sequence without steps is one of its own.
  std::vector<int64_t> cut(const std::vector<int64_t>& sequences) {
    std::vector<int64_t> pieces;
    for (const int64_t sequence : sequences) {
      const int64_t steps = from_.lengths[0][static_cast<size_t>(sequence)];
      int64_t first = 0;
      do {
        pieces.push_back(out_.sequences++);
        add(sequence, first, std::min(length_, steps - first));
        first += length_;
      } while (first < steps);
    }
    return pieces;
  }

  Dataset take() { return std::move(out_); }

 private:
  void add(int64_t sequence, int64_t first, int64_t steps) {
    out_.lengths[0].push_back(static_cast<int32_t>(steps));
    for (size_t i = 0; i < from_.columns.size(); ++i) {
      const Column& from = from_.columns[i];
      auto& to = out_.columns[i].values;
      const bool is_sequence = signature_.arrays[i].time.has_value();
      const auto room = static_cast<size_t>(is_sequence ? from_.steps[0] : 1);
      const auto begin = static_cast<size_t>(sequence) * room + static_cast<size_t>(is_sequence ? first : 0);
      const auto count = static_cast<size_t>(is_sequence ? steps : 1);
      const auto source = from.values.begin() + static_cast<ptrdiff_t>(begin * from.item_bytes);
      to.insert(to.end(), source, source + static_cast<ptrdiff_t>(count * from.item_bytes));
      if (is_sequence) to.resize(to.size() + static_cast<size_t>(length_ - steps) * from.item_bytes);
    }
  }

  const Dataset& from_;
  const Signature& signature_;
  int64_t length_;
  Dataset out_;
};

}  // namespace

Result<Data> arrange(Dataset all, const Signature& signature, const Settings& settings) {
  Data whole = hold_out(std::move(all), settings.valid, settings.seed);
  if (!settings.seq_length) return whole;
  if (auto checked = check_cut(signature); !checked) return checked.error();
  if (whole.all.steps[0] == 0) return whole;
  Cutter cutter(whole.all, signature, *settings.seq_length);
  Data cut;
  cut.training = cutter.cut(whole.training);
  cut.validation = cutter.cut(whole.validation);
  cut.all = cutter.take();
  if (cut.validation.empty() && cut.training.size() > 1) {
    const auto wanted = std::llround(settings.valid * static_cast<double>(cut.training.size()));
    const auto held =
        cut.training.end() - std::min<int64_t>(wanted, static_cast<int64_t>(cut.training.size()) - 1);
    cut.validation.assign(held, cut.training.end());
    cut.training.erase(held, cut.training.end());
  }
  return cut;
}

}  // namespace rnnc::train
