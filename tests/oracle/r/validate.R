# SPDX-License-Identifier: GPL-3.0-or-later
# Golden numbers of model validation, from R with pROC, rms and epiR (Debian: r-cran-proc,
# r-cran-rms, r-cran-epir). Run: Rscript validate.R > validate.golden
# Lines are "COHORT KEY VALUE". The cohorts come from a generator that tests/unit/stats/cohorts.h
# has too. Status 77: a package is missing.
packages <- c("pROC", "rms", "epiR")
if (!all(vapply(packages, requireNamespace, TRUE, quietly = TRUE))) {
  cat("pROC, rms or epiR is not installed: skipped\n", file = stderr())
  quit(status = 77)
}
Sys.setenv(TZ = "UTC")
suppressPackageStartupMessages({library(pROC); library(rms)})

# The minimal standard generator of S. Park and K. Miller (Commun. ACM 31:1192-1201, 1988); every
# product fits a double.
draws <- function(seed, count) {
  u <- numeric(count)
  s <- seed
  for (i in seq_len(count)) {
    s <- (16807 * s) %% 2147483647
    u[i] <- s / 2147483647
  }
  u
}

make_cohort <- function(seed, n, level, step) {
  u <- matrix(draws(seed, 10 * n), ncol = 10, byrow = TRUE)
  z1 <- (u[, 1] + u[, 2] + u[, 3] + u[, 4] - 2) * 1.75
  z2 <- (u[, 5] + u[, 6] + u[, 7] + u[, 8] - 2) * 1.75
  rounded <- function(x) if (step > 0) step * floor(x / step + 0.5) else x
  list(linear1 = rounded(level + 0.25 + 1.25 * z1 + 0.5 * z2),
       linear2 = rounded(level + 0.75 * z1 - 0.25 * z2),
       event = as.integer(u[, 9] < plogis(level + z1 + 0.75 * z2)),
       group = as.integer(u[, 10] < 0.5))
}

hosmer_lemeshow <- function(p, y, g = 10) {
  limits <- unique(quantile(p, (0:g) / g, names = FALSE))
  cell <- cut(p, limits, include.lowest = TRUE)
  expected <- tapply(p, cell, sum)
  observed <- tapply(y, cell, sum)
  size <- tapply(p, cell, length)
  chi2 <- sum((observed - expected)^2 / expected + (observed - expected)^2 / (size - expected))
  c(chi2 = chi2, df = nlevels(cell) - 2,
    p = pchisq(chi2, nlevels(cell) - 2, lower.tail = FALSE),
    p_external = pchisq(chi2, nlevels(cell), lower.tail = FALSE))
}

emit <- function(cohort, values) {
  for (key in names(values)) {
    cat(sprintf("%s %s %.17g\n", cohort, key, values[[key]]))
  }
}

curve_of <- function(event, score) {
  roc(event, score, levels = c(0, 1), direction = "<", quiet = TRUE)
}

discrimination <- function(d) {
  p1 <- plogis(d$linear1)
  p2 <- plogis(d$linear2)
  r1 <- curve_of(d$event, p1)
  r2 <- curve_of(d$event, p2)
  interval <- ci.auc(r1, method = "delong")
  paired <- roc.test(r1, r2, method = "delong", paired = TRUE)
  first <- d$group == 1
  unpaired <- roc.test(curve_of(d$event[first], p1[first]), curve_of(d$event[!first], p1[!first]),
                       method = "delong", paired = FALSE)
  partial <- function(range, focus, correct) {
    suppressWarnings(as.numeric(auc(r1, partial.auc = range, partial.auc.focus = focus,
                                    partial.auc.correct = correct)))
  }
  best <- coords(r1, "best", best.method = "youden", transpose = FALSE)
  c(events = sum(d$event), auc1 = as.numeric(auc(r1)), auc2 = as.numeric(auc(r2)),
    variance1 = var(r1, method = "delong"), variance2 = var(r2, method = "delong"),
    covariance = cov(r1, r2, method = "delong"),
    auc_lower = interval[1], auc_upper = interval[3],
    delong_z = unname(paired$statistic), delong_p = paired$p.value,
    unpaired_t = unname(unpaired$statistic), unpaired_df = unname(unpaired$parameter),
    unpaired_p = unpaired$p.value,
    partial_sp = partial(c(1, 0.8), "specificity", FALSE),
    partial_sp_corrected = partial(c(1, 0.8), "specificity", TRUE),
    partial_se = partial(c(1, 0.8), "sensitivity", FALSE),
    partial_se_corrected = partial(c(1, 0.8), "sensitivity", TRUE),
    partial_sp_middle = partial(c(0.873, 0.419), "specificity", FALSE),
    partial_se_middle = partial(c(0.873, 0.419), "sensitivity", FALSE),
    partial_sp_narrow = partial(c(0.9002, 0.9001), "specificity", FALSE),
    youden = min(best$threshold))
}

