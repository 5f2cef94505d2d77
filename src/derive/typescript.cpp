// Writes web/src/catalog/entities.ts.
#include "derive/typescript.h"

#include "base/currencies.h"

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;

namespace {

std::string interface_name(std::string_view entity) {
    std::string out;
    bool up = true;
    for (const char c : entity) {
        if (c == '_') {
            up = true;
            continue;
        }
        out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        up = false;
    }
    return out + "Record";
}

std::string type_of(const FieldInfo& field) {
    switch (field.type) {
        case Type::boolean: return "boolean";
        case Type::whole: return field.options.meaning == model::Meaning::any_record ? "string" : "number";
        case Type::duration: return "number";
        case Type::money: return "Money";
        case Type::reference: return "Reference";
        case Type::choice: {
            std::string out;
            for (const auto& choice : field.choices) out += (out.empty() ? "'" : " | '") + choice.value + "'";
            return out;
        }
        case Type::decimal:
        case Type::percent:
        case Type::text:
        case Type::date:
        case Type::instant: return "string";
        case Type::list: return "unknown[]";
    }
    return "unknown";
}

bool is_served(const EntityInfo& entity) { return entity.access != model::AccessKind::system; }

}  // namespace

std::string typescript_types(const model::Catalog& catalog) {
    std::string out =
        "// The records that the server gives, by kind. Written by `fairlead catalog --types`; a test compares.\n"
        "export interface Reference {\n  id: string;\n  title: string;\n}\n\n"
        "export interface Money {\n  amount: string;\n  currency: string;\n}\n\n";
    for (const auto& entity : catalog.entities()) {
        if (!is_served(*entity)) continue;
        out += "export interface " + interface_name(entity->name) + " {\n";
        for (const FieldInfo& field : entity->fields) {
            if (field.is_many() || field.custom) continue;
            if (field.system && field.slot == model::slot_id) out += "  id: string;\n";
            else if (field.system && field.slot == model::slot_version) out += "  version: number;\n";
            else out += "  " + field.name + ": " + type_of(field) + " | null;\n";
        }
        out += "}\n\n";
    }
    out += "export interface Records {\n";
    for (const auto& entity : catalog.entities())
        if (is_served(*entity)) out += "  " + entity->name + ": " + interface_name(entity->name) + ";\n";
    out += "}\n\nexport type EntityName = keyof Records;\n\nexport const plurals: Record<EntityName, string> = {\n";
    for (const auto& entity : catalog.entities())
        if (is_served(*entity)) out += "  " + entity->name + ": '" + entity->plural + "',\n";
    out += "};\n\n// Currencies in force, by ISO 4217; codes that nobody pays with are not among them.\nexport const currencyCodes = (\n";
    std::string line = "  '";
    const auto end_line = [&](bool last) { out += line + (last ? "'\n" : " ' +\n"), line = "  '"; };
    for (const std::string_view code : active_currencies()) {
        if (line.size() > 100) end_line(false);
        line += (line.size() > 3 ? " " : "") + std::string(code);
    }
    end_line(true);
    return out + ").split(' ');\n";
}

}  // namespace fairlead::derive
