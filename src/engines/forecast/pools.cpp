// The pools there are. Chosen on held-out ends of training series (docs/guide/forecasting.md says which and how).
#include "engines/forecast/pool.h"

namespace fairlead::forecast {
namespace {

PoolMember member(std::string_view name, bool longest = false) {
    const Model* model = find_model(name);
    ensure(model != nullptr, "a pool is made of models that exist");
    return {model, false, longest};
}

}  // namespace

std::span<const Pool> pools() {
    static const std::vector<Pool> all = [] {
        std::vector<Pool> list;
        const Mix sparse{{member("mean"), member("ets_average"), member("ar_seasonal"), member("adida"), member("imapa")}, Combine::median}, few{{member("ses")}, Combine::mean};
        const Mix several{{member("seasonal_naive", true), member("mstl"), member("ar_seasonal")}, Combine::median};
        const Mix lengthy{{member("theta_dynamic"), member("theta_log"), member("ar_seasonal"), member("mstl")}, Combine::median};
        list.push_back({"quick", "Quick pool",
                        {{member("seasonal_naive"), member("ets_average"), member("ces"), member("ar_seasonal")}, Combine::median},
                        {{member("seasonal_naive"), member("ets_average"), member("theta_dynamic"), member("ces")}, Combine::median},
                        several, lengthy,
                        {{member("drift"), member("ets_average"), member("theta_log")}, Combine::median},
                        sparse, few});
        list.push_back({"thorough", "Thorough pool",
                        {{member("seasonal_naive"), member("ets_average"), member("ar_seasonal"), member("mstl"), member("arima")}, Combine::median},
                        {{member("seasonal_naive"), member("ets_average"), member("theta_log"), member("ces"), member("arima")}, Combine::median},
                        several, lengthy,
                        {{member("drift"), member("damped"), member("theta_log"), member("arima")}, Combine::median},
                        sparse, few});
        return list;
    }();
    return all;
}

const Pool* find_pool(std::string_view name) {
    for (const Pool& pool : pools())
        if (pool.name == name) return &pool;
    return nullptr;
}

}  // namespace fairlead::forecast
