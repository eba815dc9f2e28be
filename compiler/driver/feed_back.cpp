#include "compiler/driver/feed_back.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "compiler/driver/beam.h"
#include "compiler/driver/own_targets.h"
#include "compiler/irgen/dims.h"
#include "compiler/support/check.h"

namespace rnnc::driver {

namespace {

using diagnostics::Code;
using interp::Array;
using sema::Feedback;

constexpr int64_t kEndless = std::numeric_limits<int64_t>::max();

const ir::NamedType* find(const std::vector<ir::NamedType>& list, const std::string& name) {
  auto found = std::ranges::find(list, name, &ir::NamedType::name);
  return found == list.end() ? nullptr : &*found;
}

// What is made at each step, one step after another: [T, B, ...].
struct Track {
  std::string name;
  ir::Type type;  // of a step
  std::vector<double> values = {};

  // `padding` where a sequence has ended.
  void add(const Array& step, const std::vector<bool>& runs, double padding) {
    const size_t row = step.values.size() / std::max<size_t>(runs.size(), 1);
    for (size_t i = 0; i < step.values.size(); ++i) {
      values.push_back(runs[i / row] ? step.values[i] : padding);
    }
  }
};

class FeedBack {
 public:
  FeedBack(const Compiled& compiled, const interp::Arguments& given, const FeedBackOptions& options)
      : body_(*compiled.body), compiled_(compiled), given_(given), options_(options) {}

  Outcome<FedBackRun> run() {
    if (auto found = find_targets(); !found) return found.error();
    if (auto ends = find_ends(); !ends) return ends.error();
    if (auto begun = begin(); !begun) return begun.error();
    // One step is made in any case: it says what is no sequence.
    for (t_ = 0; t_ == 0 || std::ranges::find(runs_, true) != runs_.end(); ++t_) {
      if (auto stepped = step(); !stepped) return stepped.error();
    }
    return collect();
  }

 private:
  struct Target {
    const Feedback* feedback;
    Track track;     // of what was fed back
    Array previous;  // [B, ...], one step ago
    bool token;
  };

  const ir::Module& module() const { return compiled_.module; }
  size_t batch() const { return static_cast<size_t>(given_.batch); }

  Outcome<> find_targets() {
    if (auto good = check_feed_back(compiled_); !good) return good;
    inputs_ = ir::inputs_of(*module().step);
    for (const std::string& name : targets_read(compiled_)) {
      const Feedback& feedback = *feedback_of(body_, name);
      const ir::Type type = find(inputs_, name)->type;
      const bool token = type.element == ir::Element::i32;
      targets_.push_back({&feedback, {name, type}, filled(type, token ? -1 : 0), token});
      if (given_.inputs.contains(state_of(name)) && options_.continues)
        targets_.back().previous = given_.inputs.at(state_of(name));
    }
    clock_ = *body_[targets_.front().feedback->node].type.clock;
    if (options_.beam == 0) return support::Unit{};
    if (targets_.size() != 1 || !targets_[0].token || targets_[0].feedback->draw != Feedback::Draw::token) {
      return problem(Code::cannot_generate,
                     fmt::format("`{}` does not predict one sequence of tokens", body_.name),
                     "a beam follows one such sequence; without `--beam` the likeliest value is fed back");
    }
    const auto width = static_cast<size_t>(options_.beam);
    beam_.emplace(batch() / width, width);
    return support::Unit{};
  }

  bool is_target(const std::string& name) const {
    return std::ranges::any_of(body_.inputs, [&](const auto& one) { return one.target && one.name == name; });
  }
  static std::string state_of(const std::string& target) { return "state." + target + ".1"; }

  Array filled(const ir::Type& type, double value) const {
    Array array{type.element, {}, {}};
    size_t elements = 1;
    for (ir::DimId id : type.dims) {
      const ir::Dim& dim = module().dims[id];
      RNNC_CHECK(dim.kind != ir::DimKind::time, "a step with a time");
      array.shape.push_back(dim.kind == ir::DimKind::batch ? given_.batch : dim.size);
      elements *= static_cast<size_t>(array.shape.back());
    }
    array.values.assign(elements, value);
    return array;
  }

  // Which token ends a sequence of this target, if one does.
  std::optional<int32_t> end_of(const Target& target) const {
    if (options_.vocabularies == nullptr || target.feedback->draw != Feedback::Draw::token) return {};
    const auto own = options_.vocabularies->find(target.track.name);
    return own == options_.vocabularies->end() ? std::nullopt : own->second.end();
  }

