// Sums over crossings of dimensions, and their reconciliation.
#include "engines/forecast/hierarchy.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"

namespace fairlead::forecast {
namespace {

constexpr std::size_t least_residuals = 10;

// One row per time that all nodes have a residual for, counted from the end.
Residuals residuals_of(const std::vector<Forecast>& forecasts) {
    std::size_t length = SIZE_MAX;
    for (const Forecast& one : forecasts) length = std::min(length, one.pool.fitted.empty() ? 0 : one.series.values.size());
    Residuals rows;
    for (std::size_t back = length; back >= 1 && length != SIZE_MAX; --back) {
        std::vector<double> row;
        for (const Forecast& one : forecasts) {
            const std::size_t at = one.series.values.size() - back;
            row.push_back(one.series.values[at] - one.pool.fitted[at]);
        }
        if (std::all_of(row.begin(), row.end(), [](double value) { return std::isfinite(value); })) rows.push_back(std::move(row));
    }
    return rows;
}

// So many times as wide a node's errors are once they are reconciled as the forecasts are: by its residuals of one step. 1 where there
// are too few.
std::vector<double> widths_by(const Reconciler& reconciler, std::size_t nodes, Reconciliation method, const Residuals& residuals) {
    std::vector<double> width(nodes, 1), before(nodes, 0), after(nodes, 0);
    // Shares that come from the forecasts themselves mean nothing for errors.
    if (residuals.size() < least_residuals || method == Reconciliation::top_down || method == Reconciliation::middle_out) return width;
    for (const auto& row : residuals) {
        const std::vector<double> together = reconciler.errors(row);
        for (std::size_t i = 0; i < row.size(); ++i) {
            before[i] += row[i] * row[i];
            after[i] += together[i] * together[i];
        }
    }
    // As far as so many rows tell it.
    const double trust = static_cast<double>(residuals.size()) / (static_cast<double>(residuals.size()) + 20);
    for (std::size_t i = 0; i < width.size(); ++i)
        if (before[i] > 0) width[i] = std::clamp(1 + trust * (std::sqrt(after[i] / before[i]) - 1), 0.5, 2.0);
    return width;
}

}  // namespace

Result<Tree> make_tree(const std::vector<ReadSeries>& series, const std::vector<std::string>& dimensions, const std::vector<std::vector<std::string>>& factors, const PrepareOptions& options) {
    if (options.measure == Measure::level) return refuse(Why::invalid, "levels_do_not_add", "Levels (prices, rates) have no sum: a hierarchy wants --measure sum", "measure");
    std::vector<std::size_t> columns, sizes;
    for (const auto& factor : factors) {
        sizes.push_back(factor.size());
        for (const std::string& name : factor) {
            const auto found = std::find_if(dimensions.begin(), dimensions.end(), [&](const std::string& one) { return fold(one) == fold(name); });
            if (found == dimensions.end()) {
                const std::string near = nearest(name, dimensions);
                return refuse(Why::invalid, "no_column", "There is no dimension \"" + name + "\"" + (near.empty() ? "; there are: " + (dimensions.empty() ? "none" : join(dimensions, ", ")) : ": did you mean \"" + near + "\"?"), "hierarchy");
            }
            columns.push_back(static_cast<std::size_t>(found - dimensions.begin()));
        }
    }
    PrepareOptions plain = options;
    plain.working_days = false;
    plain.outliers = Outliers::report;
    plain.shifts = Shifts::report;
    Tree tree;
    std::vector<Series> prepared;
    std::vector<std::vector<std::string>> keys;
    for (const ReadSeries& one : series) {
        ReadSeries left = {one.series, one.fault};
        if (!left.fault) {
            auto made = prepare(one.series, plain);
            if (made && !prepared.empty() && made->frequency != prepared.front().frequency)
                return refuse(Why::invalid, "mixed_periods", one.series.id + " has " + std::string(plural_of(made->frequency, 2)) + ", " + prepared.front().id + " has " + std::string(plural_of(prepared.front().frequency, 2)) + ": only series of one kind can be added; say --period", "period");
            std::vector<std::string> key;
            for (const std::size_t column : columns) key.push_back(column < one.series.dimensions.size() ? one.series.dimensions[column] : std::string());
            const bool whole = std::none_of(key.begin(), key.end(), [](const std::string& text) { return text.empty(); });
            if (made && whole) {
                prepared.push_back(std::move(*made));
                keys.push_back(std::move(key));
                continue;
            }
            left.fault = made ? refuse(Why::invalid, "no_dimension", "It has not one value for each dimension of the hierarchy", "hierarchy") : made.refused();
        }
        tree.left_out.push_back(std::move(left));
    }
    if (prepared.empty()) return refuse(Why::invalid, "no_history", "No series of the file can be forecast: " + (tree.left_out.empty() ? std::string("there is none") : tree.left_out.front().fault->message()), "input");
    Crossing crossed = cross(keys, sizes);
    tree.hierarchy = std::move(crossed.hierarchy);
    const std::size_t sums = tree.hierarchy.parts_of.size();
    std::int64_t end = prepared.front().last().index;
    std::size_t shorter = 0;
    for (const Series& one : prepared) end = std::max(end, one.last().index);
    for (const Series& one : prepared) shorter += one.last().index < end ? 1 : 0;
    if (shorter > 0) tree.notes.push_back({"ends_early", std::to_string(shorter) + " series end before the others: zero from there on", {}});
    std::vector<std::int64_t> first(tree.hierarchy.size(), end);
    for (std::size_t i = 0; i < prepared.size(); ++i) first[sums + crossed.part_of[i]] = std::min(first[sums + crossed.part_of[i]], prepared[i].first.index);
    for (std::size_t i = 0; i < sums; ++i)
        for (const auto part : tree.hierarchy.parts_of[i]) first[i] = std::min(first[i], first[sums + part]);
    const Frequency frequency = prepared.front().frequency;
    tree.nodes.resize(tree.hierarchy.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        tree.nodes[i].series.id = crossed.names[i];
        for (std::int64_t index = first[i]; index <= end; ++index) tree.nodes[i].series.observations.push_back({{frequency, index}, 0});
    }
    const auto add = [&](std::size_t node, const Series& one) {
        auto& observations = tree.nodes[node].series.observations;
        for (std::size_t t = 0; t < one.values.size(); ++t) observations[static_cast<std::size_t>(one.first.index - first[node]) + t].value += one.values[t];
    };
    std::vector<std::vector<std::size_t>> sums_of(tree.hierarchy.parts);
    for (std::size_t i = 0; i < sums; ++i)
        for (const auto part : tree.hierarchy.parts_of[i]) sums_of[part].push_back(i);
    for (std::size_t i = 0; i < prepared.size(); ++i) {
        add(sums + crossed.part_of[i], prepared[i]);
        for (const std::size_t sum : sums_of[crossed.part_of[i]]) add(sum, prepared[i]);
    }
    tree.prepare = options;
    tree.prepare.first_day = tree.prepare.last_day = std::nullopt;
    tree.prepare.file_frequency = frequency;
    if (frequency != Frequency::number) tree.prepare.frequency = frequency;
    tree.prepare.keep_partial = true;  // what is not whole is out already
    return tree;
}

Result<std::vector<Note>> reconcile(std::vector<Forecast>& forecasts, const Hierarchy& hierarchy, ReconcileOptions options) {
    ensure(forecasts.size() == hierarchy.size(), "there is a forecast for every node");
    for (const Forecast& one : forecasts)
        if (one.refused) return refuse(Why::invalid, "no_reconciliation", one.id + " cannot be forecast, so nothing can be reconciled with it: " + one.refused->message(), "hierarchy");
    std::vector<Note> notes;
    options.not_negative = options.not_negative || std::all_of(forecasts.begin(), forecasts.end(), [](const Forecast& one) { return one.series.not_negative; });
    const Residuals residuals = residuals_of(forecasts);
    if (residuals.size() < least_residuals && (options.method == Reconciliation::mint || options.method == Reconciliation::wls_variance)) {
        options.method = Reconciliation::wls_structure;
        notes.push_back({"reconciled_by_structure", "The series have fewer than ten common periods to learn their errors from: reconciled by the structure of the hierarchy (WLS)", {}});
    }
    FAIRLEAD_ASSIGN(const Reconciler reconciler, Reconciler::make(hierarchy, options, residuals));
    const std::vector<double> width = widths_by(reconciler, hierarchy.size(), options.method, residuals);
    if (options.method == Reconciliation::mint) {
        char text[96];
        std::snprintf(text, sizeof text, "Reconciled by MinT; covariances shrunk towards none by %.3f", reconciler.shrinkage());
        notes.push_back({"reconciled_by_mint", text, {}});
    }
    std::vector<double> nodes(forecasts.size()), moved(forecasts.size(), 0);
    for (std::size_t h = 0; h < forecasts.front().mean.size(); ++h) {
        for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = forecasts[i].mean[h];
        const std::vector<double> together = reconciler.apply(nodes);
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            Forecast& one = forecasts[i];
            const double change = together[i] - nodes[i];
            moved[i] += change;
            one.mean[h] = together[i];
            one.totals[h] += moved[i];
            for (Band& band : one.bands) {
                band.values[h] = together[i] + (band.values[h] - nodes[i]) * width[i];
                band.totals[h] = one.totals[h] + (band.totals[h] - (one.totals[h] - moved[i])) * width[i];
                if (!one.series.not_negative) continue;
                band.values[h] = std::max(band.values[h], 0.0);
                band.totals[h] = std::max(band.totals[h], 0.0);
            }
        }
    }
    return notes;
}

}  // namespace fairlead::forecast
