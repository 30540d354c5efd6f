/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of the weights, between two symbols. */
    .section .rodata
    .globl unet_weights_data
    .hidden unet_weights_data
    .globl unet_weights_end
    .hidden unet_weights_end
    .balign 64
unet_weights_data:
    .incbin WEIGHTS_FILE
unet_weights_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
