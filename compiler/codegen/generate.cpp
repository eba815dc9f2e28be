#include "compiler/codegen/generate.h"

#include <fmt/format.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <algorithm>

#include "compiler/codegen/arguments.h"
#include "compiler/codegen/own_sequences.h"
#include "compiler/codegen/parts.h"
#include "compiler/codegen/row_copy.h"
#include "compiler/codegen/stages.h"
#include "compiler/schedule/uses.h"

namespace rnnc::codegen {

using schedule::BufferId;
using schedule::LoopId;
using schedule::Place;
using schedule::StageId;

namespace {

constexpr int64_t kAlign = 64;
// Flush to zero and denormals are zero, in the control word of SSE.
constexpr uint32_t kFlush = 0x8040;

class FunctionCode {
 public:
  FunctionCode(Code& code, const schedule::Plan& plan, std::string name)
      : code_(code), plan_(plan), frame_(plan), name_(std::move(name)) {}

  void count_cycles() {
    counters_ = code_.visible_counters(name_ + "_cycles", static_cast<int64_t>(plan_.stages.size()));
  }

  llvm::Function* write(bool visible) {
    llvm::Function* function = code_.begin(name_, code_.nothing(), {code_.pointer()}, visible);
    // Beside what a loop runs, calling it takes no time; optimising these calls would.
    if (!plan_.loops.empty()) code_.leave_as_written();
    words_ = code_.local(code_.i64(), frame_.words(), kAlign);
    write_thread();
    auto body = [&] {
      Value control = nullptr;
      if (plan_.machine.flushes) control = flush();
      write_sizes();
      Site site(code_, plan_, frame_, words_, {});
      write_buffers(site);
      write_nodes(site, plan_.body, {});
      if (control) code_.write_control(control);
    };
    plan_.dealt ? body() : code_.when(is_first_, body);
    code_.end();
    return function;
  }

  // int64_t NAME_scratch(int64_t batch, const int64_t* steps)
  void write_scratch() {
    code_.begin(name_ + "_scratch", code_.i64(), {code_.i64(), code_.pointer()}, true);
    words_ = code_.local(code_.i64(), frame_.words(), kAlign);
    set(frame_.batch(), code_.parameter(0));
    for (size_t i = 0; i < plan_.times.size(); ++i) {
      set(frame_.steps(plan_.times[i]), entry(code_.parameter(1), i, code_.i64()));
    }
    Site site(code_, plan_, frame_, words_, {});
    Value end = code_.whole(0);
    for (Value bytes : slot_bytes(site)) end = code_.add(end, bytes);
    code_.end(end);
  }

 private:
  // The caller's control word, to be set again.
  Value flush() {
    Value before = code_.local(code_.i32(), 1, 4), inside = code_.local(code_.i32(), 1, 4);
    code_.read_control(before);
    code_.store(code_.either(code_.load(code_.i32(), before, 4), code_.whole32(kFlush)), inside, 4);
    code_.write_control(inside);
    return before;
  }

  void set(int word, Value value) {
    code_.store(value, code_.element(words_, code_.i64(), code_.whole(word)), 8);
  }
  Value word(int number) {
    return code_.load(code_.i64(), code_.element(words_, code_.i64(), code_.whole(number)), 8);
  }
  Value argument(int field, Type type) {
    return code_.load(type, code_.element(code_.parameter(0), code_.i64(), code_.whole(field)), 8);
  }
  Value entry(Value table, size_t index, Type type) {
    return code_.load(type, code_.element(table, code_.i64(), code_.whole(static_cast<int64_t>(index))), 8);
  }

  Value rounded(Value bytes) {
    return code_.both(code_.add(bytes, code_.whole(kAlign - 1)), code_.whole(-kAlign));
  }
  // Of each slot of the arena; many are alike.
  Values slot_bytes(Site& site) {
    Values bytes;
    for (auto slot = plan_.slots.begin(); slot != plan_.slots.end(); ++slot) {
      auto like = std::find(plan_.slots.begin(), slot, *slot);
      bytes.push_back(like == slot ? rounded(site.value(*slot))
                                   : bytes[static_cast<size_t>(like - plan_.slots.begin())]);
    }
    return bytes;
  }

