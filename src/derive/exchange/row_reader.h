// A row of a file becomes a patch of a record: every mapped cell read by its field's type and its column's form.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "derive/exchange/import_plan.h"
#include "derive/exchange/own_rows.h"
#include "derive/exchange/record_finder.h"
#include "derive/exchange/table.h"
#include "model/records.h"

namespace fairlead::derive {

// A way to mend many rows at once: the written value is taken for another.
struct ValueRepair {
    std::string field, from, to;
};
struct RowFault {
    Refusal reason;             // field: its name
    std::string value;          // as written
    std::optional<ValueRepair> repair;
    bool by_value = false;      // taking this value for another would mend every row that has it
};
// A record that a cell names, that does not exist and is to be made.
struct WantedRecord {
    int slot = 0;
    const model::EntityInfo* target = nullptr;
    std::string title;
};
struct ReadRow {
    std::int64_t line = 0;
    std::optional<model::Patch> patch;  // values; cleared fields are empty ones
    std::vector<WantedRecord> wanted;
    std::vector<std::pair<int, std::uint32_t>> own;  // slots that name a row of the file, and which
    std::vector<RowFault> faults;
    std::vector<RowFault> odd;          // taken as written: an address that nobody could write to
    std::string key;                    // empty: the plan has none; else the same for rows that mean one record
};

class RowReader {
  public:
    RowReader(store::Store& store, std::shared_ptr<const store::Viewer> viewer, const ImportPlan& plan, const FileLook& look);
    void read(const TableRow& cells, bool ragged, ReadRow& out);
    const model::EntityInfo& entity() const { return *entity_; }
    // The same key of a record that exists; empty where a part of it is.
    std::string key_of(const model::Record& record) const;
    // Rows of the file that its cells may name; kept while it reads.
    void know(const OwnRows* own) { own_ = own; }
    // A missing record was made: later rows find it.
    void note(const WantedRecord& wanted, Id id);
    // Every field that makes up a key or must be unique, and what a row gives for it.
    static std::string comparable(const model::FieldInfo& field, const Value& value, std::string_view country);
    const std::string& country() const { return country_; }

  private:
    struct Column {
        std::size_t index = 0;
        std::string head;
        const model::FieldInfo* field = nullptr;
        const model::EntityInfo* target = nullptr;       // of a reference
        std::string within;                              // of a reference: the field it shares with the target
        ColumnForm form;
        int currency_column = -1;                        // of an amount
        std::map<std::string, std::string> values;
        struct Known {
            Value value;
            std::optional<RowFault> fault;
            bool wanted = false;
            std::uint32_t own = OwnRows::none;
        };
        std::unordered_map<std::string, Known> known;    // references and choices read before
    };
    void look_at_forms(ReadRow& out);
    void read_cell(Column& column, const TableRow& cells, ReadRow& out);
    Value value_of(Column& column, const Cell& cell, const std::string& text, const TableRow& cells, ReadRow& out);
    Value number_of(Column& column, const Cell& cell, const std::string& text, const TableRow& cells, ReadRow& out);
    Value day_or_time(Column& column, const Cell& cell, const std::string& text, ReadRow& out);
    Value reference_of(Column& column, const std::string& text, ReadRow& out);
    Value choice_of(Column& column, const std::string& text, ReadRow& out);
    void fault(ReadRow& out, const Column& column, const std::string& text, std::string code, std::string message, std::vector<std::pair<std::string, std::string>> params = {},
               std::string mend_to = {});

    store::Store& store_;
    std::shared_ptr<const model::Catalog> catalog_;
    const model::EntityInfo* entity_;
    std::shared_ptr<const store::Viewer> viewer_;
    RecordFinder finder_;
    const OwnRows* own_ = nullptr;
    std::vector<Column> columns_;
    std::vector<const model::FieldInfo*> key_;
    bool clear_empty_, create_missing_;
    bool has_forms_ = false;
    std::size_t width_;
    std::string zone_, country_;
    Currency currency_;
};

}  // namespace fairlead::derive
