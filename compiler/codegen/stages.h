// One function for each kind of stage: writes what it does where `site` is.
#pragma once

#include "compiler/codegen/site.h"

namespace rnnc::codegen {

void write_stage(Site& site, const schedule::LaneStage& stage);  // lane_stage.cpp
void write_stage(Site& site, const schedule::FoldStage& stage);  // fold_stage.cpp
void write_stage(Site& site, const schedule::PackStage& stage);  // product_stage.cpp
void write_stage(Site& site, const schedule::ProductStage& stage);
void write_stage(Site& site, const schedule::TileStage& stage);   // tile_stage.cpp
void write_stage(Site& site, const schedule::IndexStage& stage);  // move_stages.cpp
void write_stage(Site& site, const schedule::ShiftStage& stage);
void write_stage(Site& site, const schedule::FlipStage& stage);
void write_stage(Site& site, const schedule::ClearStage& stage);
llvm::Function* copy_function(Site& outer, ir::Element element);
void write_stage(Site& site, const schedule::PrefixStage& stage);  // prefix_stage.cpp

}  // namespace rnnc::codegen