  void write_thread() {
    Value threads = argument(kThreads, code_.i64());
    Value several = code_.compare(Compare::less, code_.whole(1), threads);
    Value number = code_.select(several, argument(kThread, code_.i64()), code_.whole(0));
    // Where the first thread does all, it is the only one.
    set(frame_.threads(), plan_.dealt ? code_.most(threads, code_.whole(1)) : code_.whole(1));
    set(frame_.thread(), number);
    set(frame_.unit_threads(), code_.whole(1));
    set(frame_.unit_thread(), code_.whole(0));
    is_first_ = code_.compare(Compare::equal, number, code_.whole(0));
  }

  void write_sizes() {
    set(frame_.arguments(), code_.parameter(0));
    Value batch = argument(kBatch, code_.i64());
    set(frame_.batch(), batch);
    Value steps = argument(kSteps, code_.pointer()), inputs = argument(kInputs, code_.pointer());
    for (size_t i = 0; i < plan_.times.size(); ++i) {
      Value size = entry(steps, i, code_.i64());
      set(frame_.steps(plan_.times[i]), size);
      Value longest = size, ragged = code_.whole(0);
      if (plan_.lengths[i].valid()) {
        Value lengths = entry(inputs, plan_[plan_.lengths[i]].index, code_.pointer());
        Values seen =
            code_.loop(code_.whole(0), batch, 1, {code_.whole(0), size}, [&](Value b, const Values& so_far) {
              Value length = length_at(code_, lengths, b);
              return Values{code_.most(so_far[0], length), code_.least(so_far[1], length)};
            });
        longest = seen[0];
        ragged = code_.resize(code_.compare(Compare::less, seen[1], size), code_.i64());
      } else if (plan_.batch.valid()) {
        longest = code_.select(code_.compare(Compare::less, code_.whole(0), batch), size, code_.whole(0));
      }
      set(frame_.longest(plan_.times[i]), longest);
      set(frame_.ragged(plan_.times[i]), ragged);
    }
    write_own_sequences(batch);
  }

  void write_own_sequences(Value batch) {
    Values lengths;
    for (BufferId of_time : plan_.lengths) {
      if (of_time.valid() && plan_.dealt)
        lengths.push_back(entry(argument(kInputs, code_.pointer()), plan_[of_time].index, code_.pointer()));
    }
    Range own = own_sequences(code_, batch, lengths, word(frame_.thread()), word(frame_.threads()));
    set(frame_.own_first(), own.begin);
    set(frame_.own_end(), own.end);
  }

  void write_buffers(Site& site) {
    Value params = argument(kParams, code_.pointer()), inputs = argument(kInputs, code_.pointer());
    Value results = argument(kResults, code_.pointer());
    Values slots;
    Value place = argument(kScratch, code_.pointer());
    for (Value bytes : slot_bytes(site)) {
      slots.push_back(place);
      place = code_.element(place, code_.i8(), bytes);
    }
    for (uint32_t i = 0; i < plan_.buffers.size(); ++i) {
      const schedule::Buffer& buffer = plan_.buffers[i];
      Value slot = buffer.slot.valid() ? slots[buffer.slot.index] : nullptr;
      switch (buffer.place) {
        case Place::param:
          set(frame_.base(BufferId{i}), entry(params, buffer.index, code_.pointer()));
          break;
        case Place::input:
          set(frame_.base(BufferId{i}), entry(inputs, buffer.index, code_.pointer()));
          if (slot) set(frame_.slot(BufferId{i}), slot);
          break;
        case Place::constant: {
          const schedule::ConstantArray& array = plan_.constants[buffer.index];
          set(frame_.base(BufferId{i}), code_.array(site.type(array.element), array.values));
          break;
        }
        case Place::result: {
          if (!slot) break;
          Value wanted = entry(results, buffer.index, code_.pointer());
          Value is_null = code_.compare(Compare::equal, wanted, code_.zero(code_.pointer()));
          set(frame_.base(BufferId{i}), code_.select(is_null, slot, wanted));
          break;
        }
        case Place::ring:
          set(frame_.previous(BufferId{i}), slot);
          set(frame_.base(BufferId{i}),
              code_.element(slot, site.type(buffer.element), site.value(buffer.elements)));
          break;
        case Place::scratch:
        case Place::packed:
          if (slot) set(frame_.base(BufferId{i}), slot);
          break;
      }
    }
  }

