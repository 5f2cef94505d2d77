// Effects of what is known beside a series: planted ones are found, none are not, and forecasts profit.
#include "engines/forecast/effects.h"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "base/text.h"
#include "engines/forecast/forecast.h"
#include "engines/forecast/measures.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

// Uniform draws made normal enough by adding twelve.
class Noise {
  public:
    explicit Noise(std::uint64_t seed) : state_(seed * 2654435761ULL + 1) {}
    double operator()() {
        double sum = 0;
        for (int i = 0; i < 12; ++i) {
            state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
            sum += static_cast<double>(state_ >> 11) / 9007199254740992.0;
        }
        return sum - 6;
    }

  private:
    std::uint64_t state_;
};

Series series_of(Period first, std::size_t count, const std::function<double(Period)>& value) {
    Series series;
    series.id = "made";
    series.frequency = series.rhythm = first.frequency;
    series.season = season_of(first.frequency);
    series.scale_season = scale_season_of(first.frequency);
    series.first = first;
    for (std::size_t i = 0; i < count; ++i) series.values.push_back(value(first.after(static_cast<std::int64_t>(i))));
    return series;
}

Period month(int year, int number) { return {Frequency::month, year * 12 + number - 1}; }

const Festival& tet() {
    for (const Festival& one : Calendar::find("VN")->festivals())
        if (one.name == "Tet") return one;
    FAIL("Vietnam has Tet");
    return Calendar::find("VN")->festivals().front();
}

// The share of Tet's days that lies in a period.
double share_of_tet(Period period) {
    double days = 0;
    for (const Festival::Days& one : tet().times)
        for (int day = one.first.days; day <= one.last.days; ++day)
            if (day >= first_day(period).days && day <= last_day(period).days) ++days;
    return days / 7;
}

double season(Period period) { return 0.1 * std::sin(static_cast<double>(period.index % 12) * 0.5236) + 0.06 * std::cos(static_cast<double>(period.index % 12) * 1.0472); }

Series sales_with_tet(std::uint64_t seed, std::size_t count, double effect, double noise = 0.03) {
    Noise draw(seed);
    double level = std::log(1000.0);
    return series_of(month(2014, 1), count, [&](Period period) {
        level += 0.004 + 0.3 * noise * draw();
        return std::exp(level + season(period) + effect * share_of_tet(period) + noise * draw());
    });
}

const Effect* find(const Effects& effects, std::string_view name) {
    for (const Effect& one : effects.found)
        if (one.name == name) return &one;
    return nullptr;
}
std::string why(const Effects& effects, std::string_view name) {
    for (const UnusedGroup& one : effects.unused)
        if (one.name == name) return one.code;
    return {};
}
bool has_note(const std::vector<Note>& notes, std::string_view code) {
    return std::any_of(notes.begin(), notes.end(), [&](const Note& note) { return note.code == code; });
}

double held_out_error(const Series& series, const Known* known, int horizon) {
    Mean error;
    for (std::size_t origin = series.values.size() - 36; origin + static_cast<std::size_t>(horizon) <= series.values.size(); origin += 6) {
        const HeldOut held = hold_out({find_pool("quick"), Bounds::robust, nullptr, known}, series, origin, horizon);
        error.add(smape(held.actual, held.outlook.mean));
    }
    return *error.value();
}

Regressor regressor_of(std::string name, const Series& series, std::size_t ahead, const std::function<double(std::size_t)>& value, std::vector<int> lags = {0}) {
    Regressor one{std::move(name), std::move(lags), -1, {}};
    for (std::size_t t = 0; t < series.values.size() + ahead; ++t) one.values[""].push_back({series.first.after(static_cast<std::int64_t>(t)), value(t)});
    return one;
}

}  // namespace

