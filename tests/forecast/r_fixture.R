# Lets R's forecast package answer for some made-up series and keeps the answers in r_answers.csv.
# Run from the root of the repository: Rscript tests/forecast/r_fixture.R
# A line: kind, series, name, then "key=v1 v2 ..." pairs separated by commas.
suppressMessages(library(forecast))
out <- file("tests/forecast/r_answers.csv", "w")
put <- function(...) cat(..., "\n", sep = "", file = out)
num <- function(x) paste(formatC(as.numeric(x), digits = 12, format = "g", width = 1), collapse = " ")
put("# made by: Rscript tests/forecast/r_fixture.R (", R.version.string, ", forecast ", as.character(packageVersion("forecast")), ")")

set.seed(20260901)
walk <- function(n, sd) cumsum(rnorm(n, 0, sd))
series <- list(
  level    = ts(round(100 + walk(40, 2) + rnorm(40, 0, 5), 2)),
  trend    = ts(round(50 + 2.1 * (1:35) + walk(35, 1) + rnorm(35, 0, 3), 2)),
  growth   = ts(round(20 * exp(0.06 * (1:30) + walk(30, 0.03)), 2)),
  quarters = ts(round(200 + 1.5 * (1:44) + 30 * rep(c(1, -0.5, -1.2, 0.7), 11) + walk(44, 3) + rnorm(44, 0, 6), 2), frequency = 4),
  months   = ts(round((300 + 1.2 * (1:84) + walk(84, 4)) * rep(c(0.8, 0.85, 1, 1.02, 1.05, 1.1, 1.2, 1.15, 1, 0.95, 0.9, 0.98), 7) * exp(rnorm(84, 0, 0.03)), 2), frequency = 12),
  arma     = ts(round(50 + arima.sim(list(ar = c(0.7), ma = 0.4), 80, sd = 4), 2)),
  airline  = ts(round(exp(5 + 0.01 * (1:96) + 0.2 * sin(2 * pi * (1:96) / 12) + walk(96, 0.02) + rnorm(96, 0, 0.02)), 2), frequency = 12),
  demand   = ts(c(0, 0, 3, 0, 0, 0, 2, 0, 5, 0, 0, 1, 0, 0, 0, 0, 4, 0, 2, 0, 0, 0, 0, 3))
)
for (name in names(series)) put("series,", name, ",", frequency(series[[name]]), ",values=", num(series[[name]]))

deviations <- function(fc) (fc$upper[, 1] - fc$mean) / qnorm(0.5 + fc$level[1] / 200)
for (name in setdiff(names(series), "demand")) {
  x <- series[[name]]; h <- if (frequency(x) > 1) 2 * frequency(x) else 8
  for (kind in c("rwf", "drift", "snaive", "meanf")) {
    fc <- switch(kind, rwf = rwf(x, h = h), drift = rwf(x, h = h, drift = TRUE), snaive = snaive(x, h = h), meanf = meanf(x, h = h))
    if (kind != "meanf") put("naive,", name, ",", kind, ",mean=", num(fc$mean), ",deviation=", num(deviations(fc)))
  }
  forms <- if (frequency(x) > 1) c("ANN", "AAN", "MAN", "ANA", "AAA", "MNA", "MAA", "MNM", "MAM") else c("ANN", "AAN", "MNN", "MAN")
  for (form in forms) for (damped in if (substr(form, 2, 2) == "A") c(FALSE, TRUE) else FALSE) {
    fit <- ets(x, model = form, damped = damped)
    p <- function(key) if (is.na(fit$par[key])) 0 else fit$par[key]
    # forecast:::ets.predict's variances, from the parameters of this fit; the class-1 code of 8.20 puts gamma a step too
    # early where there is no trend, and the class-3 code leaves phi out of the level of damped forms: not compared there.
    fc <- forecast(fit, h = h, level = 95)
    states <- fit$initstate
    put("ets,", name, ",", form, if (damped) "d" else "", ",loglik=", num(fit$loglik), ",aicc=", num(fit$aicc), ",parameters=",
        num(c(p("alpha"), p("beta"), p("gamma"), if (damped) fit$par["phi"] else 1)), ",states=", num(states), ",sigma2=", num(fit$sigma2),
        ",mean=", num(fc$mean), ",deviation=", num(deviations(fc)))
  }
  fit <- ets(x)
  put("auto_ets,", name, ",", fit$method, ",aicc=", num(fit$aicc), ",mean=", num(forecast(fit, h = h)$mean))
  fc <- thetaf(x, h = h)
  put("thetaf,", name, ",,mean=", num(fc$mean))
  if (frequency(x) > 1) for (type in c("additive", "multiplicative"))
    put("decompose,", name, ",", type, ",figure=", num(decompose(x, type)$figure))
  if (frequency(x) > 1) {
    parts <- stl(x, s.window = 11, s.jump = 1, t.jump = 1, l.jump = 1)$time.series
    put("stl,", name, ",11,season=", num(parts[, "seasonal"]), ",trend=", num(parts[, "trend"]))
  }
  put("acf,", name, ",,values=", num(acf(x, lag.max = 12 * frequency(x)^0, plot = FALSE)$acf[-1]))
  put("differences,", name, ",,seasonal=", if (frequency(x) > 1) nsdiffs(x) else 0, ",plain=", ndiffs(x), ",lambda=", num(BoxCox.lambda(x, method = "loglik", lower = 0, upper = 1)))
}

