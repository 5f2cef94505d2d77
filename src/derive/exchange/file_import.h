// The import of one file by a plan: every row is read and rehearsed first, then the good ones are written as one
// batch; memory does not grow with the file but for a few bytes a row (keys, and which rows are refused).
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "derive/exchange/compact_table.h"
#include "derive/exchange/file_look.h"
#include "derive/exchange/import_plan.h"
#include "derive/exchange/key_index.h"
#include "derive/exchange/refusal_groups.h"
#include "derive/exchange/row_reader.h"
#include "derive/exchange/way.h"
#include "store/store.h"

namespace fairlead::derive {

struct CheckResult {
    bool complete = false;       // every row was looked at
    std::int64_t checked = 0, create = 0, update = 0, skip = 0, unchanged = 0, duplicate = 0, refused = 0;
    std::int64_t kept = 0;       // rows of which a value edited here stands against the file's
    struct Edited {
        std::string field;
        std::int64_t rows = 0, contradict = 0;  // contradict: the source says something new as well
        std::int64_t line = 0;   // an example
        std::string ours, theirs;
    };
    std::vector<Edited> edited;  // fields edited here since the last import, whatever is done with them
    // Most rows first; of one reason the values that stand in most rows, then what is left (code "other_values").
    std::vector<RefusedGroup> reasons;
    // Rows that are taken with a value that is odd, or that look like a record they are not found by; likewise in groups.
    std::int64_t odd = 0;
    std::vector<RefusedGroup> odd_reasons;
    double seconds = 0;
};

struct RunResult {
    Id batch{};
    std::int64_t created = 0, updated = 0, unchanged = 0, skipped = 0, refused = 0, kept = 0;
    std::int64_t odd = 0;  // rows taken with an odd value
    bool complete = false;
};

// What whoever runs it hears and says. Every function may be absent.
struct ImportWatch {
    // What is being done ("Checking", "Writing"), how far (0 to 1), and the state to go on from. False: stop at a
    // clean place (refusal "cancelled").
    std::function<bool(const std::string&, double, const std::string&)> progress;
    // A word that makes the step of this name one with its effects (JobContext::step_command).
    std::function<std::string(const std::string&)> step_command;
    std::string state;               // of an earlier run that did not end
    KeyIndexes* indexes = nullptr;   // keys that were read before
    bool others_work = false;        // hold the writer for some 15 ms at a time
    // Who imports, with the rights of this moment; null: no longer anybody. Absent: as at the beginning.
    std::function<std::shared_ptr<const store::Viewer>()> viewer;
};

class FileImport {
  public:
    // `viewer` null: the system (the command line).
    FileImport(store::Store& store, std::shared_ptr<const store::Viewer> viewer, std::string path, const FileLook& look, ImportPlan plan);

    Result<CheckResult> check(const ImportWatch& watch = {});
    // Checks and writes. All or nothing unless the plan is partial: refused as a whole (code "rows_refused") when
    // any row is refused; what a stopped run wrote stays marked with its batch and can be undone.
    Result<RunResult> run(Id batch, const ImportWatch& watch = {});
    // After check or run: the refused rows as they stood in the file, with why, in `language`; nothing when none.
    Result<void> write_refused(const std::string& file, std::string_view language) { return write_rows_of(refused_, file, language); }
    std::int64_t refused_rows() const { return static_cast<std::int64_t>(refused_.size()); }
    // Likewise the rows that were taken and have something odd.
    Result<void> write_odd(const std::string& file, std::string_view language) { return write_rows_of(odd_, file, language); }
    std::int64_t odd_rows() const { return static_cast<std::int64_t>(odd_.size()); }
    const CheckResult& checked() const { return result_; }
    const RunResult& so_far() const { return ran_; }  // of a run that has not ended well

  private:
    enum class Fate : std::uint8_t { create, update, skip, unchanged, duplicate, refused };
    struct KeyEntry {
        std::uint32_t row = 0;        // the first with this key
        std::uint32_t values = 0;     // hash of what it says
        Fate fate = Fate::create;
        bool conflict = false;        // another row says otherwise
    };
    struct UniqueField {
        const model::FieldInfo* field;
        CompactTable<std::uint32_t> rows;
    };
    struct Row {
        std::uint32_t number = 0;     // of the rows after the head, from 0
        ReadRow read;
        Fate fate = Fate::create;
        std::optional<Id> existing;   // by the index; else asked in the transaction
        std::optional<Refused> refused;
        bool kept = false;
        std::vector<CheckResult::Edited> edited;
    };
    using Chunk = std::vector<Row>;
    // Where a run is: positions are numbers of rows, as they are written within their chunk.
    struct Place {
        std::uint32_t reading = 0, position = 0;
    };