TEST_CASE("A fall of 40 % in a month with all of Tet is found within its error, and forecasts get better") {
    const Known known(Calendar::find("VN"), {}, {});
    const double planted = std::log(0.6);
    int inside = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Series series = sales_with_tet(seed, 132, planted);
        const Effects effects = find_effects(known, series, series.values.size(), 12);
        CHECK(effects.ratios);
        const Effect* found = find(effects, "Tet");
        REQUIRE(found != nullptr);
        // By what it does between a month without Tet and one with all of it.
        double low = 0, high = 0;
        for (std::size_t t = 0; t < series.values.size(); ++t) {
            const Period period = series.first.after(static_cast<std::int64_t>(t));
            if (period.index % 12 != 1) continue;
            if (share_of_tet(period) == 0) high = found->past[t];
            if (share_of_tet(period) == 1) low = found->past[t];
        }
        CHECK(low - high == doctest::Approx(planted).epsilon(0.35));
        if (found->estimates.size() == 1 && std::abs(found->estimates[0].value - planted) < 2.2 * found->estimates[0].error) ++inside;
        CHECK(held_out_error(series, &known, 6) < 0.85 * held_out_error(series, nullptr, 6));
    }
    CHECK(inside >= 14);
}

TEST_CASE("Where there is no effect nothing is found, and forecasts are those without") {
    const Known known(Calendar::find("VN"), {}, {});
    int wrong = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const Series series = sales_with_tet(seed, 60 + seed, 0);
        const Effects effects = find_effects(known, series, series.values.size(), 12);
        if (!effects.found.empty()) {
            ++wrong;
            continue;
        }
        CHECK(why(effects, "Tet") == "no_clear_effect");
        const Way with{find_pool("quick"), Bounds::robust, nullptr, &known}, without{find_pool("quick"), Bounds::robust, nullptr, nullptr};
        CHECK(forecast_from(with, series, series.values.size(), 12).mean == forecast_from(without, series, series.values.size(), 12).mean);
    }
    CHECK(wrong <= 6);  // by chance
}

TEST_CASE("Forecasts with effects grow with the unit, also where effects add") {
    const Known known(Calendar::find("VN"), {}, {});
    for (const double shift : {0.0, -2500.0}) {
        Series one = sales_with_tet(3, 120, std::log(0.5));
        for (double& value : one.values) value += shift;
        one.not_negative = shift == 0;
        Series many = one;
        for (double& value : many.values) value *= 4096;
        const Way way{find_pool("quick"), Bounds::robust, nullptr, &known};
        const PoolForecast a = forecast_from(way, one, 120, 12), b = forecast_from(way, many, 120, 12);
        REQUIRE(a.effects);
        CHECK(a.effects->ratios == (shift == 0));
        REQUIRE(find(*a.effects, "Tet") != nullptr);
        for (std::size_t h = 0; h < 12; ++h) {
            CHECK(b.mean[h] == doctest::Approx(4096 * a.mean[h]).epsilon(1e-6));
            CHECK(b.deviation[h] == doctest::Approx(4096 * a.deviation[h]).epsilon(1e-5));
        }
    }
}

TEST_CASE("Held-out ends know nothing of what comes after them") {
    const Known known(Calendar::find("VN"), {}, {});
    Series series = sales_with_tet(5, 132, std::log(0.6));
    const Effects before = find_effects(known, series, 108, 12);
    for (std::size_t t = 108; t < 132; ++t) series.values[t] = 7;
    const Effects after = find_effects(known, series, 108, 12);
    CHECK(before.ahead == after.ahead);
    CHECK(before.past == after.past);
}

TEST_CASE("One wild month is not taken for a holiday") {
    // April 2020 held Easter, and shops were closed.
    const Known known(Calendar::find("DE"), {}, {});
    Noise draw(9);
    const Series series = series_of(month(2013, 1), 110, [&](Period period) { return std::exp(5 + season(period) + 0.02 * draw()) * (period == month(2020, 4) ? 0.4 : 1); });
    const Effects effects = find_effects(known, series, series.values.size(), 12);
    CHECK(find(effects, "Easter") == nullptr);
    CHECK(find(effects, "Whitsun") == nullptr);
}

