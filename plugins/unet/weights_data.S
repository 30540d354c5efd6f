/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes of the weights, of each file between two symbols. */
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
    .globl unet_body_weights_data
    .hidden unet_body_weights_data
    .globl unet_body_weights_end
    .hidden unet_body_weights_end
    .balign 64
unet_body_weights_data:
    .incbin BODY_WEIGHTS_FILE
unet_body_weights_end:
    .byte 0
    .globl unet_ct_weights_data
    .hidden unet_ct_weights_data
    .globl unet_ct_weights_end
    .hidden unet_ct_weights_end
    .balign 64
unet_ct_weights_data:
    .incbin CT_WEIGHTS_FILE
unet_ct_weights_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
