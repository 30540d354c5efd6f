# SPDX-License-Identifier: GPL-3.0-or-later
# Golden numbers of logistic regression, Firth's penalty and the LASSO, from R with glmnet (Debian:
# r-cran-glmnet). Run: Rscript fit.R > fit.golden
# Lines are "COHORT KEY VALUE". Status 77: a package is missing.
if (!requireNamespace("glmnet", quietly = TRUE)) {
  cat("glmnet is not installed: skipped\n", file = stderr())
  quit(status = 77)
}
suppressPackageStartupMessages(library(glmnet))

here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)[1]))
source(file.path(here, "fit_cohorts.R"))

cohorts <- list(
  plain = make_cohort("plain", 11, 300, 5, c(0.5, 0.8), by_chance(function(z, level)
    -0.8 + 0.9 * z[, 1] - 0.6 * z[, 2] + 0.4 * z[, 3] + c(0, 0.7, -0.5)[level])),
  rare = make_cohort("rare", 22, 250, 3, c(0.45, 0.8, 0.97), by_chance(function(z, level)
    -1.2 - 0.7 * z[, 1] + 0.5 * z[, 2] + c(0, 0.4, -0.3, 1.5)[level])),
  separable = make_cohort("separable", 33, 60, 2, numeric(0), function(z, level, u)
    z[, 1] + 0.5 * z[, 2] > 0.4),
  quasi = make_cohort("quasi", 44, 80, 2, 0.75, function(z, level, u)
    level == 2 | u < plogis(-0.5 + 0.8 * z[, 1])),
  few = make_cohort("few", 55, 60, 90, numeric(0), by_chance(function(z, level)
    1.2 * z[, 1] - 1.0 * z[, 3] + 0.8 * z[, 5])),
  wide = make_cohort("wide", 66, 5000, 60, numeric(0), by_chance(function(z, level)
    -1 + 0.3 * rowSums(z[, 1:5]) - 0.2 * rowSums(z[, 6:10]))))

emit <- function(cohort, key, value) {
  cat(sprintf("%s %s %.12g\n", cohort$name, key, value), sep = "")
}
emit_all <- function(cohort, key, values) {
  emit(cohort, paste0(key, seq_along(values) - 1), values)
}

describe <- function(d) {
  emit(d, "rows", nrow(d$x))
  emit(d, "columns", ncol(d$x))
  emit(d, "events", sum(d$event))
  emit(d, "sum", sum(d$x))
}

# Maximum likelihood, run far beyond glm's own tolerance.
fit_glm <- function(x, event, ...) {
  glm.fit(cbind(1, x), event, family = binomial(), control = list(epsilon = 1e-15, maxit = 100),
          ...)
}

information <- function(x, beta) {
  p <- plogis(drop(x %*% beta))
  crossprod(x, x * (p * (1 - p)))
}

# Likelihood, with Firth's penalty or without, and its maximum with some coefficients held.
likelihood <- function(x, event, beta, firth) {
  eta <- drop(x %*% beta)
  value <- sum(event * eta - ifelse(eta > 0, eta + log1p(exp(-eta)), log1p(exp(eta))))
  if (firth) value + 0.5 * determinant(information(x, beta))$modulus[1] else value
}
score <- function(x, event, beta, firth) {
  p <- plogis(drop(x %*% beta))
  w <- p * (1 - p)
  h <- if (firth) w * rowSums((x %*% solve(information(x, beta))) * x) else 0
  drop(crossprod(x, event - p + h * (0.5 - p)))
}
# BFGS finds the maximum, Newton's method with a numerical derivative of the score sharpens it: both
# know nothing of how the program does it.
maximise <- function(x, event, firth, held = integer(0), value = 0, start = NULL) {
  free <- setdiff(seq_len(ncol(x)), held)
  beta <- if (is.null(start)) rep(0, ncol(x)) else start
  beta[held] <- value
  set <- function(b) replace(beta, free, b)
  found <- optim(beta[free], function(b) -likelihood(x, event, set(b), firth),
                 function(b) -score(x, event, set(b), firth)[free], method = "BFGS",
                 control = list(reltol = 1e-14, maxit = 1000))
  b <- found$par
  for (i in 1:20) {
    g <- score(x, event, set(b), firth)[free]
    h <- sapply(seq_along(b), function(j) {
      e <- replace(numeric(length(b)), j, 1e-5)
      (score(x, event, set(b + e), firth)[free] - score(x, event, set(b - e), firth)[free]) / 2e-5
    })
    step <- solve(h, g)
    b <- b - step
    if (max(abs(step)) < 1e-13) break
  }
  list(beta = set(b), value = likelihood(x, event, set(b), firth))
}

# Columns of mean 0 and standard deviation 1, for which the optimiser is at ease; `scale` turns
# their coefficients back.
standardised <- function(d) {
  z <- scale(d$x)
  list(x = cbind(1, z), scale = attr(z, "scaled:scale"), center = attr(z, "scaled:center"))
}

