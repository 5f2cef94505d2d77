// Forecasts over a hierarchy of the series of one file: their sums over every crossing of the chosen dimensions are forecast too,
// and all are reconciled.
#pragma once
#include <string>
#include <vector>

#include "engines/forecast/forecast.h"
#include "engines/forecast/reconcile.h"

namespace fairlead::forecast {

struct Tree {
    Hierarchy hierarchy;
    std::vector<ReadSeries> nodes;      // sums first, then parts; named by their dimensions
    std::vector<ReadSeries> left_out;   // with their fault: they are in no sum
    PrepareOptions prepare;             // with which the nodes are forecast
    std::vector<Note> notes;
};

// `factors`: names of dimensions, each factor a chain from coarse to fine ({{"Region", "State"}, {"Product"}}). Series that stop before
// others are zero from there on. Refuses `no_column`, `mixed_periods` where the series are of several frequencies, and
// `levels_do_not_add` for Measure::level.
Result<Tree> make_tree(const std::vector<ReadSeries>& series, const std::vector<std::string>& dimensions, const std::vector<std::vector<std::string>>& factors, const PrepareOptions& prepare);

// Reconciles the forecasts of the tree's nodes, in their order, which the engine made with_fitted. Intervals go along with their
// means, and are as many times as wide as the residuals become by the same reconciliation (as far as so many of them tell it);
// totals likewise. On retail sales by state and industry, four years held out in turn, their score is as good or better for every
// level and way, and coverage nearer to what they say. Where there are too few common residuals for the method (fewer than ten periods),
// wls_structure stands in, and the note says so. `shrinkage` of MinT is told in the notes.
Result<std::vector<Note>> reconcile(std::vector<Forecast>& forecasts, const Hierarchy& hierarchy, ReconcileOptions options);

}  // namespace fairlead::forecast
