# Answers the series of bench/forecast with a model of R's forecast package: Rscript forecast_peer.R MODEL SERIES ANSWERS
suppressMessages(library(forecast))
given <- commandArgs(trailingOnly = TRUE)
out <- file(given[3], "w")
for (line in readLines(given[2])) {
  numbers <- as.numeric(strsplit(line, " ")[[1]])
  x <- ts(numbers[-(1:2)], frequency = numbers[1])
  h <- numbers[2]
  gc(FALSE)
  begin <- proc.time()
  mean <- tryCatch(switch(given[1], ets = forecast(ets(x), h = h)$mean, auto.arima = forecast(auto.arima(x), h = h)$mean, thetaf = thetaf(x, h = h)$mean),
                   error = function(e) NULL)
  used <- sum((proc.time() - begin)[1:2]) * 1000
  cat(used, if (is.null(mean) || anyNA(mean)) "failed" else as.numeric(mean), "\n", file = out)
}
close(out)