arima_fit <- function(name, order, seasonal = c(0, 0, 0), mean = FALSE, drift = FALSE) {
  x <- series[[name]]
  fit <- Arima(x, order = order, seasonal = seasonal, include.mean = mean, include.drift = drift, method = "ML")
  fc <- forecast(fit, h = 12, level = 95)
  put("arima,", name, ",", paste(c(order, seasonal), collapse = " "), if (mean) " mean" else "", if (drift) " drift" else "",
      ",loglik=", num(fit$loglik), ",aicc=", num(fit$aicc), ",sigma2=", num(fit$sigma2), ",coef=", num(coef(fit)),
      ",mean=", num(fc$mean), ",deviation=", num(deviations(fc)))
}
arima_fit("arma", c(1, 0, 1), mean = TRUE)
arima_fit("arma", c(2, 0, 2), mean = TRUE)
arima_fit("level", c(0, 1, 1))
arima_fit("trend", c(1, 1, 0), drift = TRUE)
arima_fit("growth", c(0, 2, 1))
arima_fit("quarters", c(1, 0, 0), c(0, 1, 1), drift = TRUE)
arima_fit("airline", c(0, 1, 1), c(1, 1, 1))
arima_fit("months", c(0, 1, 1), c(0, 1, 1))
arima_fit("months", c(2, 0, 1), c(1, 1, 0), drift = TRUE)
arima_fit("airline", c(0, 1, 2), c(0, 1, 1))
regression_fit <- function(name, order, seasonal = c(0, 0, 0), mean = FALSE, drift = FALSE) {
  x <- series[[name]]; n <- length(x)
  first <- as.numeric(seq_len(n + 6) %% 5 == 0); second <- round(cos(0.4 * seq_len(n + 6)), 6)
  xreg <- cbind(first, second)
  fit <- Arima(x, order = order, seasonal = seasonal, include.mean = mean, include.drift = drift, method = "ML", xreg = xreg[1:n, ])
  fc <- forecast(fit, xreg = xreg[n + 1:6, ], level = 95)
  put("regression,", name, ",", paste(c(order, seasonal), collapse = " "), if (mean) " mean" else "", if (drift) " drift" else "",
      ",loglik=", num(fit$loglik), ",effects=", num(coef(fit)[c("first", "second")]), ",first=", num(first), ",second=", num(second),
      ",mean=", num(fc$mean), ",deviation=", num(deviations(fc)))
}
regression_fit("arma", c(1, 0, 1), mean = TRUE)
regression_fit("trend", c(0, 1, 1), drift = TRUE)
regression_fit("months", c(0, 1, 1), c(0, 1, 1))
for (name in setdiff(names(series), "demand")) {
  fit <- auto.arima(series[[name]], approximation = FALSE)
  o <- arimaorder(fit)
  put("auto_arima,", name, ",", paste(o, collapse = " "), ",aicc=", num(fit$aicc), ",mean=", num(forecast(fit, h = 12)$mean))
}
# The Theta benchmark of the M4 competition, from its description: test of the season, classical decomposition, the average of
# a line and of simple smoothing of the theta-2 line.
for (name in setdiff(names(series), "demand")) {
  x <- series[[name]]; m <- frequency(x); n <- length(x); h <- if (m > 1) 2 * m else 8
  index <- rep(1, m)
  if (m > 1 && n >= 3 * m) {
    r <- acf(x, lag.max = m, plot = FALSE)$acf[-1]
    if (abs(r[m]) > 1.645 / sqrt(n) * sqrt(1 + 2 * sum(r[-m]^2))) index <- decompose(x, "multiplicative")$figure
  }
  z <- as.numeric(x) / rep(index, length.out = n)
  line <- lm(z ~ seq_len(n))
  ahead <- coef(line)[1] + coef(line)[2] * (n + seq_len(h))
  smooth <- ets(ts(2 * z - fitted(line)), model = "ANN", opt.crit = "mse")
  put("m4_theta,", name, ",,alpha=", num(smooth$par["alpha"]), ",mean=", num((ahead + as.numeric(forecast(smooth, h = h)$mean)) / 2 * rep(index, length.out = n + h)[n + seq_len(h)]))
}
put("croston,demand,,mean=", num(croston(series$demand, h = 1, alpha = 0.1)$mean))
close(out)
