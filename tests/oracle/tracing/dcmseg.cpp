/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * DCMTK's segmentation library as an independent writer and reader: dcmseg FOLDER IMAGE.
 *
 * It writes a BINARY Segmentation of two segments on three tilted planes, derived from IMAGE (any
 * DICOM image of a patient), which seg_read.h has to read bit by bit; and both have to read the
 * same from the file. Prints what was compared; status 1 and a line on stderr when they differ.
 */
#include "dicom/seg_read.h"

#include "dcmtk/config/osconfig.h"
#include "dcmtk/dcmdata/dctk.h"
#include "dcmtk/dcmfg/fgfracon.h"
#include "dcmtk/dcmfg/fgpixmsr.h"
#include "dcmtk/dcmfg/fgplanor.h"
#include "dcmtk/dcmfg/fgplanpo.h"
#include "dcmtk/dcmseg/segdoc.h"
#include "dcmtk/dcmseg/segment.h"
#include "dcmtk/dcmseg/segutils.h"
#include "dcmtk/oflog/oflog.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

/* Frames fill whole bytes: DCMTK 3.6.7 writes others with the bits of their borders mixed up, which
 * pydicom sees as well. check_seg.py has frames that begin within a byte. */
static const Uint16 COLUMNS = 16, ROWS = 13;
static const size_t PLANES = 3, SEGMENTS = 2, PIXELS = static_cast<size_t>(COLUMNS) * ROWS;
static const double STEP_MM = 4.5, TILT_COSINE = 0.96, TILT_SINE = 0.28;

static bool failed(const char *what) {
    fprintf(stderr, "%s\n", what);
    return false;
}

/* Pixel i of a frame, an irregular pattern. */
static bool is_set(size_t segment, size_t plane, size_t i) {
    return (i * i + 3 * i + 7 * plane + 5 * segment) % (3 + segment) == 0;
}

static std::string decimal(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.6f", value);
    return text;
}

static double height(size_t plane) {
    return 100.0 + STEP_MM * TILT_COSINE * static_cast<double>(plane);
}

static bool add_segments(DcmSegmentation *seg) {
    static const char *const labels[SEGMENTS] = {"multifidus", "psoas"};
    for (size_t i = 0; i < SEGMENTS; i++) {
        DcmSegment *segment = nullptr;
        CodeSequenceMacro category("91723000", "SCT", "Anatomical structure");
        CodeSequenceMacro type(i == 0 ? "5709001" : "91727004", "SCT", "Muscle");
        DcmSegment::create(segment, labels[i], category, type, DcmSegTypes::SAT_MANUAL, "");
        Uint16 number = 0;
        std::unique_ptr<CodeSequenceMacro> side(
            new CodeSequenceMacro(i == 0 ? "7771000" : "24028007", "SCT", "Side"));
        if (!segment) {
            return failed("no segment");
        }
        segment->getSegmentedPropertyTypeModifierCode().push_back(side.release());
        if (seg->addSegment(segment, number).bad() || number != i + 1) {
            return failed("a segment cannot be added");
        }
    }
    return true;
}

static bool add_groups(DcmSegmentation *seg) {
    FGPlaneOrientationPatient orientation;
    orientation.setImageOrientationPatient("1", "0", "0", "0", decimal(TILT_COSINE).c_str(),
                                           decimal(-TILT_SINE).c_str());
    FGPixelMeasures measures;
    measures.setPixelSpacing("0.7\\0.5");
    measures.setSliceThickness("4");
    measures.setSpacingBetweenSlices("4.5");
    return (seg->addForAllFrames(orientation).good() && seg->addForAllFrames(measures).good()) ||
           failed("shared groups cannot be added");
}

static bool add_frames(DcmSegmentation *seg) {
    for (size_t s = 0; s < SEGMENTS; s++) {
        for (size_t p = 0; p < PLANES; p++) {
            std::vector<Uint8> pixels(PIXELS);
            for (size_t i = 0; i < PIXELS; i++) {
                pixels[i] = is_set(s, p, i);
            }
            FGPlanePosPatient position;
            double along = STEP_MM * TILT_SINE * static_cast<double>(p);
            position.setImagePositionPatient("-5", decimal(along).c_str(),
                                             decimal(height(p)).c_str());
            OFVector<FGBase *> groups;
            FGFrameContent content;
            content.setStackID("1");
            content.setInStackPositionNumber(static_cast<Uint32>(p + 1));
            content.setDimensionIndexValues(static_cast<Uint32>(s + 1), 0);
            content.setDimensionIndexValues(static_cast<Uint32>(p + 1), 1);
            groups.push_back(&position);
            groups.push_back(&content);
            if (seg->addFrame(pixels.data(), static_cast<Uint16>(s + 1), groups).bad()) {
                return failed("a frame cannot be added");
            }
        }
    }
    return true;
}