  Outcome<> find_ends() {
    limits_.assign(batch(), options_.length.value_or(kEndless));
    lengths_.assign(batch(), 0);
    const std::string time = irgen::time_name(body_.clocks, clock_);
    if (given_.steps.contains(time)) {
      const Array& lengths = given_.inputs.at("lengths." + time);
      for (size_t row = 0; row < batch(); ++row)
        limits_[row] = std::min(limits_[row], static_cast<int64_t>(lengths.values[row]));
    } else if (!options_.length) {
      const bool ends = std::ranges::any_of(targets_, [&](const Target& t) { return end_of(t).has_value(); });
      if (!ends) {
        return problem(Code::cannot_generate,
                       fmt::format("nothing ends the sequence `{}`", targets_.front().track.name),
                       "`--length` says how many steps; so do an input sequence of the same length, and the "
                       "entry `<end>` of the vocabulary");
      }
    }
    for (int64_t limit : limits_) runs_.push_back(limit > 0);
    return support::Unit{};
  }

  // The first State, and what every step is handed.
  Outcome<> begin() {
    auto before = make_engine(options_.engine, *module().begin, module().dims, *options_.team);
    if (!before) return before.error();
    auto begun = (*before)->run(given_);
    if (!begun) return begun.error();
    interp::Arguments first = given_;
    for (const ir::NamedType& input : inputs_) {
      const bool is_state = input.name.starts_with("state.");
      auto found = begun->find(input.name);
      const bool goes_on = is_state && options_.continues && given_.inputs.contains(input.name);
      if (found != begun->end() && !goes_on) first.inputs[input.name] = found->second;
      if (is_state) state_[input.name] = first.inputs.at(input.name);
      // A target that only predictions read which are no outputs.
      if (is_target(input.name))
        first.inputs[input.name] = filled(input.type, input.type.element == ir::Element::i32 ? -1 : 0);
    }
    make_tracks();
    for (const auto& [name, array] : sequences_) first.inputs.erase(name);
    auto each = make_engine(options_.engine, *module().step, module().dims, *options_.team);
    if (!each) return each.error();
    auto calls = (*each)->calls(first);
    if (!calls) return calls.error();
    calls_ = std::move(*calls);
    for (size_t row = 0; row < batch(); ++row) {
      train::SampleOptions draw = options_.draw;
      draw.seed += row;
      samplers_.emplace_back(draw);
    }
    return support::Unit{};
  }

  // What comes in and goes out step by step.
  void make_tracks() {
    for (const sema::InputDecl& input : body_.inputs) {
      if (!input.target && input.type.clock == clock_ && find(inputs_, input.name) != nullptr)
        sequences_[input.name] = &given_.inputs.at(input.name);
    }
    for (const sema::NamedNode& output : body_.outputs) {
      const ir::Type type = module().step->type(module().step->result(output.name));
      (body_[output.node].type.clock ? outputs_ : singles_).push_back({output.name, type});
    }
  }

  Outcome<> step() {
    if (t_ == kMostSteps && std::ranges::find(limits_, kEndless) != limits_.end()) {
      const auto row = std::ranges::find(runs_, true) - runs_.begin();
      return problem(Code::cannot_generate,
                     fmt::format("sequence {} has not come to `<end>` in {} steps", row, kMostSteps),
                     "`--length` ends it");
    }
    Arrays inputs = state_;
    if (find(inputs_, "sequence.begins") != nullptr) {
      inputs["sequence.begins"] = {ir::Element::boolean, {given_.batch}, {}};
      inputs["sequence.begins"].values.assign(batch(), t_ == 0 && !options_.continues ? 1 : 0);
    }
    for (const auto& [name, whole] : sequences_) inputs[name] = slice(*whole);
    for (const Target& target : targets_) inputs[target.track.name] = target.previous;
    auto results = calls_->run(inputs);
    if (!results) return results.error();
    keep(*results);
    for (Target& target : targets_) {
      const Array& prediction = results->at(target.feedback->prediction);
      if (auto fed = beam_ ? follow(target, prediction) : feed(target, prediction); !fed) return fed;
    }
    end_rows();
    return support::Unit{};
  }

  // The most probable ways to go on become the rows. There is one target.
  Outcome<> follow(Target& target, const Array& logits) {
    auto ways = beam_->go_on(logits.values, runs_);
    if (!ways) return problem(Code::cannot_generate, fmt::format("step {}: {}", t_, ways.error().message));
    std::vector<size_t> parents;
    for (const Beam::Way& way : *ways) parents.push_back(way.parent);
    const bool any = std::ranges::find(runs_, true) != runs_.end();
    runs_ = permuted(runs_, parents);
    limits_ = permuted(limits_, parents);
    lengths_ = permuted(lengths_, parents);
    for (auto& [name, array] : state_) array.values = permuted(array.values, parents);
    target.previous.values = permuted(target.previous.values, parents);
    const std::optional<int32_t> end = end_of(target);
    for (size_t row = 0; row < batch(); ++row) {
      const std::optional<int32_t> token = (*ways)[row].token;
      runs_[row] = runs_[row] && token;
      if (!token) continue;
      target.previous.values[row] = *token;
      if (end && token == end) limits_[row] = t_ + 1;
    }
    if (any) {
      target.track.add(target.previous, runs_, -1);
      parents_.push_back(std::move(parents));
    }
    return support::Unit{};
  }

