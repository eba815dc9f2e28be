#include "compiler/driver/pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "compiler/ir/text.h"
#include "compiler/ir/verify.h"
#include "compiler/passes/affine.h"
#include "compiler/passes/dead_code.h"
#include "compiler/passes/distribute.h"
#include "compiler/passes/embeddings.h"
#include "compiler/passes/lift.h"
#include "compiler/passes/line_up.h"
#include "compiler/passes/order_sums.h"
#include "compiler/passes/recompute.h"
#include "compiler/passes/share.h"
#include "compiler/passes/simplify.h"
#include "compiler/passes/split_joins.h"
#include "compiler/passes/split_products.h"
#include "compiler/support/nearest.h"

namespace rnnc::driver {
namespace {

using ir::Function;
using passes::Pass;

const Pass kSplitJoins{"split-joins", "products over joins become sums of products", passes::split_joins};
const Pass kSplitProducts{"split-products", "a product for each slice of a product", passes::split_products};
const Pass kSimplify{"simplify", "instructions that a cheaper one stands for", passes::simplify};
const Pass kShare{"share", "what is computed twice, once", passes::share};
const Pass kDeadCode{"dead-code", "what nothing reads goes", passes::dead_code};
const Pass kLineUp{"line-up", "instructions in the order in which results need them", passes::line_up};
const Pass kOrderSums{"order-sums", "one order for sums of products, without the state first",
                      passes::order_sums};
const Pass kEmbeddings{"embeddings", "products with one-hot arrays become lookups", passes::embeddings};
const Pass kDistribute{"distribute", "a scan for each group of states", passes::distribute};
const Pass kLift{"lift", "what need not be in a scan leaves it", passes::lift};
const Pass kAffine{"affine", "linear recurrences become prefixes", passes::affine};
const Pass kRecompute{"recompute", "cheap values are made again instead of stored", passes::recompute};

// Of what irgen makes. Simplified before autodiff, a function has a small adjoint.
const std::vector<Pass> kBeforeAutodiff = {
    kSplitJoins,     // first: joined and separate weights become one graph ...
    kSplitProducts,  // ... and so do stacked and single gates
    kSimplify,       // trifles must not tell two notations apart
    kShare,          // nor must it matter what was written twice
    kDeadCode,       // order-sums asks who reads a term, and has to count only those that exist
    kOrderSums,      // needs the products apart; makes W x + b one value that can leave its loop
    kEmbeddings,     // before lift, for which a lookup is cheaper than a product
    kShare,          // sums that are alike only since they have one order
    kDeadCode,       // distribute takes each value of a body for one that is read
    kLineUp,         // what crosses between loops is numbered as it comes
    kDistribute,     // before lift: the input product of a second layer then is free of state
    kLift,           // before affine: a scan has nothing but its recurrence left
    kAffine,         // before autodiff: the adjoint of a prefix is a prefix
    kSplitJoins,     // again: what is now beside each other for all steps at once ...
    kSplitProducts,  // ... stood on two sides of a scan's border
    kSimplify,       // likewise, and affine has written coefficients
    kShare,          // likewise
    kDeadCode,       // before order-sums, and before autodiff, which would differentiate it
    kOrderSums,      // likewise
    kLineUp,         // whose adjoint then runs in one order too
};

// Of what autodiff makes.
const std::vector<Pass> kAfterAutodiff = {
    kSimplify,   // rules leave negations and zeros
    kShare,      // and compute alike what several operands need
    kDeadCode,   // lift asks what of a scan is read
    kLift,       // weight and input gradients leave the loop
    kSimplify,   // what is now beside each other
    kShare,      // likewise
    kDeadCode,   // recompute asks who reads the tape
    kRecompute,  // last: now it is settled what is stored
    kShare,      // the forward value may be made again twice
    kDeadCode,   // what is no longer stored
    kLineUp,     // for people, and for whoever chooses the first of equals
};

class Pipeline {
 public:
  Pipeline(ir::Module module, const PipelineOptions& options) : options_(options), done_{std::move(module)} {}

  Optimised run() {
    ir::Module& module = done_.module;
    run(kBeforeAutodiff, module.forward, "forward");
    if (module.begin) run(kBeforeAutodiff, *module.begin, "begin");
    if (module.step) run(kBeforeAutodiff, *module.step, "step");
    if (!options_.gradient) return std::move(done_);
    module.gradient = autodiff::differentiate(module.forward, module.dims, request());
    verify(*module.gradient, "autodiff");
    run(kAfterAutodiff, *module.gradient, "gradient");
    return std::move(done_);
  }

 private:
  void run(const std::vector<Pass>& list, Function& function, std::string_view role) {
    for (const Pass& pass : list) execute(pass, function, role);
  }

  // One execution. All that is the same for every pass is here.
  void execute(const Pass& pass, Function& function, std::string_view role) {
    if (holds(options_.skip, pass.name)) return;
    if (options_.bisect && done_.executions >= *options_.bisect) return;
    function = pass.run(function, done_.module.dims);
    ++done_.executions;
    done_.last = fmt::format("{} of {}", pass.name, role);
    verify(function, done_.last);
    if (options_.dump && holds(options_.dump_after, pass.name))
      options_.dump(done_.last, function, done_.module.dims);
  }

  static bool holds(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  void verify(const Function& function, std::string_view after) const {
    support::Status status = ir::verify(function, done_.module.dims);
    if (status) return;
    RNNC_UNREACHABLE(fmt::format("after {}: {}\n{}", after, status.error().message,
                                 ir::print(function, done_.module.dims)));
  }

  autodiff::Request request() const {
    autodiff::Request request = *options_.gradient;
    for (const ir::StateEntry& entry : done_.module.state) {
      if (std::isinf(entry.first)) request.infinite.push_back("state." + entry.path);
    }
    return request;
  }

  const PipelineOptions& options_;
  Optimised done_;
};

support::Status check_names(const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Pass& pass : all_passes()) {
    if (std::ranges::find(known, pass.name) == known.end()) known.emplace_back(pass.name);
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string near = support::nearest(name, known);
    return support::Failure{fmt::format("there is no pass `{}`{}", name,
                                        near.empty() ? fmt::format("; there are {}", fmt::join(known, ", "))
                                                     : fmt::format("; did you mean `{}`?", near))};
  }
  return support::ok();
}

}  // namespace

std::vector<Pass> all_passes() {
  return {kSplitJoins, kSplitProducts, kSimplify,   kShare, kDeadCode, kOrderSums, kLineUp,
          kLineUp,     kEmbeddings,    kDistribute, kLift,  kAffine,   kRecompute};
}

support::Result<Optimised> run_pipeline(ir::Module module, const PipelineOptions& options) {
  for (const auto* names : {&options.skip, &options.dump_after}) {
    if (support::Status status = check_names(*names); !status) return status.error();
  }
  return Pipeline(std::move(module), options).run();
}

}  // namespace rnnc::driver