  // ---------------------------------------------------------------- stages and loops

  void write_nodes(Site& site, const std::vector<schedule::Node>& nodes, LoopId around) {
    bool after_all = false;  // whether all threads had to do with the node before
    for (size_t i = 0; i < nodes.size(); ++i) {
      bool is_dealt = dealt(nodes[i]);
      if (plan_.dealt && !around.valid() && i > 0 && (after_all || is_dealt)) write_barrier(frame_.threads());
      after_all = is_dealt;
      if (const auto* loop = std::get_if<LoopId>(&nodes[i])) {
        write_loop(site, *loop);
        continue;
      }
      ir::DimId time = cleared_time(nodes[i]);
      if (!time.valid()) {
        write_stage_call(site, std::get<StageId>(nodes[i]), around);
        wait_for_units(around);
        continue;
      }
      // One question for all that is cleared in a row.
      size_t first = i;
      while (i + 1 < nodes.size() && cleared_time(nodes[i + 1]) == time) ++i;
      code_.when(is_ragged(site, time), [&] {
        for (size_t k = first; k <= i; ++k) call_counted(std::get<StageId>(nodes[k]), around);
      });
      wait_for_units(around);
    }
  }

  // Of a ClearStage; else invalid.
  ir::DimId cleared_time(const schedule::Node& node) const {
    const auto* id = std::get_if<StageId>(&node);
    const auto* clear = id ? std::get_if<schedule::ClearStage>(&plan_[*id].kind) : nullptr;
    return clear ? clear->time : ir::DimId{};
  }

  void write_stage_call(Site& site, StageId id, LoopId around) {
    const schedule::StageKind& kind = plan_[id].kind;
    if (const auto* admit = std::get_if<schedule::AdmitStage>(&kind)) return write_admit(site, *admit);
    call_counted(id, around);
  }

  bool dealt(const schedule::Node& node) const {
    if (const auto* loop = std::get_if<LoopId>(&node)) return plan_[*loop].dealt;
    const schedule::Stage& stage = plan_[std::get<StageId>(node)];
    return stage.dealt.valid() || std::holds_alternative<schedule::AdmitStage>(stage.kind);
  }

  Value is_first_of_units() {
    return code_.compare(Compare::equal, word(frame_.unit_thread()), code_.whole(0));
  }

  // After a stage of a loop.
  void wait_for_units(LoopId around) {
    if (around.valid() && plan_[around].by_units) write_barrier(frame_.unit_threads());
  }

  // If more than one thread takes part, whose number is in the word.
  void write_barrier(int threads) {
    code_.when(code_.compare(Compare::less, code_.whole(1), word(threads)), [&] {
      code_.call_at(argument(kBarrier, code_.pointer()), {argument(kTeam, code_.pointer())});
    });
  }

  void call_counted(StageId id, LoopId around) {
    auto call = [&] { counters_ ? call_and_count(id, around) : call_stage(id, around); };
    if (plan_.dealt && !plan_[id].dealt.valid()) return code_.when(is_first_, call);
    if (!around.valid() || !plan_[around].by_units || plan_[id].units.valid()) return call();
    code_.when(is_first_of_units(), call);
  }

  // What the first thread takes.
  void call_and_count(StageId id, LoopId around) {
    Value before = code_.cycles();
    call_stage(id, around);
    Value after = code_.cycles();
    code_.when(is_first_, [&] { count(id, code_.sub(after, before)); });
  }
  void count(StageId id, Value taken) {
    Value counter = code_.element(counters_, code_.i64(), code_.whole(id.index));
    code_.store(code_.add(code_.load(code_.i64(), counter, 8), taken), counter, 8);
  }

  std::set<ir::DimId> times_around(LoopId loop) const {
    std::set<ir::DimId> times;
    for (; loop.valid(); loop = plan_[loop].around) times.insert(plan_[loop].time);
    return times;
  }

  Value is_ragged(Site& site, ir::DimId time) {
    return code_.compare(Compare::less, code_.whole(0), site.word(frame_.ragged(time)));
  }

