/* SPDX-License-Identifier: GPL-3.0-or-later */
/* GSL's own error handler ends the process. */
#ifndef MYO_BASE_SILENCE_H
#define MYO_BASE_SILENCE_H

/* Switches the handler off, once for the process, so that GSL returns its errors. Called before
 * anything of GSL that can fail; from any thread. */
void myo_silence_gsl(void);

#endif
