// One function a command, each defined in command_<name>.cpp.
#pragma once

#include "compiler/driver/command.h"

namespace rnnc::driver {

Command check_command();
Command fmt_command();
Command explain_command();
Command inspect_command();
Command init_command();
Command train_command();
Command sample_command();
Command predict_command();
Command eval_command();
Command grad_command();
Command gradflow_command();
Command emit_command();
Command bench_command();
Command version_command();

}  // namespace rnnc::driver
