// Texts in fewer bytes, and arenas whose chunks are tightened while their rows go on changing.
#include <doctest/doctest.h>

#include <random>

#include "store/columns/texts.h"

namespace fairlead::store::columns {
namespace {

std::string random_text(std::mt19937& random) {
    static const char* const words[] = {"Công ty ", "TNHH ", "Thủy sản ", "Sông Hồng", "Steel ", "Trading ", "line upgrade", ", phase ", "service contract", "\n"};
    std::string text;
    for (std::size_t parts = random() % 6; parts > 0; --parts) {
        if (random() % 5 == 0) text += static_cast<char>(random() % 256);
        else text += words[random() % std::size(words)];
    }
    if (random() % 200 == 0) text.append(300, static_cast<char>('a' + random() % 26));
    return text;
}

}  // namespace

TEST_CASE("Symbols give back every text, whatever they were learned from") {
    std::mt19937 random(1);
    std::vector<std::string> texts;
    for (int i = 0; i < 2000; ++i) texts.push_back(random_text(random));
    std::string every;
    for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
    texts.push_back(every);
    texts.emplace_back();
    std::vector<std::string_view> some(texts.begin(), texts.begin() + 500);
    for (const std::size_t learned_from : {std::size_t{0}, std::size_t{1}, some.size()}) {
        const Symbols symbols = Symbols::learn(std::span(some).first(learned_from));
        std::size_t before = 0, after = 0;
        for (const std::string& text : texts) {
            std::vector<char> coded;
            symbols.encode(text, coded);
            CHECK(coded.size() <= 2 * text.size());
            std::string back = "something else";
            symbols.decode({coded.data(), coded.size()}, back);
            CHECK(back == text);
            before += text.size();
            after += coded.size();
        }
        if (learned_from == some.size()) CHECK(after * 2 < before);
    }
}

TEST_CASE("A tightened chunk reads and changes as before, in less memory") {
    std::mt19937 random(2);
    Arena arena;
    std::vector<std::string> plain(chunk_rows + 1000);
    const auto change = [&](std::uint32_t row) {
        const bool empty = random() % 10 == 0;
        const std::string text = empty ? std::string() : random_text(random);
        arena.set(row, empty ? std::nullopt : std::optional<std::string_view>(text));
        plain[row] = text;
    };
    const auto check = [&] {
        std::string room;
        std::size_t wrong = 0;
        for (std::uint32_t row = 0; row < plain.size(); ++row) wrong += arena.get(row, room).value_or("") != plain[row];
        CHECK(wrong == 0);
    };
    for (std::uint32_t row = 0; row < plain.size(); ++row) change(row);
    const std::size_t before = arena.bytes();
    REQUIRE(arena.loose(0) == std::size_t{0});
    CHECK_FALSE(arena.loose(1));  // still filling
    // A chunk that changes while it is being tightened stays as it is.
    Arena::Chunk late = Arena::tightened(arena.chunk(0));
    plain[7] = "changed meanwhile";
    arena.set(7, plain[7]);
    arena.put_back(0, std::move(late));
    CHECK(arena.loose(0) == std::size_t{0});
    check();
    arena.put_back(0, Arena::tightened(arena.chunk(0)));
    CHECK_FALSE(arena.loose(0));
    CHECK(arena.bytes() * 10 < before * 8);
    check();
    // Changed so often that the chunk is compacted several times.
    for (int i = 0; i < 200'000; ++i) change(static_cast<std::uint32_t>(random() % plain.size()));
    check();
    CHECK(arena.bytes() * 10 < before * 9);
    const std::string same = plain[7];
    CHECK_FALSE(arena.set(7, same.empty() ? std::nullopt : std::optional<std::string_view>(same)));
}

TEST_CASE("Texts that hardly repeat are left as they are") {
    std::mt19937 random(3);
    Arena arena;
    for (std::uint32_t row = 0; row < chunk_rows; ++row) {
        std::string text;
        for (int i = 0; i < 20; ++i) text += static_cast<char>(random() % 256);
        arena.set(row, text);
    }
    const Arena::Chunk tried = Arena::tightened(arena.chunk(0));
    CHECK_FALSE(tried.symbols);
    CHECK(tried.tried);
}

}  // namespace fairlead::store::columns
