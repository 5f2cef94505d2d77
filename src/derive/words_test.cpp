// Every word of the catalogue stands in Vietnamese, and no message file keeps a word that nothing asks for.
#include "derive/words.h"

#include <doctest/doctest.h>

#include <set>

#include "derive/json.h"
#include "modules/modules.h"

using namespace fairlead;
using namespace fairlead::derive;

namespace {
const model::Catalog& catalog() {
    static const auto built = model::Catalog::build(all_modules());
    REQUIRE(built);
    return **built;
}
}  // namespace

TEST_CASE("Message files have exactly the catalogue's paths") {
    std::set<std::string> modules;
    for (const auto& entity : catalog().entities()) modules.insert(entity->module);
    modules.insert("derive");
    std::set<std::string> seen;
    for (const MessageFile& file : message_files()) {
        CAPTURE(file.module);
        const auto parsed = parse_object(file.json);
        REQUIRE(parsed);
        const auto paths = expected_paths(catalog(), file.module);
        const std::set<std::string> expected(paths.begin(), paths.end());
        std::set<std::string> had;
        for (const auto& [path, text] : parsed->members) {
            had.insert(path);
            // Words of refusals are checked against the refusals themselves.
            if (!path.starts_with("refusals.")) CHECK_MESSAGE(expected.contains(path), "stale: " << path);
            CHECK_MESSAGE(!text.text.empty(), "empty: " << path);
        }
        for (const std::string& path : expected) CHECK_MESSAGE(had.contains(path), "missing: " << path);
        seen.insert(std::string(file.module));
    }
    for (const std::string& module : modules) CHECK_MESSAGE(seen.contains(module), "no message file of " << module);
}

TEST_CASE("Labels come in the reader's language, English where there is no other") {
    const auto& opportunity = catalog().need("opportunity");
    CHECK(entity_label(opportunity, "vi") == "Cơ hội");
    CHECK(entity_label(opportunity, "en") == "Opportunity");
    CHECK(entity_label(opportunity, "fr") == "Opportunity");
    CHECK(field_label(opportunity, opportunity.need("created_by"), "vi") == "Người tạo");
    CHECK(choice_label(opportunity, opportunity.need("type"), opportunity.need("type").choices.at(0), "vi") == "Bán mới");
}
