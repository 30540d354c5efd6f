/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of the fitted prior, between two symbols. */
    .section .rodata
    .globl discs_prior_data
    .hidden discs_prior_data
    .globl discs_prior_end
    .hidden discs_prior_end
    .balign 16
discs_prior_data:
    .incbin PRIOR_FILE
discs_prior_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