  // The caller's array goes to the slot, which takes its place.
  void write_admit(Site& site, const schedule::AdmitStage& stage) {
    BufferId input = stage.input.buffer;
    Value ragged = code_.zero(code_.i1());
    for (ir::DimId time : stage.times) ragged = code_.either(ragged, is_ragged(site, time));
    code_.when(ragged, [&] {
      Value slot = site.pointer_word(frame_.slot(input));
      ir::Element element = plan_[input].element;
      Range part = part_of(code_, site.value(plan_[input].elements), kAlign, word(frame_.thread()),
                           word(frame_.threads()));
      auto first = [&](Value array) { return site.moved(array, element, part.begin, code_.whole(1)); };
      code_.call(copy_function(site, element), {first(site.pointer_word(frame_.base(input))), first(slot),
                                                code_.sub(part.end, part.begin)});
      set(frame_.base(input), slot);
    });
  }

  // A function of a stage gets its arrays as parameters, so that stages that do the same to other arrays
  // share one.
  void call_stage(StageId id, LoopId around) {
    schedule::StageKind kind = plan_[id].kind;
    std::vector<std::pair<BufferId, bool>> arrays;
    schedule::change_each_access(kind, [&](schedule::Access& access) {
      std::pair<BufferId, bool> array{access.buffer, access.previous};
      auto found = std::find(arrays.begin(), arrays.end(), array);
      if (found == arrays.end()) found = arrays.insert(found, array);
      access.buffer = BufferId{static_cast<uint32_t>(found - arrays.begin())};
      access.previous = false;
    });
    Values arguments = {words_};
    for (const auto& [buffer, previous] : arrays) {
      arguments.push_back(code_.whole(previous ? frame_.previous(buffer) : frame_.base(buffer)));
    }
    const schedule::Stage& stage = plan_[id];
    code_.call(stage_function({kind, stage.dealt, stage.units, times_around(around)}, arrays), arguments);
  }

  // All that the code of a stage depends on, but for where its arrays are.
  struct Work {
    schedule::StageKind kind;
    ir::DimId dealt, units;
    std::set<ir::DimId> around;
    friend bool operator==(const Work&, const Work&) = default;
  };

  llvm::Function* stage_function(const Work& work, const std::vector<std::pair<BufferId, bool>>& arrays) {
    for (const auto& [known, function] : shared_) {
      if (known == work) return function;
    }
    std::vector<Type> parameters(1 + arrays.size(), code_.i64());
    parameters[0] = code_.pointer();
    std::string name = fmt::format("stage_{}", shared_.size());
    llvm::Function* function = code_.begin(name, code_.nothing(), parameters, false);
    Site site(code_, plan_, frame_, code_.parameter(0), work.around);
    site.deal(work.dealt);
    site.divide_units(work.units);
    for (uint32_t i = 0; i < arrays.size(); ++i) {
      Value word = code_.element(code_.parameter(0), code_.i64(), code_.parameter(static_cast<int>(i) + 1));
      site.set_array(BufferId{i}, arrays[i].first, code_.load(code_.pointer(), word, 8));
    }
    auto write = [&](const auto& stage) {
      if constexpr (!std::is_same_v<std::decay_t<decltype(stage)>, schedule::AdmitStage>) {
        codegen::write_stage(site, stage);
      }
    };
    std::visit(write, work.kind);
    code_.end();
    shared_.emplace_back(work, function);
    return function;
  }

  void write_loop(Site& site, LoopId id) {
    const schedule::TimeLoop& loop = plan_[id];
    if (!loop.by_units || loop.around.valid()) return write_steps(site, id);
    // All have all sequences, if there are too few of them.
    const Value first = word(frame_.own_first()), end = word(frame_.own_end());
    const Value threads = word(frame_.threads()), batch = word(frame_.batch());
    const Value few = code_.compare(Compare::less, batch, threads);
    set(frame_.unit_threads(), code_.select(few, threads, code_.whole(1)));
    set(frame_.unit_thread(), code_.select(few, word(frame_.thread()), code_.whole(0)));
    set(frame_.own_first(), code_.select(few, code_.whole(0), first));
    set(frame_.own_end(), code_.select(few, batch, end));
    write_steps(site, id);
    set(frame_.unit_threads(), code_.whole(1));
    set(frame_.unit_thread(), code_.whole(0));
    set(frame_.own_first(), first);
    set(frame_.own_end(), end);
  }

