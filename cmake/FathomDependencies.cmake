# SPDX-License-Identifier: GPL-3.0-or-later
# Every package Fathom stands on, found once. packaging/bootstrap.sh installs them.
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(fmt REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(LibArchive REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_path(FATHOM_PROTOZERO_INCLUDE_DIR protozero/pbf_writer.hpp REQUIRED)
add_library(Fathom::protozero INTERFACE IMPORTED)
target_include_directories(Fathom::protozero SYSTEM INTERFACE ${FATHOM_PROTOZERO_INCLUDE_DIR})

find_package(PkgConfig REQUIRED)
pkg_check_modules(sndfile REQUIRED IMPORTED_TARGET sndfile)
pkg_check_modules(soxr REQUIRED IMPORTED_TARGET soxr)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2) # regular expressions that take linear time
pkg_check_modules(sentencepiece REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc) # Unicode categories, case and normal forms

if(FATHOM_TORCH)
  include(FathomTorch)
endif()
if(FATHOM_GUI)
  find_package(Qt6 6.2 REQUIRED COMPONENTS Widgets Svg PrintSupport) # PrintSupport for QCustomPlot
  find_package(QCustomPlotQt6 REQUIRED)
  find_package(ALSA REQUIRED)
endif()
if(FATHOM_TESTS)
  find_package(yaml-cpp REQUIRED) # reads what we write; why the engine has its own reader: engine/config/yaml_reader.h
  find_package(Qt6 6.2 REQUIRED COMPONENTS Test)
  # Without the definitions of Qt6::Test that name each target's folder: they would forbid a shared precompiled header.
  add_library(Fathom::QtTest INTERFACE IMPORTED)
  target_include_directories(Fathom::QtTest SYSTEM INTERFACE $<TARGET_PROPERTY:Qt6::Test,INTERFACE_INCLUDE_DIRECTORIES>)
  target_compile_definitions(Fathom::QtTest INTERFACE QT_TESTLIB_LIB)
  target_link_libraries(Fathom::QtTest INTERFACE $<TARGET_FILE:Qt6::Test> Qt6::Core)
endif()
