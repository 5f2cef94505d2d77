// The types that the web interface is built on are those of the catalogue.
#include "derive/typescript.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "modules/modules.h"

using namespace fairlead;

TEST_CASE("The web's types are those of the catalogue (fairlead catalog --types > web/src/catalog/entities.ts)") {
    const auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    std::ifstream file("web/src/catalog/entities.ts");
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    CHECK(text.str() == derive::typescript_types(**catalog));
}
