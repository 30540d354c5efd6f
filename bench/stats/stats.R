# SPDX-License-Identifier: GPL-3.0-or-later
# The same work as bench.c in R: cv.glmnet, rms::validate, and bare refits by rms's lrm.fit. Prints
# "KEY VALUE" lines.
suppressPackageStartupMessages({library(glmnet); library(rms)})
arguments <- commandArgs(TRUE)
source(arguments[1])
runs <- as.integer(arguments[2])

seconds <- function(expression) system.time(expression)[["elapsed"]]
emit <- function(key, value) cat(sprintf("%s %.10g\n", key, value))

wide <- make_cohort("wide", 66, 5000, 60, numeric(0), by_chance(function(z, level)
  -1 + 0.3 * rowSums(z[, 1:5]) - 0.2 * rowSums(z[, 6:10])))
ten <- make_cohort("ten", 77, 2000, 10, numeric(0), by_chance(function(z, level)
  -1 + 0.3 * rowSums(z)))

for (run in seq_len(runs)) {
  emit("lasso_seconds", seconds(
    cv <- cv.glmnet(wide$x, wide$event, family = "binomial", foldid = wide$fold)))
  emit("lambda_min", cv$lambda.min)
  set.seed(1)
  emit("refits_seconds", seconds(for (i in 1:1000) {
    rows <- sample.int(2000, replace = TRUE)
    lrm.fit(ten$x[rows, ], ten$event[rows])
  }))
}
data <- data.frame(y = ten$event, ten$x)
fit <- lrm(y ~ ., data = data, x = TRUE, y = TRUE)
set.seed(1)
emit("bootstrap_seconds", seconds(v <- validate(fit, B = 1000)))
emit("auc", 0.5 + v["Dxy", "index.orig"] / 2)
emit("auc_corrected", 0.5 + v["Dxy", "index.corrected"] / 2)
emit("slope_corrected", v["Slope", "index.corrected"])
emit("brier_corrected", v["B", "index.corrected"])
