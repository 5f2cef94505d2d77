// Any bytes as a file of series: read whole or refused, each series prepared or refused, and twice the same.
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engines/forecast/reader.h"
#include "fuzz/seeds.h"

using namespace fairlead;
using namespace fairlead::forecast;

namespace {

const std::string& scratch() {
    static const std::string path = "/tmp/fairlead-fuzz-series-" + std::to_string(::getpid());
    return path;
}

std::size_t read_all(SeriesReader& reader, std::size_t most) {
    std::size_t sum = 0;
    for (;;) {
        const auto batch = reader.next(most);
        if (!batch || batch->empty()) return sum;
        for (const ReadSeries& one : *batch) {
            sum = sum * 31 + one.series.observations.size() + one.series.id.size();
            if (one.fault) continue;
            PrepareOptions options;
            options.file_frequency = reader.facts().frequency;
            options.last_day = reader.facts().last_day;
            const auto series = prepare(one.series, options);
            if (!series) continue;
            if (series->values.empty()) std::abort();
            for (const double value : series->values)
                if (!std::isfinite(value)) std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::FILE* file = std::fopen(scratch().c_str(), "wb");
    if (file == nullptr) std::abort();
    std::fwrite(data, 1, size, file);
    std::fclose(file);
    const auto reader = SeriesReader::open(scratch());
    if (!reader) return 0;
    const std::size_t first = read_all(**reader, 3);
    if ((*reader)->rewind() && read_all(**reader, 7) != first) std::abort();
    return 0;
}

std::vector<std::string> fuzz_seeds() {
    return {"A,1,2,3\nB,4\n", "series,period,value\nA,2026-01,1\nA,2026-02,2\n", "sku;2026-01;2026-02\nA;1,5;2\n", "Region,Order Date,Sales\nN,1/3/2018,5\nS,1/13/2018,6\nN,2/5/2018,\"1,234.5\"\n", "A\n\n,,1\n", "date,y\n2026-W53,1\n2027-W01,NA\n"};
}
std::vector<std::string> fuzz_words() { return {"\"", ",", ";", "\n", "\r\n", "2026-W53", "9999-12-31", "0001-01", "1/2/2026", "31/12/2026", "Q4 2026", "T00:00", "1e308", "-", "NA", "(1)", "1.234,5", "period", "value", "999999999999"}; }
