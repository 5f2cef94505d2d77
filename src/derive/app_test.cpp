// The threads that finish answers.
#include "derive/app.h"

#include <doctest/doctest.h>

#include <atomic>

using namespace fairlead::derive;

TEST_CASE("What waits is finished, and the last owner of the threads may be a piece of their own work") {
    for (int turn = 0; turn < 200; ++turn) {
        auto owner = std::make_shared<Finisher>(2);
        const std::weak_ptr<Finisher> gone = owner;
        const auto done = std::make_shared<std::atomic<int>>(0);
        for (int i = 0; i < 5; ++i) owner->post([owner, done] { ++*done; });
        owner.reset();
        while (!gone.expired()) std::this_thread::yield();
        CHECK(*done == 5);
    }
}
