# What every target shares: the language, warnings as errors, sanitizers on request.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release or RelWithDebInfo" FORCE)
endif()
# What is fast is the code that rnnc makes. Of its own only the trainer's loops want more (runtime/train).
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

option(RNNC_SANITIZE "Address and undefined-behaviour sanitizers, and the fuzz targets (needs Clang)" OFF)

find_program(RNNC_CCACHE ccache)
if(RNNC_CCACHE)
  # Else it would not keep what is compiled with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${RNNC_CCACHE})
  add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>
    "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:Clang>>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

find_package(fmt 9 REQUIRED CONFIG)
find_package(GTest 1.12 REQUIRED CONFIG)
find_package(nlohmann_json 3.11 REQUIRED CONFIG)
find_package(LLVM 19.1 REQUIRED CONFIG)

# Flags for our own code; generated and third-party code does not see them.
add_library(rnnc_flags INTERFACE)
target_compile_options(rnnc_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wswitch -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # What GCC 12 derives from the flow of optimised code, it reports of std::string and std::variant in its own headers, and
  # not the same in every build. Clang and the sanitizers look for such errors in ours.
  target_compile_options(rnnc_flags INTERFACE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
    -Wno-stringop-overread -Wno-array-bounds)
else()
  # Clang reports libstdc++'s own use of std::get_temporary_buffer in std::stable_sort.
  target_compile_options(rnnc_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(RNNC_SANITIZE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "RNNC_SANITIZE needs Clang, which has libFuzzer; `cmake --preset sanitize` chooses it")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(RNNC_SANITIZED)  # for tests of what sanitizers end the process for
endif()