profiles <- function(d, firth) {
  s <- standardised(d)
  best <- maximise(s$x, d$event, firth)
  se <- sqrt(diag(solve(information(s$x, best$beta))))
  for (j in seq_len(ncol(d$x))) {
    root <- function(value) {
      # Far out the penalised likelihood is so flat that one start may end on a slope.
      values <- vapply(list(NULL, replace(best$beta, j + 1, value)), function(start)
        maximise(s$x, d$event, firth, j + 1, value, start)$value, 0)
      sign(value - best$beta[j + 1]) * sqrt(max(0, 2 * (best$value - max(values))))
    }
    end <- function(target) {
      reach <- best$beta[j + 1] + c(0.2, 4) * target * se[j + 1]
      uniroot(function(value) root(value) - target, sort(reach), tol = 1e-11,
              extendInt = "upX")$root / s$scale[j]
    }
    emit(d, paste0(if (firth) "firth_" else "", "profile_lower", j - 1), end(-qnorm(0.975)))
    emit(d, paste0(if (firth) "firth_" else "", "profile_upper", j - 1), end(qnorm(0.975)))
    emit(d, paste0(if (firth) "firth_" else "", "profile_p", j - 1), 2 * pnorm(-abs(root(0))))
  }
}

maximum_likelihood <- function(d, with_profiles) {
  fit <- fit_glm(d$x, d$event)
  covariance <- solve(information(cbind(1, d$x), fit$coefficients))
  emit_all(d, "estimate", fit$coefficients)
  emit_all(d, "se", sqrt(diag(covariance)))
  emit(d, "covariance01", covariance[1, 2])
  emit(d, "log_likelihood", -fit$deviance / 2)
  emit(d, "null_log_likelihood", -fit$null.deviance / 2)
  for (t in unique(d$term)) {
    without <- fit_glm(d$x[, d$term != t, drop = FALSE], d$event)
    b <- fit$coefficients[-1][d$term == t]
    v <- covariance[-1, -1][d$term == t, d$term == t]
    emit(d, paste0("ratio_chi2", t - 1), without$deviance - fit$deviance)
    emit(d, paste0("ratio_p", t - 1),
         pchisq(without$deviance - fit$deviance, length(b), lower.tail = FALSE))
    emit(d, paste0("wald_chi2", t - 1), drop(t(b) %*% solve(v) %*% b))
  }
  r <- cor(d$x)
  for (t in unique(d$term)) {
    own <- d$term == t
    gvif <- det(r[own, own, drop = FALSE]) * det(r[!own, !own, drop = FALSE]) / det(r)
    emit(d, paste0("vif", t - 1), gvif^(1 / sum(own)))
  }
  if (with_profiles) profiles(d, FALSE)
}

firth <- function(d) {
  s <- standardised(d)
  best <- maximise(s$x, d$event, TRUE)
  beta <- best$beta[-1] / s$scale
  beta <- c(best$beta[1] - sum(beta * s$center), beta)
  x <- cbind(1, d$x)
  emit_all(d, "firth_estimate", beta)
  emit_all(d, "firth_se", sqrt(diag(solve(information(x, beta)))))
  for (t in unique(d$term)) {
    held <- maximise(s$x, d$event, TRUE, which(d$term == t) + 1)
    emit(d, paste0("firth_ratio_chi2", t - 1), 2 * (best$value - held$value))
  }
  profiles(d, TRUE)
}

lasso <- function(d, penalties) {
  # Far beyond glmnet's own tolerance, so that differences are not those of its stopping.
  cv <- cv.glmnet(d$x, d$event, family = "binomial", foldid = d$fold, thresh = 1e-14, maxit = 1e7)
  usual <- cv.glmnet(d$x, d$event, family = "binomial", foldid = d$fold)
  path <- cv$glmnet.fit
  emit(d, "penalties", length(cv$lambda))
  emit(d, "lambda_first", cv$lambda[1])
  emit(d, "lambda_last", min(cv$lambda))
  emit(d, "lambda_min", cv$lambda.min)
  emit(d, "lambda_1se", cv$lambda.1se)
  emit(d, "usual_lambda_min", usual$lambda.min)
  emit(d, "usual_lambda_1se", usual$lambda.1se)
  emit_all(d, "cv_mean", cv$cvm)
  emit_all(d, "cv_error", cv$cvsd)
  emit(d, "null_deviance", path$nulldev)
  for (k in unique(pmin(penalties, length(cv$lambda)))) {
    emit(d, paste0("ratio", k - 1), path$dev.ratio[k])
    emit_all(d, paste0("path", k - 1, "_"), c(path$a0[k], as.numeric(path$beta[, k])))
  }
}

for (d in cohorts) describe(d)
maximum_likelihood(cohorts$plain, TRUE)
maximum_likelihood(cohorts$rare, TRUE)
maximum_likelihood(cohorts$wide, FALSE)
firth(cohorts$plain)
firth(cohorts$rare)
firth(cohorts$separable)
firth(cohorts$quasi)
lasso(cohorts$plain, seq(2, 100, 7))
lasso(cohorts$rare, seq(2, 100, 14))
lasso(cohorts$few, seq(2, 100, 21))
lasso(cohorts$wide, seq(5, 100, 15))
