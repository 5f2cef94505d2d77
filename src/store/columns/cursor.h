// Cursors: the sort values and the id of the record where a page ends, tied to the query they belong to.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/store.h"

namespace fairlead::store::columns {

struct Cursor {
    std::uint64_t query = 0;              // fingerprint of entity, filter, sort and search
    bool backward = false;                // the page before, not after
    std::int64_t id = 0;
    std::vector<std::string> boundaries;  // one a sort key
};

std::uint64_t fingerprint_of(const ListQuery& query);
std::string encode(const Cursor& cursor);
// Refuses "bad_cursor" and, for another query, "cursor_mismatch".
Result<Cursor> decode(std::string_view text, std::uint64_t query, std::size_t keys);

}  // namespace fairlead::store::columns
