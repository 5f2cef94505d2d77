// Telling the keeper of a thread's turns, once for waits within waits.
#include "base/turn.h"

namespace fairlead {
namespace {

thread_local TurnKeeper* keeper_here = nullptr;
thread_local int waits_here = 0;

}  // namespace

void set_turn_keeper(TurnKeeper* keeper) { keeper_here = keeper; }

Waiting::Waiting() {
    if (waits_here++ == 0 && keeper_here) keeper_here->pause();
}

Waiting::~Waiting() {
    if (--waits_here == 0 && keeper_here) keeper_here->resume();
}

}  // namespace fairlead
