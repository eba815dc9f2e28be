#include "compiler/passes/embeddings.h"

#include "tests/unit/passes/rewrite.h"

namespace rnnc::passes {
namespace {

using testing::expect_rewrite;
using testing::expect_unchanged;

const std::string kInputs = "%W = param W : f32[V,D]  %w = input w : i32[T,B]  ";
const std::string kHot = kInputs + R"(%wV = broadcast %w : i32[T,B,V]  %n = iota V : i32[V]
  %nV = broadcast %n : i32[T,B,V]  %e = equal %wV, %nV : bool[T,B,V]  )";

TEST(Embeddings, LooksUpRowsOfTheTable) {
  for (const char* hot :
       {"%h = cast %e : f32[T,B,V]  ",
        "%o = const 1 : f32[T,B,V]  %z = const 0 : f32[T,B,V]  %h = select %e, %o, %z : f32[T,B,V]  "}) {
    for (const char* operands : {"%h, %W", "%W, %h"}) {
      expect_rewrite(embeddings,
                     kHot + hot + "%y = contract " + operands + " over {V} : f32[T,B,D]  return y = %y",
                     kHot + hot + "%y = gather %W, %w along V : f32[T,B,D]  return y = %y");
    }
  }
}

TEST(Embeddings, RepeatsWhatTheTokensDoNotHave) {
  const std::string hot = R"(%W = param W : f32[V,D]  %w = input w : i32[B]  %n = iota V : i32[V]
    %nV = broadcast %n : i32[T,B,V]  %wV = broadcast %w : i32[T,B,V]  %e = equal %nV, %wV : bool[T,B,V]
    %h = cast %e : f32[T,B,V]  )";
  expect_rewrite(
      embeddings, hot + "%y = contract %h, %W over {V} : f32[T,B,D]  return y = %y",
      hot + "%g = gather %W, %w along V : f32[B,D]  %y = broadcast %g : f32[T,B,D]  return y = %y");
}

TEST(Embeddings, LeavesOtherProducts) {
  expect_unchanged(embeddings, kHot + R"(%l = less %wV, %nV : bool[T,B,V]  %h = cast %l : f32[T,B,V]
    %y = contract %h, %W over {V} : f32[T,B,D]  return y = %y)");
  expect_unchanged(embeddings, kHot + R"(%h = cast %e : f32[T,B,V]  %d = param d : f32[D]
    %y = contract %h, %d over {} : f32[T,B,V,D]  return y = %y)");
}

}  // namespace
}  // namespace rnnc::passes
