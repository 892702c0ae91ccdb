# SPDX-License-Identifier: GPL-3.0-or-later
# One call per folder. The dependency list is the documentation.
#
#   fathom_module(engine_store SOURCES a.cpp a.h DEPENDS engine_base SYSTEM SQLite::SQLite3 [TORCH] [QT])
#     DEPENDS  targets of ours, public: whoever links this may include theirs
#     SYSTEM   packages, private: their headers stay out of our public headers
#     TORCH    compile with LibTorch's headers and the shared precompiled header
#     QT       run moc; QT_NO_KEYWORDS and QT_NO_CAST_FROM_ASCII are on
#   fathom_test(tst_name SOURCES … DEPENDS … [LABELS fast] [TORCH|GUI])  a Qt Test program; GUI: it has widgets
#   fathom_bench(bench_name SOURCES … DEPENDS … [TORCH])                 a plain program in tests/bench

add_library(fathom_flags INTERFACE)
target_include_directories(fathom_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(fathom_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
                                              $<$<BOOL:${FATHOM_WERROR}>:-Werror>)
if(FATHOM_WERROR AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fathom_flags INTERFACE -Wno-error=restrict -Wno-error=stringop-overflow -Wno-error=array-bounds) # GCC bug 105651: false alarms on std::string
endif()
if(FATHOM_SANITIZE)
  target_compile_options(fathom_flags INTERFACE -fsanitize=${FATHOM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(fathom_flags INTERFACE -fsanitize=${FATHOM_SANITIZE})
endif()
find_program(FATHOM_CCACHE ccache)
if(FATHOM_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # What ccache's manual asks for where precompiled headers are used.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${FATHOM_CCACHE})
endif()
find_program(FATHOM_MOLD mold)
if(FATHOM_MOLD AND NOT FATHOM_SANITIZE)
  target_link_options(fathom_flags INTERFACE -fuse-ld=mold)
endif()

# A torch file takes about 1.5 GB while it compiles.
cmake_host_system_information(RESULT fathom_memory_mb QUERY AVAILABLE_PHYSICAL_MEMORY)
math(EXPR fathom_torch_jobs "${fathom_memory_mb} / 2000")
if(fathom_torch_jobs LESS 1)
  set(fathom_torch_jobs 1)
endif()
set_property(GLOBAL PROPERTY JOB_POOLS torch=${fathom_torch_jobs})

# Compiles `target` with the precompiled header that `owner` builds.
function(fathom_reuse_pch target owner)
  target_precompile_headers(${target} REUSE_FROM ${owner})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fpch-preprocess) # lets ccache work with it
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    target_compile_options(${target} PRIVATE -fPIC) # CMake would say -fPIE, and the header be refused
    # Nearly empty, because sources include their own moc files.
    set_source_files_properties(${CMAKE_CURRENT_BINARY_DIR}/${target}_autogen/mocs_compilation.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

function(fathom_configure target)
  cmake_parse_arguments(arg "TORCH;QT" "" "DEPENDS;SYSTEM" ${ARGN})
  target_link_libraries(${target} PUBLIC ${arg_DEPENDS} PRIVATE $<BUILD_INTERFACE:fathom_flags> ${arg_SYSTEM})
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "STATIC_LIBRARY" AND FATHOM_UNITY)
    # A file that includes torch or widgets costs seconds before its first own line.
    if(arg_TORCH)
      set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    elseif(arg_QT AND arg_DEPENDS MATCHES "Qt6::Widgets|(^|;)widgets(;|$)")
      fathom_reuse_pch(${target} widgets_pch)
    endif()
  endif()
  if(arg_QT)
    set_target_properties(${target} PROPERTIES AUTOMOC ON)
    target_compile_definitions(${target} PRIVATE QT_NO_CAST_FROM_ASCII QT_NO_KEYWORDS QT_NO_FOREACH QT_USE_QSTRINGBUILDER)
  endif()
  if(arg_TORCH)
    target_link_libraries(${target} PRIVATE Fathom::Torch)
    set_target_properties(${target} PROPERTIES JOB_POOL_COMPILE torch)
    if(NOT target STREQUAL engine_torch_pch)
      fathom_reuse_pch(${target} engine_torch_pch)
    endif()
  endif()
endfunction()

function(fathom_module target)
  cmake_parse_arguments(arg "TORCH;QT" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  add_library(${target} STATIC ${arg_SOURCES})
  fathom_configure(${target} ${ARGN})
endfunction()

function(fathom_test target)
  cmake_parse_arguments(arg "TORCH;GUI" "" "SOURCES;DEPENDS;SYSTEM;LABELS" ${ARGN})
  if(NOT FATHOM_TESTS OR (arg_TORCH AND NOT FATHOM_TORCH))
    return()
  endif()
  add_executable(${target} ${arg_SOURCES})
  if(arg_TORCH)
    fathom_configure(${target} QT TORCH DEPENDS ${arg_DEPENDS} SYSTEM Fathom::QtTest ${arg_SYSTEM})
  elseif(arg_GUI)
    fathom_configure(${target} QT DEPENDS ${arg_DEPENDS} SYSTEM Fathom::QtTest Qt6::Widgets ${arg_SYSTEM})
    fathom_reuse_pch(${target} test_pch_gui)
  else()
    fathom_configure(${target} QT DEPENDS ${arg_DEPENDS} SYSTEM Fathom::QtTest ${arg_SYSTEM})
    fathom_reuse_pch(${target} test_pch_core)
  endif()
  target_compile_definitions(${target} PRIVATE FATHOM_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
                                               FATHOM_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  add_test(NAME ${target} COMMAND ${target})
  if(NOT arg_LABELS)
    set(arg_LABELS fast)
  endif()
  set_tests_properties(${target} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 600
                       ENVIRONMENT "GOMP_SPINCOUNT=2000;QT_QPA_PLATFORM=offscreen;XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/cache;FATHOM_CLI=${PROJECT_BINARY_DIR}/bin/fathom-cli;FATHOM_MODULE_DIR=${PROJECT_BINARY_DIR}/lib")
endfunction()

function(fathom_bench target)
  cmake_parse_arguments(arg "TORCH;QT" "" "SOURCES;DEPENDS;SYSTEM" ${ARGN})
  if(NOT FATHOM_BENCH OR (arg_TORCH AND NOT FATHOM_TORCH) OR (arg_QT AND NOT FATHOM_GUI))
    return()
  endif()
  add_executable(${target} ${arg_SOURCES})
  fathom_configure(${target} ${ARGN})
  target_compile_definitions(${target} PRIVATE FATHOM_SOURCE_DIR="${PROJECT_SOURCE_DIR}" FATHOM_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
endfunction()
