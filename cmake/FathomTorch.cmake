# SPDX-License-Identifier: GPL-3.0-or-later
# LibTorch from the pinned PyPI wheel, or from an existing one given as Torch_DIR.
#
# The wheel's own CMake configuration insists on a CUDA toolkit. Its headers and libraries do not: the CPU part is linked,
# libtorch_cuda.so is loaded at run time where a driver is present. So the target is made here by hand.
set(FATHOM_DEPS "$ENV{FATHOM_DEPS}" CACHE PATH "Folder into which packaging/bootstrap.sh installed LibTorch")
if(NOT FATHOM_DEPS)
  set(FATHOM_DEPS ${PROJECT_SOURCE_DIR}/.deps)
endif()

if(Torch_DIR OR DEFINED ENV{Torch_DIR})
  if(NOT Torch_DIR)
    set(Torch_DIR $ENV{Torch_DIR})
  endif()
  get_filename_component(fathom_torch_root ${Torch_DIR}/../../.. ABSOLUTE)
else()
  file(GLOB fathom_torch_root ${FATHOM_DEPS}/torch/lib/python3*/site-packages/torch)
endif()
if(NOT EXISTS "${fathom_torch_root}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LibTorch not found. Run packaging/bootstrap.sh, or give an existing one with -DTorch_DIR=<libtorch>/share/cmake/Torch, "
                      "or build without training with -DFATHOM_TORCH=OFF.")
endif()
set(FATHOM_TORCH_LIB_DIR ${fathom_torch_root}/lib)

add_library(Fathom::Torch INTERFACE IMPORTED)
target_include_directories(Fathom::Torch SYSTEM INTERFACE ${fathom_torch_root}/include ${fathom_torch_root}/include/torch/csrc/api/include)
target_link_libraries(Fathom::Torch INTERFACE ${FATHOM_TORCH_LIB_DIR}/libtorch_cpu.so ${FATHOM_TORCH_LIB_DIR}/libc10.so)
# at::parallel_for is a template that is a plain loop in files compiled without OpenMP. LibTorch's own runtime is linked, so that
# its operators and ours share one pool of threads.
file(GLOB fathom_torch_omp ${FATHOM_TORCH_LIB_DIR}/libgomp*.so*)
if(fathom_torch_omp)
  target_compile_options(Fathom::Torch INTERFACE -fopenmp)
  target_link_libraries(Fathom::Torch INTERFACE ${fathom_torch_omp})
else()
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(Fathom::Torch INTERFACE OpenMP::OpenMP_CXX)
endif()
# libtorch_cpu.so names libcupti and libcudart, which lie in sibling wheels and are found by its own RPATH only at run time.
target_link_options(Fathom::Torch INTERFACE -Wl,--allow-shlib-undefined -Wl,-rpath,${FATHOM_TORCH_LIB_DIR})