    Result<void> prepare(KeyIndexes* indexes);
    Result<void> build_index(KeyIndexes* indexes);
    Result<void> each_chunk(std::size_t rows, const std::function<Result<bool>(Chunk&, double)>& take);
    TableOptions table_options() const;
    std::uint32_t chunk_rows() const;
    Result<void> look_through(const ImportWatch& watch, Place from);
    bool was_written(std::uint32_t row, Place from) const;
    void refuse_followers();
    void note_named(std::uint32_t row, Id id);
    void repeats(Row& row, Chunk& chunk);
    void decide(store::Transaction& open, Row& row, bool rehearse);
    std::optional<model::Record> existing(store::Transaction& open, Row& row);
    void refuse_row(std::uint32_t number, std::int64_t line, const RowFault& fault);
    std::uint32_t why_number(const Refusal& reason);
    void note_odd(const Row& row);
    Result<void> know_likes();
    void note_alike(Row& row);
    using RowsAndWhys = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    Result<void> write_rows_of(const RowsAndWhys& rows, const std::string& file, std::string_view language);
    void take_back(Fate fate);
    void count(Fate fate);
    // What the row says that the record does not, without what stands as it was edited here.
    struct News {
        model::Patch patch;
        bool kept = false;
        std::optional<Refusal> ask;
    };
    News news(const model::Record& known, const ReadRow& read, std::vector<CheckResult::Edited>* edited) const;
    struct Written {
        std::int64_t created = 0, updated = 0, unchanged = 0, skipped = 0, kept = 0;
        std::vector<std::pair<std::uint32_t, Refused>> refused;
        std::vector<std::pair<WantedRecord, Id>> made;
        std::unordered_map<std::uint32_t, Id> named;  // rows that others name, and their records
        double held_ms = 0;          // of the writer
    };
    void expect(store::Transaction& open, const Chunk& chunk, std::size_t begin, std::size_t end) const;
    Result<void> write_rows(store::Transaction& open, Chunk& chunk, std::size_t begin, std::size_t end, const std::vector<std::uint32_t>& left_out, Written& written);
    Result<void> write_row(store::Transaction& open, Row& row, Written& written, std::map<std::string, Id>& made);
    Result<std::size_t> write_slice(Chunk& chunk, Place first, std::size_t begin, std::size_t end, Id batch, const ImportWatch& watch, RunResult& result, double& held_ms);
    store::WriteOptions options(bool creating) const;

    store::Store& store_;
    std::shared_ptr<const store::Viewer> viewer_, reader_viewer_;
    std::string path_;
    FileLook look_;
    ImportPlan plan_;
    std::shared_ptr<const model::Catalog> catalog_;
    const model::EntityInfo& entity_;
    std::unique_ptr<RowReader> reader_;
    std::unique_ptr<HistoryMaker> history_;
    std::unique_ptr<EditedHere> edited_here_;
    void note_edited(const std::vector<CheckResult::Edited>& edited);
    bool unique_key_ = false;                       // one unique text field: asked of the database
    std::shared_ptr<const KeyTable> index_;         // other keys of records that exist
    CompactTable<KeyEntry> keys_;
    OwnRows own_;
    std::vector<Fate> fates_;                       // by row, where rows name each other
    struct Follower {                               // a row that cannot be without the one it names
        std::uint32_t row, named;
        int slot;
        std::int64_t line;
    };
    std::vector<Follower> followers_;
    CompactTable<std::int64_t> named_ids_;          // by row + 1
    std::vector<UniqueField> uniques_;
    RowsAndWhys refused_, odd_;                     // row, why; sorted after the check
    std::vector<Refusal> whys_;
    std::map<std::string, std::uint32_t> why_numbers_;
    RefusalGroups groups_, odd_groups_;
    // Companies by what makes two of them look like one (likeness.h): a record's id, or a row of the file as -1 - row.
    // Nothing where the file holds no companies.
    std::optional<CompactTable<std::int64_t>> likes_;
    int likenesses_left_ = 0;                       // each reads a record
    CheckResult result_;
    RunResult ran_;
};

// `message_of` puts a reason into the reader's language.
std::string to_json(const CheckResult& result, const std::function<std::string(const Refusal&)>& message_of);
std::string to_json(const RunResult& result);

}  // namespace fairlead::derive
