// The turns of threads that compute: as many at once as there are processors, since more of them only take the
// processors, and what they have locked, from each other. A thread that waits for something else says so, and another
// has its turn meanwhile.
#pragma once

namespace fairlead {

class TurnKeeper {
  public:
    virtual ~TurnKeeper() = default;
    virtual void pause() = 0;   // the calling thread waits
    virtual void resume() = 0;  // it goes on, at once
};

// Who keeps the turns of this thread, from now on; null: nobody.
void set_turn_keeper(TurnKeeper* keeper);

// As long as it lives, this thread waits: for another thread, for a database behind a socket.
class Waiting {
  public:
    Waiting();
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
};

}  // namespace fairlead
