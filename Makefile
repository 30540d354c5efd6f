# SPDX-License-Identifier: GPL-3.0-or-later
# Short names for what CMake and the scripts do; everything works without this file as well.
.PHONY: all demo test accuracy fit-discs fit-region fit-unet fit-unet-ct docs format check ci install-deps clean

all:
	tools/install-deps build
	cmake --preset release
	cmake --build --preset release

demo: all
	tools/demo build/release/bin/myotome

test:
	tools/install-deps build test
	cmake --preset dev
	cmake --build --preset dev
	ctest --preset dev

accuracy: all
	if test -x tools/accuracy/run; then tools/accuracy/run; fi

# The command reference comes from the program.
docs: all
	build/release/bin/myotome --reference markdown > docs/cli.md

format:
	tools/checks/sources | xargs clang-format -i

check:
	tools/checks/run

ci:
	.ci/run

install-deps:
	tools/install-deps

clean:
	rm -rf build out

# Fits the prior of the disc finder again; the reference cases are not part of the project.
fit-discs:
	tools/install-deps build fit
	tools/disc-prior/fit ../shared/data/sagittal out/disc-prior

# Fits the prior of the segmenter "region" again; the reference cases are not part of the project.
fit-region:
	tools/install-deps build fit
	tools/region-prior/fit ../shared/data/mr-axial out/region-prior

# Trains the networks of the segmenter "unet" again; the reference cases are not part of the project.
fit-unet:
	tools/install-deps build fit train
	tools/train/fit ../shared/data/mr-axial out/unet

# Trains the network of the tissue mapper "unet-ct" again; the label map is not part of the project.
fit-unet-ct:
	tools/install-deps build fit train
	tools/train-ct/fit ../shared/data/ct-atlas/labels.nii.gz out/unet-ct
