# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plain network would do, for comparison: the same network, training and cases, but the whole image in
256 x 256 pixels, without locator, frame, deciding step or second view.

usage: fit_plain.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

WORK_FOLDER receives plain<N>.safetensors. Prints the Dice coefficients of each fold's cases for the most
probable class, mean of the image and its mirror image.
"""
import fit
import frame


class Plain(fit.SingleNetwork):
    """The training of a network that sees everything."""

    NAME, SEED, grid = "plain", 20261128, frame.Grid(1.0, 256, 256)

    def place(self, case):
        """The whole image in the grid; its centre lies at 0."""
        return complex(max(case.classes.shape) * case.spacing / self.grid.columns), 0j


def run_plain(task):
    Plain(*task).run()


if __name__ == "__main__":
    fit.main(run_plain, fit.OUTLINE_STEPS)
