#include "compiler/driver/command.h"

int main(int argc, char** argv) { return static_cast<int>(rnnc::driver::run(argc, argv)); }
