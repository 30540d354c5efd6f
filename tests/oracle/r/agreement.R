# SPDX-License-Identifier: GPL-3.0-or-later
# What R makes of the readings in agreement/*.csv (a row for each patient, a column for each reader),
# as dataset,name,value on stdout. golden.csv beside the data holds its output:
#   Rscript agreement.R agreement > agreement/golden.csv
#
# Coefficients, F, p and intervals are those of psych::ICC with lmer = FALSE, that is from the mean
# squares: lmer would not let a component of variance fall below 0. psych builds the interval of
# ICC(2,1) with the degrees of freedom of Shrout & Fleiss 1979, which are those of McGraw & Wong
# 1996, and carries it over to ICC(2,k) by the formula of Spearman and Brown. All else is aov(),
# t.test() and lm().
suppressPackageStartupMessages(library(psych))

emit <- function(dataset, name, value) {
  cat(sprintf("%s,%s,%.15g\n", dataset, name, as.numeric(value)), sep = "")
}

coefficients_of <- function(dataset, readings) {
  results <- suppressWarnings(ICC(readings, lmer = FALSE))$results
  forms <- c("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")
  for (i in seq_along(forms)) {
    emit(dataset, forms[i], results$ICC[i])
    emit(dataset, paste0(forms[i], "_lower"), results[["lower bound"]][i])
    emit(dataset, paste0(forms[i], "_upper"), results[["upper bound"]][i])
    emit(dataset, paste0(forms[i], "_f"), results$F[i])
    emit(dataset, paste0(forms[i], "_df1"), results$df1[i])
    emit(dataset, paste0(forms[i], "_df2"), results$df2[i])
    emit(dataset, paste0(forms[i], "_p"), results$p[i])
  }
}

errors_of <- function(dataset, readings) {
  k <- ncol(readings)
  long <- data.frame(value = as.vector(as.matrix(readings)),
                     patient = factor(rep(seq_len(nrow(readings)), k)),
                     reader = factor(rep(seq_len(k), each = nrow(readings))))
  one_way <- summary(aov(value ~ patient, long))[[1]]
  two_way <- summary(aov(value ~ patient + reader, long))[[1]]
  within <- one_way[["Mean Sq"]][2]
  residual <- two_way[["Mean Sq"]][3]
  emit(dataset, "ms_targets", two_way[["Mean Sq"]][1])
  emit(dataset, "ms_readers", two_way[["Mean Sq"]][2])
  emit(dataset, "ms_residual", residual)
  emit(dataset, "ms_within", within)
  emit(dataset, "sem", sqrt(within))
  emit(dataset, "sem_consistency", sqrt(residual))
  emit(dataset, "mdc95", qnorm(0.975) * sqrt(2 * within))
  emit(dataset, "mdc95_consistency", qnorm(0.975) * sqrt(2 * residual))
  emit(dataset, "cv_percent",
       100 * sqrt(mean((apply(readings, 1, sd) / rowMeans(readings))^2)))
  # Jones 2011: variance of a reader and of the residual together, (k - 1) / k of it beside the mean.
  reader <- (two_way[["Mean Sq"]][2] - residual) / nrow(readings)
  emit(dataset, "limit_mean", qnorm(0.975) * sqrt((k - 1) / k * (reader + residual)))
}

differences_of <- function(dataset, a, b) {
  d <- a - b
  n <- length(d)
  test <- t.test(a, b, paired = TRUE)
  emit(dataset, "bias", test$estimate)
  emit(dataset, "bias_lower", test$conf.int[1])
  emit(dataset, "bias_upper", test$conf.int[2])
  emit(dataset, "bias_p", test$p.value)
  z <- qnorm(0.975)
  half <- qt(0.975, n - 1) * sqrt(var(d) * (1 / n + z^2 / (2 * (n - 1))))
  limits <- mean(d) + c(lower = -z, upper = z) * sd(d)
  for (limit in names(limits)) {
    emit(dataset, limit, limits[limit])
    emit(dataset, paste0(limit, "_low"), limits[limit] - half)
    emit(dataset, paste0(limit, "_high"), limits[limit] + half)
  }
  centre <- (a + b) / 2
  line <- lm(d ~ centre)
  slope <- summary(line)$coefficients["centre", ]
  interval <- confint(line)["centre", ]
  emit(dataset, "intercept", coef(line)[1])
  emit(dataset, "slope", slope["Estimate"])
  emit(dataset, "slope_se", slope["Std. Error"])
  emit(dataset, "slope_lower", interval[1])
  emit(dataset, "slope_upper", interval[2])
  emit(dataset, "slope_p", slope["Pr(>|t|)"])
}

folder <- commandArgs(trailingOnly = TRUE)[1]
cat("dataset,name,value\n")
for (file in sort(list.files(folder, pattern = "\\.csv$"))) {
  if (file == "golden.csv") next
  dataset <- sub("\\.csv$", "", file)
  readings <- read.csv(file.path(folder, file))
  coefficients_of(dataset, readings)
  errors_of(dataset, readings)
  differences_of(dataset, readings[[1]], readings[[2]])
}
