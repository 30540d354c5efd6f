/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Umbrella header of the public C API. */
#ifndef MYOTOME_MYOTOME_H
#define MYOTOME_MYOTOME_H

#include <myotome/agreement.h>
#include <myotome/api.h>
#include <myotome/decide.h>
#include <myotome/dicom.h>
#include <myotome/error.h>
#include <myotome/fat.h>
#include <myotome/fit.h>
#include <myotome/geometry.h>
#include <myotome/image.h>
#include <myotome/level.h>
#include <myotome/locate.h>
#include <myotome/log.h>
#include <myotome/measure.h>
#include <myotome/method.h>
#include <myotome/nomogram.h>
#include <myotome/overlap.h>
#include <myotome/phantom.h>
#include <myotome/pipeline.h>
#include <myotome/plugin.h>
#include <myotome/readers.h>
#include <myotome/risk.h>
#include <myotome/segment.h>
#include <myotome/spine.h>
#include <myotome/structure.h>
#include <myotome/tensors.h>
#include <myotome/tissue.h>
#include <myotome/tracing.h>
#include <myotome/validate.h>

#endif
