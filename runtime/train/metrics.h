// metrics.jsonl and the picture of its curves.
#pragma once

#include <optional>
#include <string>

#include "runtime/formats/jsonl.h"
#include "runtime/train/result.h"

namespace rnnc::train {

// Records have "step"; a resumed training says again what came after its step, so open() removes the lines
// beyond it (all lines for step 0).
Result<formats::JsonlWriter> open_metrics(const std::string& path, int64_t step);

// "loss" and "val" of all records over "step", as SVG. No file where there is nothing to draw yet.
Status draw_metrics(const std::string& metrics, const std::string& picture, const std::string& title);

}  // namespace rnnc::train
