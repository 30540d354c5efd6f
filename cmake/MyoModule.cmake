# SPDX-License-Identifier: GPL-3.0-or-later

# myo_add_module(name SOURCES ... USES module... LIBRARIES target...)
#
# One folder of src/ is one static library myo_<name>. USES is the complete list of the modules
# that it may include: tools/checks/layers.py reads it and refuses any other include.
function(myo_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;LIBRARIES" ${ARGN})
  add_library(myo_${name} STATIC ${arg_SOURCES})
  target_include_directories(myo_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src
                             ${CMAKE_BINARY_DIR}/generated)
  target_compile_definitions(myo_${name} PRIVATE MYO_BUILDING)
  list(TRANSFORM arg_USES PREPEND myo_)
  target_link_libraries(myo_${name} PRIVATE myo_compiler PUBLIC ${arg_USES} ${arg_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY MYO_MODULES myo_${name})
endfunction()

# myo_add_probe(name LIBRARIES target... SOURCES ...)
#
# What a training, which is Python, calls of the library. Built on demand. A symbol that is missing
# would show in Python only, so the linker refuses it (sanitizers bring symbols of their own later).
function(myo_add_probe name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(${name} MODULE EXCLUDE_FROM_ALL ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES PREFIX "" LINKER_LANGUAGE CXX)
  target_link_libraries(${name} PRIVATE myo_compiler ${arg_LIBRARIES} m)
  if(NOT MYO_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()
