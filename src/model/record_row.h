// A record as a formula sees it inside a transaction: dotted paths and relations are followed through Records.
#pragma once
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
    Records& records_;
    const Record& record_;
};

// Checks a formula kept as text in a record (an entry requirement, a policy) once and remembers the outcome
// for this catalogue. Thread-safe.
Result<formula::Formula> checked_once(const Catalog& catalog, std::string_view entity, const std::string& text, Type expected);

}  // namespace fairlead::model