  // Rows of equal size in another order.
  template <class T>
  static std::vector<T> permuted(const std::vector<T>& values, const std::vector<size_t>& parents) {
    const size_t row = values.size() / std::max<size_t>(parents.size(), 1);
    std::vector<T> result;
    result.reserve(values.size());
    for (const size_t parent : parents) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(parent * row);
      result.insert(result.end(), from, from + static_cast<std::ptrdiff_t>(row));
    }
    return result;
  }

  // A sequence [T, B, ...] at this step; zeros beyond its steps, where no sequence runs.
  Array slice(const Array& whole) const {
    Array step{whole.element, {whole.shape.begin() + 1, whole.shape.end()}, {}};
    size_t size = 1;
    for (int64_t extent : step.shape) size *= static_cast<size_t>(extent);
    step.values.assign(size, 0);
    if (t_ < whole.shape[0]) {
      const auto from = whole.values.begin() + static_cast<std::ptrdiff_t>(size) * t_;
      std::copy(from, from + static_cast<std::ptrdiff_t>(size), step.values.begin());
    }
    return step;
  }

  void keep(const Arrays& results) {
    const bool any = std::ranges::find(runs_, true) != runs_.end();
    for (Track& output : outputs_) {
      if (any) output.add(results.at(output.name), runs_, 0);
    }
    for (Track& single : singles_) {
      if (t_ == 0) single.values = results.at(single.name).values;
    }
    // A sequence that has ended keeps its State.
    for (auto& [name, before] : state_) {
      const std::vector<double>& next = results.at(name).values;
      const size_t row = next.size() / std::max<size_t>(batch(), 1);
      for (size_t i = 0; i < next.size(); ++i) {
        if (runs_[i / row]) before.values[i] = next[i];
      }
    }
  }

  // Draws what the next step reads.
  Outcome<> feed(Target& target, const Array& prediction) {
    const size_t row = prediction.values.size() / std::max<size_t>(batch(), 1);
    const size_t fed = target.previous.values.size() / std::max<size_t>(batch(), 1);
    const std::optional<int32_t> end = end_of(target);
    for (size_t b = 0; b < batch(); ++b) {
      if (!runs_[b]) continue;
      auto out = std::span(target.previous.values).subspan(b * fed, fed);
      auto drawn = draw_next(*target.feedback, target.token,
                             std::span(prediction.values).subspan(b * row, row), samplers_[b], out);
      if (!drawn) {
        return problem(Code::cannot_generate,
                       fmt::format("sequence {}, step {}: {}", b, t_, drawn.error().message));
      }
      if (end && *drawn == end) limits_[b] = t_ + 1;
    }
    if (std::ranges::find(runs_, true) != runs_.end())
      target.track.add(target.previous, runs_, target.token ? -1 : 0);
    return support::Unit{};
  }

  void end_rows() {
    for (size_t b = 0; b < batch(); ++b) {
      if (!runs_[b]) continue;
      ++lengths_[b];
      runs_[b] = lengths_[b] < limits_[b];
    }
    if (!beam_) return;
    // The best row of a sequence stands first; once it has ended, no other can overtake it.
    const auto width = static_cast<size_t>(options_.beam);
    for (size_t first = 0; first < batch(); first += width) {
      for (size_t row = first; row < first + width && !runs_[first]; ++row) runs_[row] = false;
    }
  }

  // Each step of a track as the rows that are left at the end have gone through it; what was made before a
  // step's tokens were chosen stands on the rows' parents.
  void retrace(Track& track, bool before) const {
    std::vector<size_t> rows(batch());
    for (size_t row = 0; row < batch(); ++row) rows[row] = row;
    const size_t size = track.values.size() / std::max<size_t>(parents_.size(), 1);
    for (size_t t = parents_.size(); t-- > 0;) {
      std::vector<size_t> parents;
      for (const size_t row : rows) parents.push_back(parents_[t][row]);
      const auto at = track.values.begin() + static_cast<std::ptrdiff_t>(t * size);
      const std::vector<double> step(at, at + static_cast<std::ptrdiff_t>(size));
      std::ranges::copy(permuted(step, before ? parents : rows), at);
      rows = std::move(parents);
    }
  }

