# SPDX-License-Identifier: GPL-3.0-or-later
# Libraries. Each failure names the Debian package to install.

find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
  message(FATAL_ERROR "pkg-config is missing. Run: apt-get install pkg-config")
endif()

function(myo_find_library target module package)
  pkg_check_modules(${target} QUIET IMPORTED_TARGET ${module})
  if(NOT ${target}_FOUND)
    message(FATAL_ERROR "${module} is missing. Run: apt-get install ${package}")
  endif()
endfunction()

myo_find_library(GSL gsl libgsl-dev)
myo_find_library(PNG libpng libpng-dev)
myo_find_library(JANSSON jansson libjansson-dev)
myo_find_library(POPT popt libpopt-dev)
myo_find_library(LIBZIP libzip libzip-dev)
myo_find_library(LIBMD libmd libmd-dev)
myo_find_library(CAIRO cairo libcairo2-dev)
myo_find_library(OPENJPEG libopenjp2 libopenjp2-7-dev)

# DCMTK's own pkg-config and CMake files ask for the tools it was built with (sndfile, LLVM), so
# the libraries that are used are named here, most dependent first.
find_path(DCMTK_INCLUDE_DIR dcmtk/config/osconfig.h)
set(DCMTK_LIBRARIES)
foreach(library dcmjpls dcmtkcharls dcmjpeg ijg8 ijg12 ijg16 dcmimgle dcmdata oflog ofstd)
  find_library(DCMTK_${library}_LIBRARY ${library})
  if(NOT DCMTK_INCLUDE_DIR OR NOT DCMTK_${library}_LIBRARY)
    message(FATAL_ERROR "DCMTK is missing. Run: apt-get install libdcmtk-dev")
  endif()
  list(APPEND DCMTK_LIBRARIES ${DCMTK_${library}_LIBRARY})
endforeach()

find_path(CSV_INCLUDE_DIR csv.h)
find_library(CSV_LIBRARY csv)
if(NOT CSV_INCLUDE_DIR OR NOT CSV_LIBRARY)
  message(FATAL_ERROR "libcsv is missing. Run: apt-get install libcsv-dev")
endif()

find_path(NIFTI_INCLUDE_DIR nifti1_io.h PATH_SUFFIXES nifti)
find_library(NIFTI_LIBRARY niftiio)
find_library(ZNZ_LIBRARY znz)
if(NOT NIFTI_INCLUDE_DIR OR NOT NIFTI_LIBRARY OR NOT ZNZ_LIBRARY)
  message(FATAL_ERROR "niftiio is missing. Run: apt-get install libnifti-dev libznz-dev")
endif()
myo_find_library(ZLIB zlib zlib1g-dev)

# Optional: without oneDNN the segmenter unet is not built. Its own CMake files ask for OpenCL.
find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.h)
find_library(DNNL_LIBRARY dnnl)

if(BUILD_TESTING)
  myo_find_library(CMOCKA cmocka libcmocka-dev)
endif()
