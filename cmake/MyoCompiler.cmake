# SPDX-License-Identifier: GPL-3.0-or-later
# Warnings, sanitizers and coverage for every target of the project.

add_library(myo_compiler INTERFACE)

set(MYO_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2
    -Wundef -Wcast-qual -Wpointer-arith -Wwrite-strings -Wvla -Wimplicit-fallthrough)
# Messages of bounded length are cut on purpose.
list(APPEND MYO_WARNINGS "$<$<C_COMPILER_ID:GNU>:-Wno-format-truncation>")
# clang takes NAN and INFINITY for floats that are promoted; gcc does not.
list(APPEND MYO_WARNINGS "$<$<C_COMPILER_ID:GNU>:-Wdouble-promotion>")
set(MYO_C_WARNINGS -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition)

target_compile_options(myo_compiler INTERFACE
  ${MYO_WARNINGS} "$<$<COMPILE_LANGUAGE:C>:${MYO_C_WARNINGS}>"
  # A result must not depend on how a compiler fuses operations.
  -ffp-contract=off -fno-math-errno)
target_compile_definitions(myo_compiler INTERFACE _POSIX_C_SOURCE=200809L)

if(MYO_WERROR)
  target_compile_options(myo_compiler INTERFACE -Werror)
endif()
if(MYO_SANITIZE)
  add_compile_options(-fsanitize=${MYO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MYO_SANITIZE})
  # This check needs the C++ runtime of clang, which programs in C do not link.
  add_compile_options(-fno-sanitize=vptr)
endif()
if(MYO_FUZZ)
  # Coverage of every module guides libFuzzer; its main comes with the targets only.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(MYO_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
