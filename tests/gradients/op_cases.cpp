#include "tests/gradients/op_cases.h"

#include "compiler/ir/text.h"
#include "compiler/support/check.h"

namespace rnnc::testing {
namespace {

using ir::Op;
using Cases = std::vector<std::string>;

// Element-wise in %a and, with numbers that are surely positive, in %p.
Cases unary(const std::string& op) {
  return {"%a = input a : f32[T,B,H]  %y = " + op + " %a : f32[T,B,H]  return y = %y"};
}

Cases unary_of_positive(const std::string& op) {
  return {
      "%a = input a : f32[T,B,H]  %e = exp %a : f32[T,B,H]  %y = " + op + " %e : f32[T,B,H]  return y = %y",
      "%a = param a : f32[H]  %s = mul %a, %a : f32[H]  %c = const 0.01 : f32[H]  %p = add %s, %c : f32[H]"
      "%y = " +
          op + " %p : f32[H]  return y = %y"};
}

Cases binary(const std::string& op) {
  return {"%a = input a : f32[T,B,H]  %b = input b : f32[T,B,H]  %y = " + op +
              " %a, %b : f32[T,B,H]  return y = %y",
          "%a = param a : f32[H,K]  %c = const 0.3 : f32[H,K]  %y = " + op +
              " %a, %c : f32[H,K]"
              "%z = " +
              op + " %c, %a : f32[H,K]  return y = %y, z = %z"};
}

const Cases kDiv = {
    "%a = input a : f32[T,B,H]  %b = input b : f32[T,B,H]  %s = softplus %b : f32[T,B,H]"
    "%y = div %a, %s : f32[T,B,H]  return y = %y",
    "%a = param a : f32[H]  %e = exp %a : f32[H]  %one = const 1 : f32[H]  %d = add %one, %e : f32[H]"
    "%y = div %one, %d : f32[H]  %z = div %a, %one : f32[H]  return y = %y, z = %z"};

std::string power_of(const std::string& exponent) {
  return "%a = param a : f32[H]  %x = exp %a : f32[H]  %p = const " + exponent +
         " : f32[H]  %y = pow %x, %p : f32[H]  return y = %y";
}

const Cases kPow = {power_of("0"),
                    power_of("1"),
                    power_of("2"),
                    power_of("3"),
                    power_of("0.5"),
                    power_of("-1.5"),
                    power_of("[0, 0.5, 2]"),
                    "%a = param a : f32[H]  %p = const 3 : f32[H]  %y = pow %a, %p : f32[H]  return y = %y",
                    "%a = input a : f32[T,B,H]  %p = input p : f32[T,B,H]  %x = exp %a : f32[T,B,H]"
                    "%y = pow %x, %p : f32[T,B,H]  return y = %y"};

const Cases kLess = {
    "%a = input a : f32[T,B,H]  %b = input b : f32[T,B,H]  %p = less %a, %b : bool[T,B,H]"
    "%q = sin %b : f32[T,B,H]  %y = select %p, %a, %q : f32[T,B,H]  return y = %y"};

const Cases kEqual = {
    "%a = param a : f32[H]  %i = iota H : i32[H]  %c = const [0, 3, 2] : i32[H]  %p = equal %i, %c : bool[H]"
    "%s = mul %a, %a : f32[H]  %y = select %p, %a, %s : f32[H]  return y = %y"};

const Cases kContract = {
    "%w = param w : f32[H,X]  %x = input x : f32[T,B,X]  %y = contract %w, %x over {X} : f32[T,B,H]  return "
    "y = %y",
    "%w = param w : f32[H,X]  %x = input x : f32[T,B,X]  %y = contract %x, %w over {X} : f32[B,H,T]  return "
    "y = %y",
    "%a = input a : f32[T,B,H]  %b = input b : f32[T,B,X]  %y = contract %a, %b over {T,B} : f32[H,X]"
    "%z = contract %a, %b over {T} : f32[X,B,H]  return y = %y, z = %z",
    "%a = input a : f32[B,H]  %b = input b : f32[T,B,X]  %y = contract %a, %b over {} : f32[T,B,X,H]  return "
    "y = %y",
    "%a = input a : f32[T,B,H,K]  %b = input b : f32[S,B,H,K]  %y = contract %a, %b over {K} : f32[T,S,B,H]"
    "%z = contract %y, %b over {S,H} : f32[K,T,B]  return y = %y, z = %z",
    "%a = param a : f32[H]  %loss = contract %a, %a over {H} : f32[]  return loss = %loss"};

const Cases kReduce = {
    "%a = input a : f32[T,B,H]  %s = mul %a, %a : f32[T,B,H]  %y = reduce sum %s over {T,H} : f32[B]"
    "%loss = reduce sum %s over {T,B,H} : f32[]  %z = reduce sum %s over {H} : f32[T,B]"
    "return y = %y, z = %z, loss = %loss",
    "%a = input a : f32[T,B,H]  %y = reduce max %a over {H} : f32[T,B]  %z = reduce min %a over {T} : "
    "f32[B,H]"
    "return y = %y, z = %z",
    "%a = input a : f32[T,B,H]  %y = reduce max %a over {H,T} : f32[B]  %loss = reduce min %a over {H,B,T} : "
    "f32[]"
    "return y = %y, loss = %loss",
    "%a = param a : f32[H,X]  %y = reduce max %a over {X} : f32[H]  %z = reduce min %a over {H,X} : f32[]"
    "return y = %y, z = %z"};

const Cases kBroadcast = {
    "%a = param a : f32[H,X]  %s = mul %a, %a : f32[H,X]  %y = broadcast %s : f32[T,B,X,H]  return y = %y",
    "%a = input a : f32[T,B,H]  %y = broadcast %a : f32[B,H,T]  return y = %y",
    "%a = input a : f32[B]  %y = broadcast %a : f32[T,B,H]  %z = broadcast %a : f32[T,B,S]  return y = %y, z "
    "= %z",
    "%a = param a : f32[]  %y = broadcast %a : f32[H]  return y = %y"};

const Cases kView = {
    "%a = input a : f32[T,B,H,X]  %s = mul %a, %a : f32[T,B,H,X]  %m = view %s : f32[T,B,HX]"
    "%y = view %m : f32[T,B,X,H]  return y = %y",
    "%a = param a : f32[H]  %y = view %a : f32[K]  %z = contract %a, %y over {} : f32[H,K]  return y = %y, z "
    "= %z"};

const Cases kConcat = {
    "%a = input a : f32[T,B,H]  %b = input b : f32[T,B,X]  %s = sin %a : f32[T,B,H]"
    "%y = concat %s, %b along HandX : f32[T,B,HandX]  %q = mul %y, %y : f32[T,B,HandX]  return y = %q",
    "%a = param a : f32[H,X]  %y = concat %a, %a along \"2H\" : f32[\"2H\",X]  %z = concat %a along K : "
    "f32[K,X]"
    "%q = mul %y, %y : f32[\"2H\",X]  return y = %q, z = %z"};

const Cases kSlice = {
    "%a = input a : f32[T,B,HandX]  %s = mul %a, %a : f32[T,B,HandX]  %y = slice %s from HandX to H at 1 : "
    "f32[T,B,H]"
    "%z = slice %s from HandX to X at 3 : f32[T,B,X]  return y = %y, z = %z",
    "%a = param a : f32[H,X]  %y = slice %a from H to One at 2 : f32[One,X]  return y = %y"};

const Cases kPad = {
    "%a = input a : f32[T,B,H]  %s = mul %a, %a : f32[T,B,H]  %y = pad %s from H to HandX at 2 : "
    "f32[T,B,HandX]"
    "return y = %y",
    "%a = param a : f32[H,X]  %y = pad %a from H to \"2H\" at 0 : f32[\"2H\",X]  return y = %y"};

const Cases kGather = {
    "%e = param e : f32[V,H]  %s = mul %e, %e : f32[V,H]  %i = input i : i32[T,B]"
    "%y = gather %s, %i along V : f32[T,B,H]  return y = %y",
    "%a = input a : f32[T,B,V]  %i = input i : i32[T,B]  %y = gather %a, %i along V : f32[T,B]  return y = "
    "%y",
    "%a = input a : f32[T,B,H]  %i = input i : i32[B]  %y = gather %a, %i along T : f32[B,H]  return y = %y",
    "%a = input a : f32[T,B,H]  %i = input i : i32[S,B,H]  %y = gather %a, %i along T : f32[S,B,H]  return y "
    "= %y",
    "%e = param e : f32[V,H]  %i = const 2 : i32[]  %y = gather %e, %i along V : f32[H]  return y = %y",
    "%e = param e : f32[V,H]  %i = iota V : i32[V]  %y = gather %e, %i along V : f32[H,V]  return y = %y"};

const Cases kScatter = {
    "%u = input u : f32[T,B,H]  %s = mul %u, %u : f32[T,B,H]  %i = input i : i32[T,B]"
    "%y = scatter_add %s, %i along V : f32[V,H]  %z = scatter_add %s, %i along V : f32[B,H,V]  return y = "
    "%y, z = %z",
    "%u = input u : f32[B,H]  %i = input i : i32[B]  %y = scatter_add %u, %i along T : f32[T,B,H]  return y "
    "= %y",
    "%u = param u : f32[H,X]  %i = const 1 : i32[]  %y = scatter_add %u, %i along V : f32[V,H,X]  return y = "
    "%y"};

const Cases kShift = {
    "%a = input a : f32[T,B,H]  %s = mul %a, %a : f32[T,B,H]  %y = shift %s along T by 1 : f32[T,B,H]"
    "%z = shift %s along T by -2 : f32[T,B,H]  return y = %y, z = %z",
    "%a = input a : f32[T,B,H]  %b = input b : f32[B,H]  %c = input c : f32[B,H]  %d = mul %b, %c : f32[B,H]"
    "%y = shift %a, %b, %d, %c along T by 3 : f32[T,B,H]  return y = %y",
    "%a = input a : f32[B,T]  %b = input b : f32[B]  %y = shift %a, %b along T by 1 : f32[B,T]  return y = "
    "%y"};

const Cases kFlip = {
    "%a = input a : f32[T,B,H]  %s = mul %a, %a : f32[T,B,H]  %y = flip %s along T : f32[T,B,H]  return y = "
    "%y"};

Cases prefix(const std::string& kind, bool affine) {
  Cases cases;
  for (const char* direction : {"forward", "backward"}) {
    std::string coefficient = affine ? "%a, " : "";
    cases.push_back(
        "%a = input a : f32[T,B,H]  %b = input b : f32[T,B,H]  %first = input first : f32[B,H]"
        "%s = prefix " +
        kind + " " + direction + " " + coefficient +
        "%b, %first along T : f32[T,B,H]"
        "%y = mul %s, %s : f32[T,B,H]  return y = %y");
  }
  return cases;
}

Cases all_prefixes() {
  Cases cases;
  for (auto [kind, affine] :
       {std::pair{"sum", false}, {"max", false}, {"affine plus_times", true}, {"affine max_plus", true}}) {
    for (std::string& text : prefix(kind, affine)) cases.push_back(std::move(text));
  }
  return cases;
}

std::string scan(const std::string& direction) {
  return "%x = input x : f32[T,B,H]  %w = param w : f32[H,K]  %h0 = input h0 : f32[B,H]"
         "%h, %last = scan " +
         direction +
         " T each(%x) with(%w) carry(%h0) : f32[T,B,H], f32[B,H] {"
         "  (%xt : f32[B,H], %w : f32[H,K], %h1 : f32[B,H])"
         "  %k = view %h1 : f32[B,K]  %u = contract %w, %k over {K} : f32[B,H]  %s = add %u, %xt : f32[B,H]"
         "  %h = tanh %s : f32[B,H]"
         "  yield(h = %h) next(h = %h)"
         "}  return h = %h, last = %last";
}

}  // namespace

std::vector<std::string> gradient_cases(Op op) {
  switch (op) {
    case Op::param:
      return {"%a = param a : f32[H]  %y = mul %a, %a : f32[H]  return y = %y, a = %a"};
    case Op::input:
      return {"%a = input a : f32[T,B,H]  return y = %a"};
    case Op::constant:
      return {
          "%a = param a : f32[H]  %c = const [1, -2, 0.5] : f32[H]  %y = mul %a, %c : f32[H]  return y = %y, "
          "c = %c"};
    case Op::iota:
      return {
          "%a = param a : f32[H]  %i = iota H : i32[H]  %r = cast %i : f32[H]  %y = mul %a, %r : f32[H]  "
          "return y = %y"};
    case Op::random:
      return {
          "%a = input a : f32[T,B,H]  %u = random uniform site 1 per step : f32[T,B,H]"
          "%y = mul %a, %u : f32[T,B,H]  return y = %y",
          "%a = input a : f32[T,B,H]  %m = random bernoulli 0.5 site 2 per sequence : bool[B,H]"
          "%p = broadcast %m : bool[T,B,H]  %zero = const 0 : f32[T,B,H]"
          "%y = select %p, %a, %zero : f32[T,B,H]  return y = %y"};
    case Op::neg:
      return unary("neg");
    case Op::abs:
      return unary("abs");
    case Op::exp:
      return unary("exp");
    case Op::log:
      return unary_of_positive("log");
    case Op::sqrt:
      return unary_of_positive("sqrt");
    case Op::sigmoid:
      return unary("sigmoid");
    case Op::tanh:
      return unary("tanh");
    case Op::softplus:
      return unary("softplus");
    case Op::sin:
      return unary("sin");
    case Op::cos:
      return unary("cos");
    case Op::cast:
      return {
          "%a = param a : f32[H]  %c = cast %a : f32[H]  %b = cast %a : bool[H]  %m = cast %b : f32[H]"
          "%y = mul %c, %m : f32[H]  return y = %y"};
    case Op::detach:
      return {
          "%a = input a : f32[T,B,H]  %i = random normal site 1 per step : f32[T,B,H]"
          "%d = detach %i : f32[T,B,H]  %y = mul %a, %d : f32[T,B,H]  return y = %y"};
    case Op::add:
      return binary("add");
    case Op::sub:
      return binary("sub");
    case Op::mul:
      return binary("mul");
    case Op::div:
      return kDiv;
    case Op::pow:
      return kPow;
    case Op::max:
      return binary("max");
    case Op::min:
      return binary("min");
    case Op::less:
    case Op::select:
      return kLess;
    case Op::equal:
      return kEqual;
    case Op::contract:
      return kContract;
    case Op::reduce:
      return kReduce;
    case Op::broadcast:
      return kBroadcast;
    case Op::view:
      return kView;
    case Op::concat:
      return kConcat;
    case Op::slice:
      return kSlice;
    case Op::pad:
      return kPad;
    case Op::gather:
      return kGather;
    case Op::scatter_add:
      return kScatter;
    case Op::shift:
      return kShift;
    case Op::flip:
      return kFlip;
    case Op::prefix:
      return all_prefixes();
    case Op::scan:
      return {scan("forward"), scan("backward")};
  }
  return {};
}

ir::Module case_module(const std::string& body) {
  auto module = ir::read(
      "module case { dim One = 1 dim X = 2 dim H = 3 dim K = 3 dim V = 4 dim HandX = 5 dim \"2H\" = 6 dim HX "
      "= 6"
      " batch B time T time S func @forward { " +
      body + " } }");
  if (!module) support::check_failed("read(case)", module.error().message + "\n" + body, __FILE__, __LINE__);
  return *module;
}

}  // namespace rnnc::testing