classification <- function(d, threshold) {
  p <- plogis(d$linear1)
  cells <- c(sum(p >= threshold & d$event == 1), sum(p >= threshold & d$event == 0),
             sum(p < threshold & d$event == 1), sum(p < threshold & d$event == 0))
  tests <- epiR::epi.tests(as.table(matrix(cells, 2, byrow = TRUE)), method = "exact")$detail
  rows <- c(sensitivity = "se", specificity = "sp", ppv = "pv.pos", npv = "pv.neg",
            accuracy = "diag.ac")
  values <- c()
  for (name in names(rows)) {
    row <- tests[tests$statistic == rows[[name]], ]
    values[paste0(name, c("", "_lower", "_upper"))] <- c(row$est, row$lower, row$upper)
  }
  values
}

calibration <- function(d) {
  v <- val.prob(plogis(d$linear1), d$event, pl = FALSE)
  large <- glm(d$event ~ offset(d$linear1), family = binomial,
               control = glm.control(epsilon = 1e-14, maxit = 50))
  line <- glm(d$event ~ d$linear1, family = binomial,
              control = glm.control(epsilon = 1e-14, maxit = 50))
  se <- sqrt(diag(vcov(line)))
  c(intercept = v[["Intercept"]], slope = v[["Slope"]],
    intercept_lower = coef(line)[[1]] - qnorm(0.975) * se[[1]],
    slope_upper = coef(line)[[2]] + qnorm(0.975) * se[[2]],
    in_the_large = coef(large)[[1]],
    in_the_large_upper = coef(large)[[1]] + qnorm(0.975) * sqrt(vcov(large)[[1]]),
    line_chi2 = v[["U:Chi-sq"]], line_p = v[["U:p"]], error_max = v[["Emax"]],
    error_90 = v[["E90"]], error_mean = v[["Eavg"]], brier = v[["Brier"]],
    spiegelhalter_z = v[["S:z"]], spiegelhalter_p = v[["S:p"]], r2 = v[["R2"]])
}

decisions <- function(d) {
  p <- plogis(d$linear1)
  n <- length(p)
  values <- c()
  for (percent in c(1, 5, 7, 10, 15, 20, 29, 35, 50, 57, 75, 99)) {
    t <- percent / 100
    high <- p >= t
    values[paste0(c("benefit_", "all_", "high_", "events_"), percent)] <-
      c(sum(high & d$event == 1) / n - sum(high & d$event == 0) / n * t / (1 - t),
        mean(d$event) - (1 - mean(d$event)) * t / (1 - t),
        1000 * mean(high), 1000 * mean(high & d$event == 1))
  }
  values
}

# Name, seed, patients, level of the log odds, step to which predictions are rounded.
cohorts <- list(list("plain", 20241, 200, -1.25, 0), list("ties", 7, 300, -0.5, 0.5),
                list("rare", 90210, 1000, -5, 0), list("large", 31337, 5000, -1.75, 0),
                list("small", 11, 47, -1.5, 0), list("coarse", 4711, 5000, -1, 1))
for (spec in cohorts) {
  d <- make_cohort(spec[[2]], spec[[3]], spec[[4]], spec[[5]])
  emit(spec[[1]], discrimination(d))
  emit(spec[[1]], classification(d, 0.25))
  hl <- hosmer_lemeshow(plogis(d$linear1), d$event)
  names(hl) <- paste0("hl_", names(hl))
  emit(spec[[1]], hl)
  emit(spec[[1]], calibration(d))
  emit(spec[[1]], decisions(d))
}
