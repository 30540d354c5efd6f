/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of the fitted prior, between two symbols. */
    .section .rodata
    .globl region_prior_data
    .hidden region_prior_data
    .globl region_prior_end
    .hidden region_prior_end
    .balign 16
region_prior_data:
    .incbin PRIOR_FILE
region_prior_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