  void write_steps(Site& site, LoopId id) {
    const schedule::TimeLoop& loop = plan_[id];
    Value longest = site.word(frame_.longest(loop.time));
    code_.loop(code_.whole(0), longest, 1, [&](Value k) {
      bool forward = loop.direction == ir::Direction::forward;
      set(frame_.step(loop.time), forward ? k : code_.sub(code_.sub(longest, code_.whole(1)), k));
      auto step = [&] {
        Value end = word(frame_.own_end());
        bool shrinks = loop.dealt && plan_.lengths_of(loop.time).valid();
        if (shrinks) {
          code_.when(is_ragged(site, loop.time), [&] {
            // None may be left of this thread's: never fewer than none, for counts are divided as unsigned.
            Value running = code_.least(end, code_.call(rows_function(id), {words_}));
            set(frame_.own_end(), code_.most(word(frame_.own_first()), running));
          });
        }
        write_nodes(site, loop.body, id);
        if (shrinks) set(frame_.own_end(), end);
        write_carries(site, id);
      };
      if (!loop.active.valid()) return step();
      Value any = code_.call(active_function(id), {words_});
      code_.when(any, step);
    });
  }

  // i64(frame): how many sequences there are up to the last one that has the step.
  llvm::Function* rows_function(LoopId id) {
    ir::DimId time = plan_[id].time;
    std::string name = fmt::format("rows_{}", plan_.time_index(time));
    if (llvm::Function* known = code_.known(name)) return known;
    llvm::Function* function = code_.begin(name, code_.i64(), {code_.pointer()}, false);
    Site site(code_, plan_, frame_, code_.parameter(0), times_around(id));
    code_.end(sequences_that_run(site, time));
    return function;
  }

  // i1(frame): which sequences run the step, and whether any does.
  llvm::Function* active_function(LoopId id) {
    const schedule::TimeLoop& loop = plan_[id];
    llvm::Function* function =
        code_.begin(fmt::format("active_{}", id.index), code_.i1(), {code_.pointer()}, false);
    Site site(code_, plan_, frame_, code_.parameter(0), times_around(id));
    Value step = site.step(loop.time);
    Value flags = site.pointer_word(frame_.base(loop.active));
    BufferId outer = loop.around.valid() ? plan_[loop.around].active : BufferId{};
    Value any = code_.loop(
        code_.whole(0), site.size(plan_.batch), 1, {code_.zero(code_.i1())},
        [&](Value b, const Values& so_far) {
          Value runs = code_.no(code_.zero(code_.i1()));
          if (plan_.lengths_of(loop.time).valid())
            runs = code_.compare(Compare::less, step, length_at(code_, site.lengths(loop.time), b));
          if (outer.valid()) {
            Value flag = code_.load(code_.i8(),
                                    code_.element(site.pointer_word(frame_.base(outer)), code_.i8(), b), 1);
            runs = code_.both(runs, code_.resize(flag, code_.i1()));
          }
          code_.store(code_.resize(runs, code_.i8()), code_.element(flags, code_.i8(), b), 1);
          return Values{code_.either(so_far[0], runs)};
        })[0];
    code_.end(any);
    return function;
  }

  // Sequences past their ends take over what they had; then the generations change places.
  void write_carries(Site& site, LoopId id) {
    const schedule::TimeLoop& loop = plan_[id];
    bool ends = plan_.batch.valid() && plan_.lengths_of(loop.time).valid();
    for (const schedule::Carry& carry : loop.carries) {
      bool has_batch = in(carry.order, plan_.batch);
      if (!ends || !has_batch) continue;
      llvm::Function* keep = keep_function(id, carry);
      Value keeps = is_ragged(site, loop.time);
      if (!loop.dealt) keeps = code_.both(keeps, is_first_);
      if (loop.by_units) keeps = code_.both(keeps, is_first_of_units());
      code_.when(keeps, [&] {
        Value before = site.pointer_word(frame_.previous(carry.ring));
        code_.call(keep, {words_, before, site.pointer_word(frame_.base(carry.ring))});
      });
    }
    if (ends && loop.by_units)
      code_.when(is_ragged(site, loop.time), [&] { write_barrier(frame_.unit_threads()); });
    for (const schedule::Carry& carry : loop.carries) {
      Value now = site.word(frame_.base(carry.ring)), before = site.word(frame_.previous(carry.ring));
      set(frame_.base(carry.ring), before);
      set(frame_.previous(carry.ring), now);
    }
  }

