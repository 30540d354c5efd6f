# SPDX-License-Identifier: GPL-3.0-or-later
# The generator of the cohorts of fit.R and of bench/stats; tests/unit/stats/fit_cohorts.h has it in C.

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

# p numbers of mean 0 and standard deviation 1 (sums of two draws), a factor of 1 to 4, an outcome.
# The first two numbers are in units of their own, as HU and mm2/m2 are.
make_cohort <- function(name, seed, n, p, cuts, outcome) {
  u <- matrix(draws(seed, n * (2 * p + 2)), nrow = n, byrow = TRUE)
  z <- sapply(seq_len(p), function(j) (u[, 2 * j - 1] + u[, 2 * j] - 1) * 2.5)
  level <- 1 + findInterval(u[, 2 * p + 1], cuts)
  event <- as.integer(outcome(z, level, u[, 2 * p + 2]))
  x <- z
  x[, 1] <- 60 + 30 * z[, 1]
  x[, 2] <- 143 + 60 * z[, 2]
  colnames(x) <- paste0("x", seq_len(p))
  if (length(cuts) > 0) {
    dummies <- sapply(2:max(level), function(k) as.numeric(level == k))
    colnames(dummies) <- paste0("level", 2:max(level))
    x <- cbind(x, dummies)
  }
  term <- c(seq_len(p), if (length(cuts) > 0) rep(p + 1, max(level) - 1))
  list(name = name, x = x, term = term, event = event, fold = (seq_len(n) - 1) %% 10 + 1)
}

by_chance <- function(linear) {
  function(z, level, u) u < plogis(linear(z, level))
}
