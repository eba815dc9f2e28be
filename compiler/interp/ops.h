// One function for each op, in files by family. None of them clears what lies past the ends: evaluate() does.
#pragma once

#include <vector>

#include "compiler/interp/context.h"

namespace rnnc::interp {

// leaf.cpp
Ref eval_param(const Call& call);
Ref eval_input(const Call& call);
Array eval_constant(const Call& call);
Array eval_iota(const Call& call);
Array eval_random(const Call& call);  // random.cpp

// unary.cpp
Array eval_neg(const Call& call);
Array eval_abs(const Call& call);
Array eval_exp(const Call& call);
Array eval_log(const Call& call);
Array eval_sqrt(const Call& call);
Array eval_sigmoid(const Call& call);
Array eval_tanh(const Call& call);
Array eval_softplus(const Call& call);
Array eval_sin(const Call& call);
Array eval_cos(const Call& call);
Array eval_cast(const Call& call);

// binary.cpp
Array eval_add(const Call& call);
Array eval_sub(const Call& call);
Array eval_mul(const Call& call);
Array eval_div(const Call& call);
Array eval_pow(const Call& call);
Array eval_max(const Call& call);
Array eval_min(const Call& call);
Array eval_less(const Call& call);
Array eval_equal(const Call& call);
Array eval_select(const Call& call);

// contract.cpp, reduce.cpp
Array eval_contract(const Call& call);
Array eval_reduce(const Call& call);

// structure.cpp
Array eval_broadcast(const Call& call);
Array eval_view(const Call& call);
Array eval_concat(const Call& call);
Array eval_slice(const Call& call);
Array eval_pad(const Call& call);

// index.cpp
Array eval_gather(const Call& call);
Array eval_scatter_add(const Call& call);

// time.cpp, prefix.cpp, scan.cpp
Array eval_shift(const Call& call);
Array eval_flip(const Call& call);
Array eval_prefix(const Call& call);
std::vector<Ref> eval_scan(const Call& call);

}  // namespace rnnc::interp
