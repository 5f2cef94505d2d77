// The first figures of the pipeline, each with its one definition.
#pragma once
#include "model/declare.h"

namespace fairlead::pipeline {

using namespace model;

inline constexpr Dimension opportunity_dimensions[] = {
    {"stage", "Stage", "stage"},
    {"owner", "Owner", "owner"},
    {"team", "Team", "team"},
    {"region", "Region", "account.region"},
    {"industry", "Industry", "account.industry"},
    {"customer_type", "Customer type", "account.customer_type"},
    {"channel", "Channel", "account.channel"},
    {"product", "Product", "product"},
    {"source", "Source", "source"},
    {"forecast_category", "Forecast category", "forecast_category"},
    {"type", "Type", "type"},
};

// Of closed deals: credited to whom they belonged when they were closed (conventions C1, as of a date).
inline constexpr Dimension closed_dimensions[] = {
    {"owner", "Owner", "closed_owner"},
    {"team", "Team", "closed_team"},
    {"region", "Region", "account.region"},
    {"industry", "Industry", "account.industry"},
    {"customer_type", "Customer type", "account.customer_type"},
    {"channel", "Channel", "account.channel"},
    {"product", "Product", "product"},
    {"source", "Source", "source"},
    {"type", "Type", "type"},
    {"present_owner", "Present owner", "owner"},
    {"present_team", "Present team", "team"},
};

inline constexpr Figure figures[] = {
    {"pipeline", "Pipeline", "Sum of the amounts of open deals, in the reporting currency; deals without an amount count in the number and not in the sum.",
     "opportunity", FigureKind::sum, "amount", "is_open", {}, "close_date", "stage", opportunity_dimensions},
    {"weighted_pipeline", "Weighted pipeline", "Sum over open deals of amount times probability, rounded for each deal and then added, so that list and total agree.",
     "opportunity", FigureKind::sum, "weighted_amount", "is_open", {}, "close_date", "stage", opportunity_dimensions},
    {"won", "Won", "Sum of the amounts of deals won, by the day they were closed. A win that is reopened stays on its day and is taken back on the day of reopening: the past is not rewritten.",
     "opportunity", FigureKind::sum, "amount", "stage.kind = \"won\"", {}, "closed_on", "owner", closed_dimensions, "reopened_on"},
    {"win_rate", "Win rate", "Deals won among deals won or lost, closed in the period (closed basis: deals still open are not in it, so it flatters or blames when cycles differ). Interval: Wilson, 95 %.",
     "opportunity", FigureKind::rate, {}, "stage.kind = \"won\" OR stage.kind = \"lost\"", "stage.kind = \"won\"", "closed_on", "owner", closed_dimensions},
    {"sales_cycle", "Sales cycle", "Days from the opening of a deal to its winning: mean, with the median beside it. Deals whose start is unknown are left out.",
     "opportunity", FigureKind::days, "closed_on - opened_on", "stage.kind = \"won\" AND NOT(ISBLANK(opened_on)) AND NOT(ISBLANK(closed_on))", {}, "closed_on", "owner", closed_dimensions},
    {"velocity", "Pipeline velocity", "Open deals x win rate x average won value / average days of the sales cycle: money per day, all four from the same records.",
     "opportunity", FigureKind::velocity, "amount", {}, {}, "closed_on", {}, opportunity_dimensions},
    {"stage_conversion", "Stage conversion", "Of the deals that first entered a stage in the period, the share that ever entered a later stage or was won. Each deal counts once; deals that still stand in the stage are censored (Aalen-Johansen), neither failures nor left out; a skipped stage counts as passed through.",
     "opportunity", FigureKind::conversion, {}, {}, {}, "opened_on", "stage", opportunity_dimensions},
    {"stale_deals", "Stale deals", "Open deals that have been in their stage longer than the stage allows.",
     "opportunity", FigureKind::count, "amount", "is_stale", {}, "close_date", "owner", opportunity_dimensions},
    {"leaderboard", "Leaderboard", "Amounts won in the period, by owner, with the number of deals. A win that is reopened is taken back on the day of reopening.",
     "opportunity", FigureKind::sum, "amount", "stage.kind = \"won\"", {}, "closed_on", "owner", closed_dimensions, "reopened_on"},
    {"pipeline_movement", "Pipeline movement", "How the open pipeline went from the beginning of one day to the end of another: opening + new + pulled in + reopened + moved in + increased - decreased - pushed out - won - lost - moved out - removed = closing. A deal comes at most once, at its amount then, and goes at most once, at its amount then; what its amount changed in between is an increase or a decrease. Pulled in and pushed out: its closing date came into or left the period looked at (a deal that is won or lost ahead of its date comes in on that day); moved in and out: owner or another field that the filter names.",
     "opportunity", FigureKind::movement, "amount", "is_open", {}, "close_date", "part", {}},
};

}  // namespace fairlead::pipeline
