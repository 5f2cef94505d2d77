// A child process that works until it is killed with -9, and what it had acknowledged by then.
#pragma once
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

namespace fairlead::tests {

// Runs `work`, which never returns and writes an Acknowledged (shorter than a pipe's atomic write) to the pipe after
// each answer of the store, and kills it at a moment that `chance` chooses, `most_ms` after its first word at the latest.
template <class Acknowledged>
std::vector<Acknowledged> run_until_killed(const std::function<void(int pipe)>& work, std::mt19937& chance, unsigned most_ms) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        close(ends[0]);
        work(ends[1]);
        _exit(9);
    }
    close(ends[1]);
    std::vector<Acknowledged> seen;
    Acknowledged one;
    const auto next = [&] { return ::read(ends[0], &one, sizeof one) == sizeof one; };
    REQUIRE(next());  // it has begun
    seen.push_back(one);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(chance() % most_ms);
    while (std::chrono::steady_clock::now() < until && next()) seen.push_back(one);
    REQUIRE(::kill(child, SIGKILL) == 0);
    while (next()) seen.push_back(one);
    close(ends[0]);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    return seen;
}

// How often to kill: FAIRLEAD_KILLS, else `usual`.
inline int kills_wished(int usual) {
    const char* wished = std::getenv("FAIRLEAD_KILLS");
    return wished ? std::atoi(wished) : usual;
}

}  // namespace fairlead::tests
