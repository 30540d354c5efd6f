# SPDX-License-Identifier: GPL-3.0-or-later
# Golden numbers of nomograms, from R with rms (Debian: r-cran-rms).
# Run: Rscript nomogram.R > nomogram.golden
# Lines are "COHORT KEY VALUE": the coefficients of a fitted model, and the scales that
# rms::nomogram() makes of it. Status 77: rms is missing.
if (!requireNamespace("rms", quietly = TRUE)) {
  cat("rms is not installed: skipped\n", file = stderr())
  quit(status = 77)
}
Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages(library(rms))

# The minimal standard generator of S. Park and K. Miller (Commun. ACM 31:1192-1201, 1988).
draws <- function(seed, count) {
  u <- numeric(count)
  s <- seed
  for (i in seq_len(count)) {
    s <- (16807 * s) %% 2147483647
    u[i] <- s / 2147483647
  }
  u
}

emit <- function(cohort, key, value) cat(sprintf("%s %s %.17g\n", cohort, key, value))

# The scales at these values of each predictor; `at` are probabilities that the totals reach.
emit_nomogram <- function(cohort, fit, values, levels, at) {
  coefficients <- coef(fit)
  for (key in names(coefficients)) emit(cohort, paste0("coefficient:", key), coefficients[[key]])
  # With fun.lp.at rms inverts the function at these points, not by interpolation.
  n <- do.call(nomogram, c(list(fit, fun = plogis, fun.at = at, fun.lp.at = qlogis(at),
                                funlabel = "Risk", lp = TRUE, maxscale = 100), values))
  for (name in names(values)) {
    emit(cohort, paste0("from:", name), min(values[[name]]))
    emit(cohort, paste0("to:", name), max(values[[name]]))
    for (i in seq_along(values[[name]])) {
      emit(cohort, sprintf("points:%s:%g", name, n[[name]][[name]][i]), n[[name]]$points[[i]])
    }
  }
  for (name in levels) {
    for (i in seq_along(n[[name]]$points)) {
      emit(cohort, sprintf("points:%s:%s", name, n[[name]][[name]][i]), n[[name]]$points[[i]])
    }
  }
  stopifnot(length(n$Risk$x) == length(at))
  for (i in seq_along(at)) emit(cohort, sprintf("total:%g", n$Risk$x.real[i]), n$Risk$x[[i]])
}

make_cohort <- function(seed, n) {
  u <- matrix(draws(seed, 6 * n), ncol = 6, byrow = TRUE)
  d <- data.frame(age = round(55 + 35 * u[, 1]), hu = 20 * floor(8 * u[, 2]) - 20,
                  smi = 10 * floor(30 * u[, 3]),
                  approach = factor(c("PVP", "PKP", "stent")[1 + floor(3 * u[, 4])],
                                    levels = c("PVP", "PKP", "stent")),
                  sex = factor(ifelse(u[, 5] < 0.7, "female", "male"), levels = c("female", "male")))
  l <- -2 + 0.04 * (d$age - 70) - 0.03 * (d$hu - 60) - 0.006 * (d$smi - 140) -
    1.2 * (d$approach == "PKP") + 0.4 * (d$approach == "stent") - 0.3 * (d$sex == "male")
  d$event <- as.integer(u[, 6] < plogis(l))
  d
}

full <- make_cohort(20240501, 600)
dd <- datadist(full)
options(datadist = "dd")
emit_nomogram("full", lrm(event ~ age + hu + smi + approach + sex, data = full),
              list(age = seq(55, 90, 1), hu = seq(-20, 120, 5), smi = seq(0, 290, 10)),
              c("approach", "sex"), c(0.01, 0.05, seq(0.1, 0.9, 0.1)))

# The widest effect is that of a category.
category <- make_cohort(77, 500)
l <- -1 + 2.5 * (category$approach == "PKP") - (category$approach == "stent") +
  0.01 * (category$age - 70)
category$event <- as.integer(draws(78, 500) < plogis(l))
dd <- datadist(category)
emit_nomogram("category", lrm(event ~ age + approach, data = category),
              list(age = seq(55, 90, 1)), "approach", c(0.2, 0.5, 0.8))

dd <- datadist(full)
emit_nomogram("one", lrm(event ~ hu, data = full), list(hu = seq(-20, 120, 5)), NULL,
              c(0.05, 0.1, 0.2, 0.3))
