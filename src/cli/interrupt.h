// Ctrl-C in a long command: what has been begun stops at the next step, and nothing half done is left.
#pragma once
#include <csignal>

#include "base/result.h"

namespace fairlead::cli {

inline volatile std::sig_atomic_t interrupt_came = 0;

inline void watch_interrupts() {
    interrupt_came = 0;
    std::signal(SIGINT, [](int) { interrupt_came = 1; });
}
inline bool interrupted() { return interrupt_came != 0; }
inline Refused stopped() { return refuse(Why::unavailable, "stopped", "Stopped; nothing was written"); }

}  // namespace fairlead::cli