TEST_CASE("Days: what closes, what sells before, and what was seen once") {
    const Known known(Calendar::find("US"), {}, {});
    Noise draw(4);
    const auto closed = [](Date day) { return Calendar::find("US")->off(day) && day.weekday() <= 5; };
    const Series series = series_of(period_of(*Date::of(2022, 3, 1), Frequency::day), 1000, [&](Period period) {
        const Date day = first_day(period);
        const double weekly = day.weekday() >= 6 ? -0.4 : 0;
        return std::exp(6 + weekly + (closed(day) ? -0.7 : 0) + 0.08 * draw());
    });
    const Effects effects = find_effects(known, series, series.values.size(), 60);
    const Effect* off = find(effects, "Public holidays");
    REQUIRE(off != nullptr);
    CHECK(std::abs(off->estimates[0].value + 0.7) < 3 * off->estimates[0].error);
    // Thanksgiving 2024 lies ahead: 2024-11-28 is day 1003.
    CHECK(off->ahead[3] == doctest::Approx(off->estimates[0].value));
    CHECK(off->ahead[2] == 0);
    const Effects young = find_effects(known, series, 300, 60);
    CHECK(why(young, "Easter") == "seen_too_rarely");
    CHECK(why(young, "Independence Day") == "seen_too_rarely");
}

