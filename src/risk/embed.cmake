# SPDX-License-Identifier: GPL-3.0-or-later
# Turns a file into a C source with its bytes, so that the library needs no path at run time.
# Run as a script: cmake -DINPUT=file -DOUTPUT=file.c -DHEADER=header -DSYMBOL=name -P embed.cmake
file(READ ${INPUT} bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes
       "${bytes}")
get_filename_component(name ${INPUT} NAME)
file(WRITE ${OUTPUT} "/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made from ${name} by the build; do not edit. */
#include \"${HEADER}\"
const unsigned char ${SYMBOL}[] = {\n${bytes}};
const size_t ${SYMBOL}_size = ${size};
")
