// The lists a company edits itself: industries, regions, customer types, channels, tags, competitors.
#pragma once
#include "model/declare.h"

namespace fairlead::crm {

using namespace model;

inline constexpr Field industry_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "sector|industry|ngành|ngành nghề|lĩnh vực"}),
    whole("position", "Position", {.list = true, .meaning = Meaning::position}),
};
inline constexpr Entity industry_entity{
    .name = "industry", .plural = "industries", .label = "Industry", .label_plural = "Industries", .title = "name", .icon = "factory",
    .fields = industry_fields, .access = AccessKind::open,
};

inline constexpr Field region_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true, .synonyms = "region|vùng|khu vực|miền"}),
    reference("parent", "Part of", "region", {.list = true}),
    whole("position", "Position", {.list = true, .meaning = Meaning::position}),
};
inline constexpr Entity region_entity{
    .name = "region", .plural = "regions", .label = "Region", .label_plural = "Regions", .title = "name", .icon = "globe",
    .fields = region_fields, .access = AccessKind::open,
};

inline constexpr Field customer_type_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true}),
    whole("position", "Position", {.list = true, .meaning = Meaning::position}),
};
inline constexpr Entity customer_type_entity{
    .name = "customer_type", .plural = "customer_types", .label = "Customer type", .label_plural = "Customer types", .title = "name", .icon = "shapes",
    .fields = customer_type_fields, .access = AccessKind::open,
};

inline constexpr Entity channel_entity{
    .name = "channel", .plural = "channels", .label = "Channel", .label_plural = "Channels", .title = "name", .icon = "waypoints",
    .help = "The way a sale reaches the customer: direct, partner, online",
    .fields = customer_type_fields, .access = AccessKind::open,
};

inline constexpr Field tag_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true}),
    text("colour", "Colour", {.list = true, .meaning = Meaning::colour, .length_max = 20}),
};
inline constexpr Entity tag_entity{
    .name = "tag", .plural = "tags", .label = "Tag", .label_plural = "Tags", .title = "name", .icon = "tag",
    .fields = tag_fields, .access = AccessKind::open,
};

inline constexpr Field competitor_fields[] = {
    text("name", "Name", {.required = true, .unique = true, .search = true, .list = true}),
    text("website", "Website", {.list = true, .meaning = Meaning::url}),
    text("strengths", "Strengths", {.long_text = true, .length_max = 5000}),
    text("weaknesses", "Weaknesses", {.long_text = true, .length_max = 5000}),
};
inline constexpr Entity competitor_entity{
    .name = "competitor", .plural = "competitors", .label = "Competitor", .label_plural = "Competitors", .title = "name", .icon = "swords",
    .fields = competitor_fields, .access = AccessKind::open,
};

}  // namespace fairlead::crm
