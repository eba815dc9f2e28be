// `draw_token` of runtime/train/draw.h as machine code: the same tokens, bit for bit.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

// i32(logits, temperature: f32, random), of so many tokens: one of them, or -1 where a logit is NaN or
// infinite. Not visible outside.
llvm::Function* draw_token_function(Code& code, const std::string& name, int64_t tokens);

}  // namespace rnnc::codegen
