/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the C++ files over DCMTK share: the dataset itself, and the way back into C. */
#ifndef MYO_DICOM_DCMTK_DATASET_PRIVATE_H
#define MYO_DICOM_DCMTK_DATASET_PRIVATE_H

#include "dicom/dcmtk_shim_private.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"

#include <cstdlib>
#include <memory>
#include <new>
#include <string>

struct dcmtk_freer {
    void operator()(uint8_t *bytes) const {
        free(bytes);
    }
};

struct dcmtk_dataset {
    DcmFileFormat file;
    std::string transfer_syntax; /* its name, or the UID when it is not known */
    bool syntax_known = true;
    /* False when the file ends, or breaks, within the pixel data. */
    bool complete = true;
    std::unique_ptr<uint8_t, dcmtk_freer> bytes; /* of a file that is not read from the disk */
    size_t file_size = 0;
    size_t pixel_offset = 0; /* of the value of the pixel data, as far as the stream says it */
    uint64_t pixel_end = 0;  /* behind it, with a deflated dataset unpacked */
};

/* Runs `body` and turns what it throws into an error. */
template <class Body> bool guarded(myo_error *err, Body body) noexcept {
    try {
        return body();
    } catch (const std::bad_alloc &) {
        return myo_error_set(err, MYO_E_MEMORY, "out of memory");
    } catch (...) {
        return myo_error_set(err, MYO_E_INTERNAL, "DCMTK failed unexpectedly");
    }
}

inline DcmTagKey key_of(dcmtk_tag tag) {
    return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xffffu));
}

/* DCMTK's getters are not const, although they leave the values alone. */
inline DcmDataset *dataset_of(const dcmtk_dataset *dataset) {
    return const_cast<dcmtk_dataset *>(dataset)->file.getDataset();
}

/* Values longer than this stay in the file until they are asked for. */
static const Uint32 DCMTK_VALUE_LENGTH_LOADED = 4096;

/* Switches logging off and registers the decoders, when it is called first. */
void dcmtk_initialise();

/* Registers the decoders; to be called once. */
void dcmtk_codecs_register();

/* Reads bytes of uncompressed pixel data, at any offset, in the order of little endian words. The
 * caller frees *bytes. */
bool dcmtk_dataset_read_bytes(dcmtk_dataset *dataset, size_t offset, size_t size, uint8_t **bytes,
                              myo_error *err);

/* Fills in what the dataset says about its transfer syntax. */
void dcmtk_dataset_describe(dcmtk_dataset *dataset);

#endif
