# Half of the time of compiling a file is reading the standard library and fmt; so they are read once. Every file still includes
# what it uses: this only makes it quick.
set(RNNC_PRECOMPILED
  <algorithm> <functional> <map> <memory> <optional> <set> <string> <string_view> <utility> <variant> <vector>
  <fmt/format.h> <fmt/ranges.h>)
# The command line's, twice as much again.
set(RNNC_PRECOMPILED_DRIVER <CLI/CLI.hpp> <nlohmann/json.hpp>)

function(rnnc_precompiled_of kind)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled_${kind}.cpp "${ARGN}\n")
endfunction()

if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  # A library and a program are compiled with different flags, and so are their headers.
  rnnc_precompiled_of(room "")
  add_library(rnnc_precompiled_room STATIC ${PROJECT_BINARY_DIR}/precompiled_room.cpp)
  target_precompile_headers(rnnc_precompiled_room PRIVATE ${RNNC_PRECOMPILED})
  target_link_libraries(rnnc_precompiled_room PRIVATE rnnc_flags fmt::fmt)
  rnnc_precompiled_of(driver "")
  add_library(rnnc_precompiled_driver STATIC ${PROJECT_BINARY_DIR}/precompiled_driver.cpp)
  target_precompile_headers(rnnc_precompiled_driver PRIVATE ${RNNC_PRECOMPILED} ${RNNC_PRECOMPILED_DRIVER})
  target_compile_options(rnnc_precompiled_driver PRIVATE $<$<CONFIG:Debug>:-O0>)
  target_link_libraries(rnnc_precompiled_driver PRIVATE rnnc_flags fmt::fmt nlohmann_json::nlohmann_json)
  rnnc_precompiled_of(test "int main() {}")
  add_executable(rnnc_precompiled_test EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/precompiled_test.cpp)
  target_precompile_headers(rnnc_precompiled_test PRIVATE ${RNNC_PRECOMPILED} <gtest/gtest.h>)
  target_compile_definitions(rnnc_precompiled_test PRIVATE RNNC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_compile_options(rnnc_precompiled_test PRIVATE $<$<CONFIG:Debug>:-O0> $<$<CONFIG:Release>:-O1>)
  target_link_libraries(rnnc_precompiled_test PRIVATE rnnc_flags fmt::fmt GTest::gtest GTest::gtest_main)
endif()

function(rnnc_use_precompiled target kind)
  if(TARGET rnnc_precompiled_${kind})
    target_precompile_headers(${target} REUSE_FROM rnnc_precompiled_${kind})
  endif()
endfunction()
