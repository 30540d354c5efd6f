# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plain network would do, for comparison: the same network, training and cases, but the whole image in
256 x 256 pixels, without locator, frame, deciding step or second look.

usage: fit_plain.py DATA_FOLDER WORK_FOLDER [--phantoms FOLDER] [--folds 0,1,...] [--processes N]
                    [--steps N]

WORK_FOLDER receives plain<N>.safetensors. Prints the Dice coefficients of each fold's cases for the most
probable class, mean of the image and its mirror image.
"""
import torch

import apply
import augment
import fit
import frame
import weights

SEED = 20261128
GRID = frame.Grid(1.0, 256, 256)
STEPS, BATCH = 1800, 8


class Plain(fit.Member):
    """The training of a network that sees everything."""

    @staticmethod
    def pose(case):
        """The whole image in the grid; its centre lies at 0."""
        return complex(max(case.classes.shape) * case.spacing / GRID.columns), 0j

    def batch(self):
        drawn = [augment.draw(self.rng, p, GRID, augment.jitter(self.rng, self.pose(p)))
                 for p in self.pick(BATCH)]
        return [torch.stack(parts) for parts in zip(*drawn)]

    def test(self):
        rows = []
        for p in self.tests:
            shares = apply.outline([self.network], p.fine[0], self.pose(p), True, GRID)
            full = apply.to_image(shares, self.pose(p), *p.classes.shape, p.spacing, GRID)
            rows.append(apply.dice(full.argmax(0).numpy(), p.classes))
            self.log(f"{p.name} " + " ".join(f"{d:.3f}" for d in rows[-1]))
        self.log("means " + " ".join(f"{d:.4f}" for d in apply.structure_means(rows)))

    def run(self):
        torch.set_num_threads(1)
        self.network = fit.train(self.batch, fit.OUTLINE_CHANNELS, self.options.steps, GRID,
                                 SEED + self.fold, self.log)
        weights.write(f"{self.options.work_folder}/plain{self.fold}.safetensors",
                      weights.tensors_of("plain", self.network), {"fold": str(self.fold)})
        self.test()


def run_plain(task):
    Plain(*task).run()


if __name__ == "__main__":
    fit.main(run_plain, STEPS)
