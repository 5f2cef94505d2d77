"""Answers the series of bench/forecast with a model of statsforecast: forecast_peer.py MODEL SERIES ANSWERS"""
import sys
import time

import numpy
import statsforecast.models as models

name, series, answers = sys.argv[1:]
make = getattr(models, name)
lines = [[float(word) for word in line.split()] for line in open(series)]
make(season_length=1).forecast(numpy.arange(30.0) + numpy.sin(numpy.arange(30.0)), h=2)  # what is loaded at the first use
with open(answers, "w") as out:
    for numbers in lines:
        values, horizon = numpy.array(numbers[2:]), int(numbers[1])
        begin = time.process_time()
        try:
            mean = make(season_length=int(numbers[0])).forecast(values, h=horizon)["mean"]
        except Exception:
            mean = None
        used = (time.process_time() - begin) * 1000
        good = mean is not None and numpy.isfinite(mean).all()
        out.write(f"{used} " + (" ".join(str(value) for value in mean) if good else "failed") + "\n")
