// A driver for fuzz targets without libFuzzer: mutates seeds and a dictionary for as many seconds as told, from a
// fixed seed, and prints the input that it was at when the target aborts.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <unistd.h>
#include <vector>

#include "fuzz/seeds.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace {

std::string current;

void show_and_die(int signal_number) {
    // Only calls that are allowed in a signal handler.
    const char head[] = "\nthe input was:\n";
    (void)!write(2, head, sizeof head - 1);
    (void)!write(2, current.data(), current.size());
    (void)!write(2, "\n", 1);
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
}

}  // namespace

int main(int count, char** arguments) {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 20;
    std::mt19937 random(count > 2 ? static_cast<unsigned>(std::atoi(arguments[2])) : 1U);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (const int s : {SIGABRT, SIGSEGV, SIGFPE, SIGILL}) std::signal(s, show_and_die);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    std::vector<std::string> pool = fuzz_seeds();
    const std::vector<std::string> words = fuzz_words();
    const std::size_t first = pool.size();
    long runs = 0;
    while ((runs & 255) != 0 || std::chrono::steady_clock::now() < end) {
        std::string input = pool[below(pool.size())];
        for (std::size_t changes = 1 + below(6); changes > 0; --changes) {
            const std::size_t at = input.empty() ? 0 : below(input.size());
            switch (below(6)) {
                case 0: input.insert(at, words[below(words.size())]); break;
                case 1: input.erase(at, 1 + below(8)); break;
                case 2: input.insert(at, 1, static_cast<char>(below(256))); break;
                case 3: input += pool[below(pool.size())].substr(0, 1 + below(40)); break;
                case 4: input.insert(at, input.substr(below(input.size() + 1), 1 + below(20))); break;
                default: if (!input.empty()) input[at] = static_cast<char>(' ' + below(95));
            }
        }
        if (input.size() > 4096) input.resize(4096);
        current = input;
        LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(input.data()), input.size());
        if (below(200) == 0) (pool.size() < 500 ? pool.emplace_back() : pool[first + below(pool.size() - first)]) = input;
        ++runs;
    }
    std::printf("%ld inputs in %d seconds\n", runs, seconds);
    return 0;
}
