// How far a command has come.
#pragma once
#include <cstdio>
#include <string>
#include <unistd.h>

namespace fairlead::cli {

// One line on the terminal that moves; nothing where there is none.
class Bar {
  public:
    explicit Bar(bool quiet) : shown_(!quiet && isatty(STDERR_FILENO) != 0) {}
    ~Bar() { end(); }
    // Takes the line away.
    void end() {
        if (shown_) std::fprintf(stderr, "\r\033[K");
        shown_ = false;
    }
    bool to(const std::string& what, double share) {
        if (shown_ && (share > last_ + 0.005 || what != what_)) show(what, share);
        return true;
    }

  private:
    void show(const std::string& what, double share) {
        constexpr int width = 30;
        std::string bar(static_cast<std::size_t>(share * width), '#');
        bar.resize(width, '.');
        std::fprintf(stderr, "\r\033[K[%s] %3.0f %%  %s", bar.c_str(), share * 100, what.c_str());
        std::fflush(stderr);
        what_ = what;
        last_ = share;
    }
    bool shown_;
    double last_ = -1;
    std::string what_;
};

}  // namespace fairlead::cli
