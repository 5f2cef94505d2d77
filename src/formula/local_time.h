// A moment on the clock of the organisation.
#pragma once
#include "formula/formula.h"

namespace fairlead::formula {

struct LocalTime {
    Date day;
    std::int64_t micros = 0;  // since midnight, as the clock shows it
};
inline LocalTime local_time(Instant instant, const Context& context) {
    const Instant shown = clock_reading(instant, context.zone);
    const Date day = date_in_zone(instant, context.zone);
    return {day, shown.micros - std::int64_t{day.days} * 86'400'000'000};
}

}  // namespace fairlead::formula
