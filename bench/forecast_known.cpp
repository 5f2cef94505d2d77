// What a calendar buys on a long file, on ends that are held out one horizon apart, and what it costs:
//   bench_forecast_known FILE CALENDAR --series COLUMN[,COLUMN] [--period P] [--horizon H] [--ends K] [--skip K] [--pool NAME] [--month M] [--measure level]
// --skip leaves the last K ends alone (for choosing), --month looks only at errors of that month of the year as well.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <string>

#include "base/text.h"
#include "engines/forecast/forecast.h"
#include "engines/forecast/measures.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Score {
    Mean smape, mase;
    Sums sums;
    double cost = 0;
    void add(std::span<const double> actual, std::span<const double> said, Measured scale) {
        smape.add(forecast::smape(actual, said));
        mase.add(forecast::mase(actual, said, scale));
        for (std::size_t h = 0; h < actual.size(); ++h) sums.add(actual[h], said[h]);
    }
    void print(const char* name, double count) const {
        std::printf("%-10s sMAPE %7.3f  MASE %6.4f  WAPE %6.3f %%  bias %+6.2f %%  %7.3f ms an end\n", name, smape.value().value_or(0), mase.value().value_or(0), sums.wape().value_or(0) * 100, sums.bias().value_or(0) * 100, cost / count * 1000);
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "bench_forecast_known FILE CALENDAR --series COLUMN ...\n"), 2;
    ReadOptions reading;
    PrepareOptions preparing;
    std::size_t ends = 3, skip = 0;
    int horizon = 12;
    std::int64_t month = 0;
    const Pool* pool = find_pool("quick");
    for (int i = 3; i + 1 < argc; i += 2) {
        const std::string option = argv[i], value = argv[i + 1];
        if (option == "--series") reading.series = split(value, ',');
        else if (option == "--period") preparing.frequency = parse_frequency(value);
        else if (option == "--horizon") horizon = std::stoi(value);
        else if (option == "--ends") ends = std::stoul(value);
        else if (option == "--skip") skip = std::stoul(value);
        else if (option == "--pool") pool = find_pool(value);
        else if (option == "--measure") preparing.measure = value == "level" ? Measure::level : Measure::sum;
        else if (option == "--month") month = std::stoi(value);
        else return std::fprintf(stderr, "What is %s?\n", option.c_str()), 2;
    }
    const Calendar* calendar = Calendar::find(argv[2]);
    if (calendar == nullptr || pool == nullptr) return std::fprintf(stderr, "There is no such calendar or pool\n"), 2;
    auto reader = SeriesReader::open(argv[1], reading);
    if (!reader) return std::fprintf(stderr, "%s\n", reader.refused().message().c_str()), 1;
    preparing.file_frequency = (*reader)->facts().frequency;
    preparing.first_day = (*reader)->facts().first_day;
    preparing.last_day = (*reader)->facts().last_day;
    const Known known(calendar, {}, {});
    Score with, without, with_month, without_month;
    std::map<std::string, std::size_t> found;
    std::size_t count = 0, used = 0, better = 0;
    double effects_cost = 0;
    for (;;) {
        auto batch = (*reader)->next(256);
        if (!batch || batch->empty()) break;
        for (const ReadSeries& one : *batch) {
            if (one.fault) continue;
            const auto series = prepare(one.series, preparing);
            if (!series || series->ended) continue;
            const std::size_t n = series->values.size(), h = static_cast<std::size_t>(horizon);
            for (std::size_t end = skip; end < skip + ends; ++end) {
                if (n < (end + 1) * h + 3 * static_cast<std::size_t>(series->season)) break;
                const std::size_t origin = n - (end + 1) * h;
                const Measured scale = absolute_scale(std::span(series->values).first(origin), series->scale_season);
                double begun = seconds();
                const HeldOut plain = hold_out({pool, Bounds::robust, nullptr, nullptr}, *series, origin, horizon);
                without.cost += seconds() - begun;
                begun = seconds();
                const auto effects = std::make_shared<const Effects>(find_effects(known, *series, origin, horizon));
                effects_cost += seconds() - begun;
                const HeldOut held = hold_out({pool, Bounds::robust, nullptr, &known}, *series, origin, horizon, nullptr, effects);
                with.cost += seconds() - begun;
                ++count;
                used += effects->found.empty() ? 0 : 1;
                for (const Effect& effect : effects->found) ++found[effect.name];
                without.add(plain.actual, plain.outlook.mean, scale);
                with.add(held.actual, held.outlook.mean, scale);
                better += mase(held.actual, held.outlook.mean, scale).value_or(0) < mase(held.actual, plain.outlook.mean, scale).value_or(0) ? 1 : 0;
                for (std::size_t step = 0; step < held.actual.size(); ++step) {
                    const Period period = series->first.after(static_cast<std::int64_t>(origin + step));
                    if (month == 0 || period.frequency == Frequency::number || first_day(period).month() != month) continue;
                    without_month.add(std::span(plain.actual).subspan(step, 1), std::span(plain.outlook.mean).subspan(step, 1), scale);
                    with_month.add(std::span(held.actual).subspan(step, 1), std::span(held.outlook.mean).subspan(step, 1), scale);
                }
            }
        }
    }
    std::printf("%zu ends; effects used in %zu, better in %zu; finding them %.3f ms an end\n", count, used, better, effects_cost / static_cast<double>(count) * 1000);
    without.print("without", static_cast<double>(count));
    with.print("with", static_cast<double>(count));
    if (month > 0) {
        std::printf("only month %d:\n", static_cast<int>(month));
        without_month.print("without", static_cast<double>(count));
        with_month.print("with", static_cast<double>(count));
    }
    for (const auto& [name, times] : found) std::printf("  %s %zu\n", name.c_str(), times);
    return 0;
}