  FedBackRun collect() {
    if (beam_) {
      for (Track& track : outputs_) retrace(track, true);
      retrace(targets_[0].track, false);
    }
    FedBackRun run{{}, lengths_};
    int64_t steps = 0;
    for (int32_t length : lengths_) steps = std::max<int64_t>(steps, length);
    const ir::DimId time = module().dims.find(irgen::time_name(body_.clocks, clock_));
    auto add_track = [&](Track& track) {
      Array array = filled(track.type, 0);
      // The last step of a beam may have found that its rows had ended.
      track.values.resize(array.values.size() * static_cast<size_t>(steps));
      array.shape.insert(array.shape.begin(), steps);
      array.values = std::move(track.values);
      ir::Type type = track.type;
      type.dims.insert(type.dims.begin(), time);
      run.results.push_back({track.name, std::move(type), std::move(array)});
    };
    for (const sema::NamedNode& output : body_.outputs) {
      for (Track& track : outputs_) {
        if (track.name == output.name) add_track(track);
      }
      for (Track& single : singles_) {
        if (single.name != output.name) continue;
        Array array = filled(single.type, 0);
        array.values = single.values;
        run.results.push_back({single.name, single.type, std::move(array)});
      }
    }
    for (Target& target : targets_) {
      state_[state_of(target.track.name)] = target.previous;
      add_track(target.track);
    }
    for (const ir::StateEntry& entry : module().state) {
      auto found = state_.find("state." + entry.path);
      if (found != state_.end()) run.results.push_back({found->first, entry.type, found->second});
    }
    return run;
  }

  const sema::Body& body_;
  const Compiled& compiled_;
  const interp::Arguments& given_;
  const FeedBackOptions& options_;
  std::vector<ir::NamedType> inputs_;  // of a step
  std::vector<Target> targets_;
  sema::Clock clock_ = 0;
  std::unique_ptr<Calls> calls_;
  std::vector<train::Sampler> samplers_;           // of each sequence
  std::optional<Beam> beam_;                       // follows each sequence on several rows
  std::vector<std::vector<size_t>> parents_;       // of each row at each step
  std::map<std::string, const Array*> sequences_;  // inputs that come step by step
  std::vector<Track> outputs_, singles_;
  Arrays state_;
  int64_t t_ = 0;
  std::vector<int64_t> limits_;   // of each sequence: at most so many steps
  std::vector<int32_t> lengths_;  // made so far
  std::vector<bool> runs_;
};

// Some rows of a batch in place of all, in this order; what has no batch stays.
void take_rows(Array& array, const ir::Type& type, ir::DimId batch, const std::vector<size_t>& rows) {
  const auto axis = std::ranges::find(type.dims, batch);
  if (axis == type.dims.end()) return;
  const auto at = static_cast<size_t>(axis - type.dims.begin());
  size_t inner = 1;
  for (size_t i = at + 1; i < array.shape.size(); ++i) inner *= static_cast<size_t>(array.shape[i]);
  const size_t outer = inner * static_cast<size_t>(array.shape[at]);
  std::vector<double> values;
  for (size_t begin = 0; begin < array.values.size(); begin += outer) {
    for (const size_t row : rows) {
      const auto from = array.values.begin() + static_cast<std::ptrdiff_t>(begin + row * inner);
      values.insert(values.end(), from, from + static_cast<std::ptrdiff_t>(inner));
    }
  }
  array.values = std::move(values);
  array.shape[at] = static_cast<int64_t>(rows.size());
}

// Each sequence followed on several rows, of which the first is kept.
Outcome<FedBackRun> search(const Compiled& compiled, const interp::Arguments& given,
                           const FeedBackOptions& options) {
  const auto width = static_cast<size_t>(options.beam);
  std::vector<size_t> repeated, firsts;
  for (size_t row = 0; row < static_cast<size_t>(given.batch); ++row) {
    repeated.insert(repeated.end(), width, row);
    firsts.push_back(row * width);
  }
  interp::Arguments rows = given;
  rows.batch *= options.beam;
  for (const ir::NamedType& input : ir::inputs_of(compiled.module.forward)) {
    const auto found = rows.inputs.find(input.name);
    if (found != rows.inputs.end()) take_rows(found->second, input.type, compiled.module.batch, repeated);
  }
  auto run = FeedBack(compiled, rows, options).run();
  if (!run) return run;
  std::vector<int32_t> lengths;
  for (const size_t row : firsts) lengths.push_back(run->lengths[row]);
  run->lengths = std::move(lengths);
  for (FedBackRun::Result& result : run->results)
    take_rows(result.array, result.type, compiled.module.batch, firsts);
  return run;
}

}  // namespace

Outcome<FedBackRun> feed_back(const Compiled& compiled, const interp::Arguments& given,
                              const FeedBackOptions& options) {
  return options.beam == 0 ? FeedBack(compiled, given, options).run() : search(compiled, given, options);
}

}  // namespace rnnc::driver