static bool write(const char *path, const char *image) {
    DcmSegmentation *made = nullptr;
    ContentIdentificationMacro identification("1", "TEST", "Test", "Test");
    IODGeneralEquipmentModule::EquipmentInfo equipment("Test", "Test", "1", "1");
    DcmSegmentation::createBinarySegmentation(made, ROWS, COLUMNS, equipment, identification);
    std::unique_ptr<DcmSegmentation> seg(made);
    if (!seg || !add_segments(seg.get()) || !add_groups(seg.get()) || !add_frames(seg.get())) {
        return failed("no segmentation");
    }
    if (seg->importFromSourceImage(image).bad()) {
        return failed("the image cannot be read");
    }
    IODMultiframeDimensionModule &dimensions = seg->getDimensions();
    dimensions.addDimensionIndex(DCM_ReferencedSegmentNumber, "1.2.3.90",
                                 DCM_SegmentIdentificationSequence, "Segment");
    dimensions.addDimensionIndex(DCM_ImagePositionPatient, "1.2.3.90", DCM_PlanePositionSequence,
                                 "Position");
    seg->getFrameOfReference().setFrameOfReferenceUID("1.2.3.77");
    seg->getSeries().setSeriesNumber("1");
    OFCondition condition = seg->saveFile(path);
    return condition.good() || failed(condition.text());
}

/* Both readers on all frames of a file. */
static bool compare(const char *path, const myo_seg *seg) {
    DcmSegmentation *loaded = nullptr;
    OFCondition condition = DcmSegmentation::loadFile(path, loaded);
    std::unique_ptr<DcmSegmentation> other(loaded);
    if (condition.bad() || !other || other->getNumberOfFrames() != seg->frame_count) {
        return failed("DCMTK does not read the same frames");
    }
    for (size_t f = 0; f < seg->frame_count; f++) {
        std::vector<uint16_t> numbers(PIXELS);
        std::unique_ptr<DcmIODTypes::Frame> frame(
            DcmSegUtils::unpackBinaryFrame(other->getFrame(f), ROWS, COLUMNS));
        if (!frame || !myo_seg_read_frame(seg, f, numbers.data(), nullptr)) {
            return failed("a frame cannot be read");
        }
        size_t segment = f / PLANES, plane = f % PLANES;
        const myo_vec3 &at = seg->frames[f].geometry.position_mm;
        for (size_t i = 0; i < PIXELS; i++) {
            uint16_t expected =
                is_set(segment, plane, i) ? static_cast<uint16_t>(segment + 1) : uint16_t(0);
            if (numbers[i] != expected || (frame->pixData[i] != 0) != (expected != 0)) {
                return failed("pixels differ");
            }
        }
        if (fabs(at.z - height(plane)) > 1e-5 || fabs(seg->frames[f].spacing_mm - STEP_MM) > 1e-9 ||
            fabs(seg->frames[f].geometry.column_spacing_mm - 0.5) > 1e-9) {
            return failed("planes differ");
        }
    }
    return true;
}

static bool check_segments(const myo_seg *seg) {
    return (seg->segment_count == SEGMENTS && strcmp(seg->segments[0].label, "multifidus") == 0 &&
            strcmp(seg->segments[0].type.value, "5709001") == 0 &&
            strcmp(seg->segments[0].type_modifier.value, "7771000") == 0 &&
            strcmp(seg->segments[1].type_modifier.value, "24028007") == 0 &&
            strcmp(seg->frame_of_reference_uid, "1.2.3.77") == 0) ||
           failed("segments differ");
}

int main(int argc, char **argv) {
    if (argc != 3) {
        fprintf(stderr, "dcmseg FOLDER IMAGE\n");
        return 2;
    }
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    std::string path = std::string(argv[1]) + "/dcmseg.dcm";
    myo_seg *seg = nullptr;
    myo_error err = {};
    bool done = write(path.c_str(), argv[2]);
    if (done && !myo_seg_open(path.c_str(), &seg, &err)) {
        done = failed(err.message);
    }
    done = done && check_segments(seg) && compare(path.c_str(), seg);
    if (done) {
        printf("%zu frames of %ux%u pixels: as DCMTK's dcmseg wrote and reads them\n",
               seg->frame_count, static_cast<unsigned>(COLUMNS), static_cast<unsigned>(ROWS));
    }
    myo_seg_close(seg);
    remove(path.c_str());
    return done ? 0 : 1;
}