  // void(frame, before, now)
  llvm::Function* keep_function(LoopId id, const schedule::Carry& carry) {
    ir::DimId time = plan_[id].time;
    ir::Element element = plan_[carry.ring].element;
    for (const Keep& keep : keeps_) {
      if (keep.time == time && keep.dealt == plan_[id].dealt && keep.order == carry.order &&
          keep.element == element)
        return keep.function;
    }
    std::vector<Type> parameters(3, code_.pointer());
    llvm::Function* function =
        code_.begin(fmt::format("keep_{}", keeps_.size()), code_.nothing(), parameters, false);
    keeps_.push_back({time, plan_[id].dealt, carry.order, element, function});
    Site site(code_, plan_, frame_, code_.parameter(0), times_around(id));
    if (plan_[id].dealt) site.deal(plan_.batch);
    site.set_array(BufferId{0}, carry.ring, code_.parameter(1));
    site.set_array(BufferId{1}, carry.ring, code_.parameter(2));
    write_keep(site, plan_[id].time, rows_of(BufferId{0}, carry.order, plan_.dims),
               rows_of(BufferId{1}, carry.order, plan_.dims), carry.order);
    code_.end();
    return function;
  }

  void write_keep(Site& site, ir::DimId time, const schedule::Access& before, const schedule::Access& now,
                  const std::vector<ir::DimId>& order) {
    std::vector<ir::DimId> others;
    for (ir::DimId dim : order) {
      if (dim != plan_.batch) others.push_back(dim);
    }
    Value step = site.step(time), stride = site.value(now.stride(plan_.batch));
    Value from = site.start(before), to = site.start(now);
    ir::Element element = site.element(now);
    RowCopy rows(site, others, before, now);
    Range own = site.range({plan_.batch});
    code_.loop(own.begin, own.end, 1, [&](Value b) {
      Value is_over = code_.compare(Compare::less_equal, length_at(code_, site.lengths(time), b), step);
      code_.when(is_over, [&] {
        rows.write(site.moved(from, element, b, stride), site.moved(to, element, b, stride));
      });
    });
  }

  Code& code_;
  const schedule::Plan& plan_;
  Frame frame_;
  std::string name_;
  Value words_ = nullptr, counters_ = nullptr, is_first_ = nullptr;
  std::vector<std::pair<Work, llvm::Function*>> shared_;
  struct Keep {
    ir::DimId time;
    bool dealt;
    std::vector<ir::DimId> order;
    ir::Element element;
    llvm::Function* function;
  };
  std::vector<Keep> keeps_;
};

}  // namespace

std::unique_ptr<llvm::Module> generate(const schedule::Plan& plan, const Options& options,
                                       llvm::LLVMContext& context) {
  auto module = std::make_unique<llvm::Module>(options.name, context);
  module->setTargetTriple(options.triple);
  module->setDataLayout(options.data_layout);
  Code code(*module, options.cpu, options.features, plan.machine.fma);
  FunctionCode function(code, plan, options.name);
  if (options.counts_cycles) function.count_cycles();
  function.write_scratch();
  function.write(true);
  if (options.part.count > 1) keep_part(*module, options.part);
  return module;
}

llvm::Function* write_function(Code& code, const schedule::Plan& plan, const std::string& name) {
  return FunctionCode(code, plan, name).write(false);
}

int64_t scratch_bytes(const schedule::Plan& plan, const std::function<int64_t(ir::DimId)>& size) {
  int64_t end = 0;
  for (const schedule::SizeExpr& slot : plan.slots)
    end += (slot.evaluate(size) + kAlign - 1) / kAlign * kAlign;
  return end;
}

}  // namespace rnnc::codegen
