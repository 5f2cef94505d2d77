// The types that the web interface is built on are those of the catalogue.
#include "derive/typescript.h"

#include <doctest/doctest.h>

#include "modules/modules.h"
#include "support/files.h"

using namespace fairlead;

TEST_CASE("The web's types are those of the catalogue (fairlead catalog --types > web/src/catalog/entities.ts)") {
    const auto catalog = model::Catalog::build(all_modules());
    REQUIRE(catalog);
    CHECK(testing::content("web/src/catalog/entities.ts") == derive::typescript_types(**catalog));
}
