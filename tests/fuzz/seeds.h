// What a fuzz target is fed with by the driver of our own (fuzz_main.cpp): inputs to begin with, and words to put in.
#pragma once
#include <string>
#include <vector>

std::vector<std::string> fuzz_seeds();
std::vector<std::string> fuzz_words();