TEST_CASE("A shop that closes for Tet sells nothing then, grows as it grew, and its zeros are no demand that comes rarely") {
    const Known known(Calendar::find("VN"), {}, {});
    const auto sales_on = [](bool sundays) {
        Noise draw(6);
        return series_of(period_of(*Date::of(2022, 6, 1), Frequency::day), 1329, [&](Period period) {  // to 2026-01-19
            const Date day = first_day(period);
            const bool closed = share_of_tet(period) > 0 || (!sundays && day.weekday() == 7);
            return closed ? 0.0 : std::exp(4 + 0.0012 * static_cast<double>(day.days - 19'144) + 0.1 * (day.weekday() >= 6) + 0.05 * draw());
        });
    };
    for (const bool sundays : {true, false}) {
        const Series series = sales_on(sundays);
        const Effects effects = find_effects(known, series, series.values.size(), 60);
        CHECK(effects.ratios == sundays);
        CHECK(effects.closed_past.size() == 21);  // three times seven days
        CHECK(has_note(effects.notes, "effects_closed"));
        // 2026-02-15 to 21 are steps 26 to 32.
        REQUIRE(effects.closed_ahead.size() == 7);
        CHECK(effects.closed_ahead.front() == 26);
        CHECK(effects.closed_ahead.back() == 32);
        const PoolForecast forecast = forecast_from({find_pool("quick"), Bounds::robust, nullptr, &known}, series, series.values.size(), 60);
        for (std::size_t h = 26; h <= 32; ++h) CHECK(forecast.mean[h] == 0);
        CHECK(forecast.mean[33 + 1] > 0.7 * std::exp(4 + 0.0012 * (1329 + 34)));  // a Monday
        // Closed days are not out of line, so they are not mended.
        RawSeries raw;
        for (std::size_t t = 0; t < series.values.size(); ++t) raw.observations.push_back({series.first.after(static_cast<std::int64_t>(t)), series.values[t]});
        PrepareOptions options;
        options.outliers = Outliers::mend;
        const auto prepared = prepare_with(raw, options, &known, 60);
        REQUIRE(prepared);
        if (sundays) CHECK(prepared->values == series.values);
        for (const auto& [t, instead] : effects.closed_past) CHECK(prepared->values[t] == 0);
        const auto answer = forecast_all({{raw, std::nullopt}}, EngineOptions{.horizon = 60, .threads = 1, .known = &known});
        CHECK(answer[0].band(0.975)->values[28] == 0);
        CHECK(answer[0].band(0.975)->values[10] > 0);
    }
    // Closed on public holidays, open on most festivals: told apart.
    Series american = series_of(period_of(*Date::of(2021, 1, 1), Frequency::day), 1400, [](Period period) { return Calendar::find("US")->off(first_day(period)) ? 0.0 : 50.0 + static_cast<double>(period.index % 7); });
    const Known us(Calendar::find("US"), {}, {});
    const auto closed = us.closed(american, 1400, 30);
    CHECK(closed.names.front() == "public holidays");
    CHECK(std::find(closed.names.begin(), closed.names.end(), "Halloween") == closed.names.end());
    CHECK(us.closed(sales_with_tet(1, 60, 0), 60, 12).days.empty());
}

TEST_CASE("Weeks: a holiday that moves from week to week") {
    const Known known(Calendar::find("VN"), {}, {});
    Noise draw(11);
    const Series series = series_of(period_of(*Date::of(2018, 1, 1), Frequency::week), 300, [&](Period period) { return std::exp(7 - 0.9 * share_of_tet(period) + 0.05 * draw()); });
    const Effects effects = find_effects(known, series, series.values.size(), 13);
    const Effect* found = find(effects, "Tet");
    REQUIRE(found != nullptr);
    CHECK(std::abs(found->estimates[0].value + 0.9) < 3.5 * found->estimates[0].error);
}

TEST_CASE("Hours are moved as their days are") {
    const Known known(Calendar::find("US"), {}, {});
    Noise draw(2);
    Series series = series_of({Frequency::hour, std::int64_t{Date::of(2023, 1, 1)->days} * 24 + 5}, 24 * 500 + 7, [&](Period period) {
        const Date day = first_day(period);
        const double hour = static_cast<double>(period.index % 24);
        return std::exp(4 + 0.5 * std::sin(hour * 0.2618) + (Calendar::find("US")->off(day) && day.weekday() <= 5 ? -1.0 : 0) + 0.1 * draw());
    });
    const Effects effects = find_effects(known, series, series.values.size(), 48);
    const Effect* off = find(effects, "Public holidays");
    REQUIRE(off != nullptr);
    CHECK(off->estimates[0].value == doctest::Approx(-1).epsilon(0.1));
    // 2023-07-04, every hour of it.
    const auto at = static_cast<std::size_t>(std::int64_t{Date::of(2023, 7, 4)->days} * 24 - series.first.index);
    CHECK(off->past[at] == doctest::Approx(off->estimates[0].value));
    CHECK(off->past[at + 23] == doctest::Approx(off->estimates[0].value));
    CHECK(off->past[at + 24] == 0);
    CHECK(off->past[at - 1] == 0);
}

TEST_CASE("Promotions and prices are found with their lags; a price of ratios as an elasticity") {
    Noise draw(21);
    const auto promoted = [](std::size_t t) { return t % 7 == 3 || t % 11 == 5 ? 1.0 : 0.0; };
    const auto price = [](std::size_t t) { return 100.0 + 8 * std::sin(static_cast<double>(t * t % 37)); };
    Series series = series_of(month(2015, 1), 96, [&](Period period) { return std::exp(6 + season(period) + 0.03 * draw()); });
    for (std::size_t t = 0; t < 96; ++t) series.values[t] *= std::exp(0.25 * promoted(t) - (t > 0 ? 0.1 * promoted(t - 1) : 0) - 1.5 * std::log(price(t) / 100));
    Regressor promotion = regressor_of("promotion", series, 12, promoted, {0, 1});
    promotion.values[""].insert(promotion.values[""].begin(), {month(2014, 12), 0.0});
    const Known known(nullptr, {}, {promotion, regressor_of("price", series, 12, price), regressor_of("weather", series, 12, [](std::size_t t) { return static_cast<double>(t * 7919 % 101); })});
    REQUIRE(known.check(series, 12));
    const Effects effects = find_effects(known, series, 96, 12);
    const Effect* found = find(effects, "promotion");
    REQUIRE(found != nullptr);
    REQUIRE(found->estimates.size() == 2);
    CHECK(std::abs(found->estimates[0].value - 0.25) < 3 * found->estimates[0].error);
    CHECK(std::abs(found->estimates[1].value + 0.1) < 3 * found->estimates[1].error);
    CHECK(found->estimates[1].label == "promotion, 1 month ago");
    const Effect* elastic = find(effects, "price");
    REQUIRE(elastic != nullptr);
    CHECK(elastic->estimates[0].value == doctest::Approx(-1.5).epsilon(0.15));
    CHECK(find(effects, "weather") == nullptr);
    CHECK(found->ahead[101 % 96 + 0] != found->ahead[4]);  // t 101 is promoted, 100 is not
}

TEST_CASE("A regressor that is not known ahead is refused with what to do, used with a lag, or carried as was asked") {
    const Series series = sales_with_tet(8, 72, 0);
    const auto value = [](std::size_t t) { return static_cast<double>(t * 31 % 17); };
    const auto check = [&](std::size_t ahead, std::vector<int> lags, Ahead way) { return Known(nullptr, {}, {regressor_of("index", series, ahead, value, std::move(lags))}, way).check(series, 6); };
    const auto refused = check(2, {0}, Ahead::refuse);
    REQUIRE_FALSE(refused);
    CHECK(refused.refused().code() == "regressor_unknown_ahead");
    CHECK(refused.refused().message().starts_with("index is known to 2020-02, and the forecast to 2020-06 needs it to 2020-06"));
    CHECK(refused.refused().message().find("a lag of 4 or more") != std::string::npos);
    CHECK(check(2, {4, 5}, Ahead::refuse));
    CHECK_FALSE(check(2, {3}, Ahead::refuse));
    CHECK(check(6, {0}, Ahead::refuse));
    CHECK(check(2, {0}, Ahead::last));
    CHECK(check(2, {0}, Ahead::leave_out));
    Regressor other{"index", {0}, -1, {{"another", {{month(2014, 1), 1.0}}}}};
    CHECK(Known(nullptr, {}, {other}).check(series, 6).refused().code() == "regressor_missing");
    // Carried: the notes say so, and held-out ends know no more than was known.
    Series moved = series;
    for (std::size_t t = 0; t < 72; ++t) moved.values[t] *= std::exp(0.03 * value(t));
    const Known carried(nullptr, {}, {regressor_of("index", series, 0, value)}, Ahead::last);
    const Effects effects = find_effects(carried, moved, 72, 6);
    REQUIRE(find(effects, "index") != nullptr);
    CHECK(has_note(effects.notes, "regressor_carried"));
    for (const double ahead : find(effects, "index")->ahead) CHECK(ahead == doctest::Approx(find(effects, "index")->ahead[0]));
    const Effects held = find_effects(carried, moved, 60, 6);
    for (const double ahead : find(held, "index")->ahead) CHECK(ahead == doctest::Approx(find(held, "index")->ahead[0]));
    const Effects left = find_effects(Known(nullptr, {}, {regressor_of("index", series, 0, value)}, Ahead::leave_out), moved, 72, 6);
    CHECK(why(left, "index") == "regressor_unknown_ahead");
    const Effects lagged = find_effects(Known(nullptr, {}, {regressor_of("index", series, 0, value, {0, 6})}, Ahead::leave_out), moved, 72, 6);
    REQUIRE(find(lagged, "index") != nullptr);  // it repeats itself a little after six months
    CHECK(find(lagged, "index")->estimates.size() == 1);
    CHECK(find(lagged, "index")->estimates[0].label == "index, 6 months ago");
    CHECK(has_note(lagged.notes, "regressor_lags_left_out"));
}

TEST_CASE("Regressors of other periods are averaged over days") {
    const Series series = series_of(month(2024, 1), 12, [](Period) { return 5.0; });
    Regressor daily{"price", {0}, -1, {}};
    for (int day = Date::of(2024, 1, 1)->days; day <= Date::of(2025, 2, 25)->days; ++day) daily.values[""].push_back({{Frequency::day, day}, Date{day}.day() <= 15 ? 10.0 : 20.0});
    // February is told by 25 of its 28 days: nine of ten would do, eight do not.
    CHECK_FALSE(Known(nullptr, {}, {daily}).check(series, 2));
    CHECK(Known(nullptr, {}, {daily}).check(series, 1));
    for (int day = 26; day <= 26; ++day) daily.values[""].push_back({{Frequency::day, Date::of(2025, 2, day)->days}, 20.0});
    CHECK(Known(nullptr, {}, {daily}).check(series, 2));
    const auto groups = Known(nullptr, {}, {daily}).groups(series, 12, 2);
    REQUIRE(groups.size() == 1);
    REQUIRE(groups[0].columns.size() == 2);
    const auto& values = groups[0].columns[0].values;
    CHECK(values[0] - values[1] == doctest::Approx((15 * 10 + 16 * 20) / 31.0 - (15 * 10 + 14 * 20) / 29.0));
    const Series weeks = series_of(period_of(*Date::of(2024, 3, 4), Frequency::week), 20, [](Period) { return 5.0; });
    Regressor monthly{"index", {0}, -1, {}};
    for (int m = 1; m <= 12; ++m) monthly.values[""].push_back({month(2024, m), static_cast<double>(m)});
    const auto of_weeks = Known(nullptr, {}, {monthly}).groups(weeks, 20, 4);
    REQUIRE_FALSE(of_weeks[0].columns.empty());
    const auto& by_week = of_weeks[0].columns[0].values;
    CHECK(by_week[4] - by_week[3] == doctest::Approx(1));  // the week of 1 April
}

TEST_CASE("Events: days before and after as said, missing days are told") {
    std::vector<Date> days;
    for (int year = 2016; year <= 2024; ++year)
        for (int i = 0; i < 3; ++i) days.push_back(Date{Date::of(year, 3 + year % 3, 25)->days + i});
    Noise draw(31);
    const auto sale = [&](Date day) { return std::find(days.begin(), days.end(), day) != days.end(); };
    const Series series = series_of(period_of(*Date::of(2020, 1, 1), Frequency::day), 1700, [&](Period period) {
        const Date day = first_day(period);
        const bool eve = sale(Date{day.days + 1}) && !sale(day);
        return std::exp(3 + 0.6 * sale(day) - 0.5 * eve + 0.05 * draw());
    });
    const Known known(nullptr, {{"Sale", days, 1, 0, true}}, {});
    const Effects effects = find_effects(known, series, 1700, 400);
    const Effect* found = find(effects, "Sale");
    REQUIRE(found != nullptr);
    REQUIRE(found->estimates.size() == 2);
    CHECK(found->estimates[0].value == doctest::Approx(0.6).epsilon(0.1));
    CHECK(found->estimates[1].label == "Sale, the day before");
    CHECK(found->estimates[1].value == doctest::Approx(-0.5).epsilon(0.1));
    CHECK(has_note(effects.notes, "events_end"));
    CHECK_FALSE(has_note(find_effects(known, series, 1600, 30).notes, "events_end"));
    // Always in the same month: the season has it.
    std::vector<Date> fixed;
    for (int year = 2010; year <= 2030; ++year) fixed.push_back(*Date::of(year, 6, 12));
    CHECK(why(find_effects(Known(nullptr, {{"Birthday", fixed}}, {}), sales_with_tet(1, 96, 0), 96, 12), "Birthday") == "in_season");
}

TEST_CASE("What cannot profit is left alone and says why") {
    const Known known(Calendar::find("VN"), {}, {});
    Series rare = series_of(month(2015, 1), 96, [](Period period) { return period.index % 5 == 0 ? 3.0 : 0.0; });
    CHECK(why(find_effects(known, rare, 96, 12), "Tet") == "sparse");
    const Series flat = series_of(month(2015, 1), 96, [](Period) { return 42.0; });
    CHECK(find_effects(known, flat, 96, 12).found.empty());
    const Series few = series_of(month(2023, 1), 10, [](Period period) { return 40.0 + static_cast<double>(period.index % 3); });
    CHECK(find_effects(known, few, 10, 12).found.empty());
    Series numbered = flat;
    numbered.frequency = Frequency::number;
    CHECK(known.check(numbered, 12).refused().code() == "no_dates");
    const Series years = series_of({Frequency::year, 1990}, 30, [](Period period) { return 40.0 + static_cast<double>(period.index % 3); });
    CHECK(known.check(years, 6));
    CHECK(find_effects(known, years, 30, 6).found.empty());
    CHECK(why(find_effects(known, years, 30, 6), "Calendar") == "years");
}

TEST_CASE("The engine tells effects with the series, and what they bought with the kind") {
    const Known known(Calendar::find("VN"), {}, {});
    std::vector<ReadSeries> all;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const Series made = sales_with_tet(seed, 132, std::log(0.6));
        ReadSeries one;
        one.series.id = "S" + std::to_string(seed);
        for (std::size_t t = 0; t < made.values.size(); ++t) one.series.observations.push_back({made.first.after(static_cast<std::int64_t>(t)), made.values[t]});
        all.push_back(std::move(one));
    }
    EngineOptions options;
    options.horizon = 12;
    options.known = &known;
    options.threads = 1;
    Engine engine(options);
    engine.look(all);
    engine.learn();
    const auto answers = *engine.forecast(all);
    for (const Forecast& one : answers) {
        REQUIRE_FALSE(one.refused);
        REQUIRE(one.pool.effects);
        CHECK(find(*one.pool.effects, "Tet") != nullptr);
        CHECK(has_note(one.series.notes, "effects"));
        // February 2025 had no day of Tet but two; the months' forecasts lie within their bands.
        for (std::size_t h = 0; h < 12; ++h) CHECK(one.band(0.025)->values[h] < one.mean[h]);
    }
    const Kind& kind = engine.kinds()[0];
    CHECK(*kind.smape.value() < 0.9 * *kind.plain_smape.value());
    options.threads = 2;
    const auto again = forecast_all(all, options);
    for (std::size_t i = 0; i < again.size(); ++i) CHECK(again[i].mean == answers[i].mean);
}

TEST_CASE("Working days of a calendar: months are divided by them, a week without one is refused") {
    RawSeries raw;
    for (int m = 0; m < 60; ++m) raw.observations.push_back({month(2020, 1).after(m), 100.0 * working_days(month(2020, 1).after(m), Calendar::find("VN"))});
    PrepareOptions options;
    options.working_days = true;
    options.calendar = Calendar::find("VN");
    const auto prepared = prepare(raw, options);
    REQUIRE(prepared);
    for (const double value : prepared->values) CHECK(value == doctest::Approx(100));
    CHECK(prepared->notes.front().message.find("without the holidays of Vietnam") != std::string::npos);
    EngineOptions engine;
    engine.horizon = 3;
    engine.prepare = options;
    const auto answer = forecast_all({{raw, std::nullopt}}, engine);
    CHECK(answer[0].mean[0] == doctest::Approx(100.0 * working_days(month(2025, 1), Calendar::find("VN"))));
    RawSeries weeks;
    for (int w = 0; w < 120; ++w) weeks.observations.push_back({period_of(*Date::of(2024, 1, 1), Frequency::week).after(w), 5.0});
    const auto refused = prepare(weeks, options);
    REQUIRE_FALSE(refused);
    CHECK(refused.refused().code() == "no_working_days");
    CHECK(refused.refused().message().find("2025-W05") != std::string::npos);
}
