# A room is one folder and one library with exactly the dependencies that layers.txt grants it.
#   rnnc_room(NAME [rooms it depends on...])
# globs the folder, so that adding a file needs no edit here. A folder without sources is an interface library.
function(rnnc_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(target rnnc_${name})
  list(TRANSFORM ARGN PREPEND rnnc_ OUTPUT_VARIABLE rooms)
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${rooms} fmt::fmt PRIVATE rnnc_flags)
    rnnc_use_precompiled(${target} room)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${rooms} fmt::fmt)
  endif()
endfunction()

# One test program a folder: rnnc_tests(NAME [rooms...]).
function(rnnc_tests name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    message(WARNING "${name} has no tests yet")
    return()
  endif()
  list(TRANSFORM ARGN PREPEND rnnc_ OUTPUT_VARIABLE rooms)
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE RNNC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Most of the time of a test is its compilation.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Debug>:-O0> $<$<CONFIG:Release>:-O1>)
  target_link_libraries(${name} PRIVATE ${rooms} rnnc_flags fmt::fmt GTest::gtest GTest::gtest_main)
  rnnc_use_precompiled(${name} test)
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)  # each test file has its own small helpers
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
endfunction()

# One fuzzer a file: rnnc_fuzzer(NAME [rooms...]) builds NAME.cpp, which defines LLVMFuzzerTestOneInput. Only with RNNC_SANITIZE.
function(rnnc_fuzzer name)
  if(NOT RNNC_SANITIZE)
    return()
  endif()
  list(TRANSFORM ARGN PREPEND rnnc_ OUTPUT_VARIABLE rooms)
  add_executable(${name} ${name}.cpp)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${rooms} rnnc_flags fmt::fmt)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()

# LLVM for a room. Its headers are in no header of ours, so nobody else needs them.
function(rnnc_llvm name)
  target_include_directories(rnnc_${name} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS})
  target_link_libraries(rnnc_${name} PRIVATE LLVM)
  # GCC 12 takes LLVM's own operators of its objects for a mismatch.
  target_compile_options(rnnc_${name} PRIVATE -Wno-mismatched-new-delete)
endfunction()
