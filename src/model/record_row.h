// A record as a formula sees it inside a transaction: dotted paths and relations are followed through Records.
#pragma once
#include <forward_list>
#include <optional>

#include "formula/formula.h"
#include "model/records.h"

namespace fairlead::model {

class RecordRow final : public formula::Row {
  public:
    // Both must outlive the row.
    RecordRow(Records& records, const Record& record) : records_(records), record_(record) {}
    Value value(const std::vector<formula::PathStep>& path) const override;
    void related(const std::vector<formula::PathStep>& path,
                 const std::function<void(const formula::Row&)>& each) const override;

  private:
    // The record that `id` names, null when there is none. Formulas of one record ask for the same few again and again.
    const Record* reached(const EntityInfo& entity, Id id) const;
    // The record at the end of all steps but the last, or nothing on the way.
    const Record* walk(const std::vector<formula::PathStep>& path) const;

    Records& records_;
    const Record& record_;
    struct Reached {
        const EntityInfo* entity;
        Id id;
        std::optional<Record> record;
    };
    mutable std::forward_list<Reached> reached_;
};

// Checks a formula kept as text in a record (an entry requirement, a policy) once and remembers the outcome
// for this catalogue. Thread-safe.
Result<formula::Formula> checked_once(const Catalog& catalog, std::string_view entity, const std::string& text, Type expected);

}  // namespace fairlead::model
