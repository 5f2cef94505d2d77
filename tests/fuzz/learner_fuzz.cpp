// Any content of a trained file behind a first line that says it is whole: refused, or read, written and read the same, and asked
// about a series without harm.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engines/forecast/forecast.h"
#include "fuzz/seeds.h"

using namespace fairlead;
using namespace fairlead::forecast;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // What it begins with is a file that can be read, or nothing is tried here.
    static const bool begun = static_cast<bool>(Learner::read(Learner::sealed(fuzz_seeds().front())));
    if (!begun) std::abort();
    const std::string body(reinterpret_cast<const char*>(data), size);
    const auto learner = Learner::read(Learner::sealed(body));
    if (!learner) return 0;
    const std::string file = learner->write();
    const auto again = Learner::read(file);
    if (!again || again->write() != file) std::abort();
    Series series;
    series.id = "A";
    series.rhythm = Frequency::year;
    series.values = {5, 6, 8, 7, 9, 11, 10, 12, 13};
    (void)learner->trained_to(series);
    if (const LearnedKind* kind = learner->kind_of(series); kind != nullptr && kind->horizon > 100) return 0;
    for (const double value : forecast_from({find_pool(learner->facts().pool), Bounds::robust, &*learner}, series, series.values.size(), 3).mean)
        if (!std::isfinite(value)) std::abort();
    return 0;
}

std::vector<std::string> fuzz_seeds() {
    std::string names;
    for (const std::string& name : learner_feature_names(std::vector<std::string>{"naive"})) names += (names.empty() ? "\"" : ",\"") + name + "\"";
    return {R"({"pool":"quick","bounds":"robust","trained_on":"","members":["naive"],"inputs":[],"features":[)" + names + R"(],"kinds":[{"frequency":"year","season":1,"horizon":3,"share":0.5,"rounds":1,"series":30,"origins":100,"later_origins":30,"later_each":1,"pool_owa":0.9,"learned_owa":0.8,"blend_owa":0.8,"p":0.01,"why_not":""}],"seen":[[7,8,2020]],"forests":[[)"
            "[0,2,1,2,-1,0.5,-1,-0.5],[-1,1]]]}"};
}
std::vector<std::string> fuzz_words() { return {"-1", "0", "1", "2", "1e308", "1e-320", "null", "[]", "{}", ",", "[", "]", "\"", "99999999999", "0.5", "-0.5", "[-1,1]", "[0,2,1,2,-1,0.5,-1,-0.5]", "true"}; }
