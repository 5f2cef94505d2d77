// Checking and writing an import.
#include "derive/exchange/file_import.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>

#include "base/text.h"
#include "derive/app.h"
#include "base/formula_guard.h"
#include "derive/likeness.h"
#include "derive/messages.h"
#include "store/expect.h"

namespace fairlead::derive {

using model::EntityInfo;
using model::FieldInfo;
using model::Meaning;
using model::Patch;
using model::Record;
using store::Transaction;

namespace {

constexpr std::size_t whole_most = 10'000;        // rows that are written in one transaction
constexpr std::size_t rows_read_at_once = 4'000;
constexpr std::size_t whys_most = 10'000;         // different refusals that are kept word by word

// How many rows the writer takes at a time, so that the others who write wait some milliseconds and no longer. What
// counts is the time that it was held: how long the work waited for it says nothing about the next.
class Slices {
  public:
    Slices(std::size_t begin, std::size_t least, std::size_t most) : rows_(begin), least_(least), most_(most) {}
    std::size_t rows() const { return rows_; }
    void took(std::size_t rows, double ms) {
        if (rows == 0) return;
        const double fit = static_cast<double>(rows) * held_ms / std::max(ms, 0.1), now = static_cast<double>(rows_);
        rows_ = std::clamp(static_cast<std::size_t>(std::clamp(fit, now * 0.5, now * 1.5)), least_, most_);
    }

  private:
    static constexpr double held_ms = 15;
    std::size_t rows_, least_, most_;
};

class Stopwatch {
  public:
    double ms() const { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun_).count(); }

  private:
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

std::uint32_t values_hash(const ReadRow& read, std::string_view country) {
    const Patch& patch = *read.patch;
    std::uint64_t hash = 1;
    for (const auto& [slot, value] : patch.sets) {
        const FieldInfo& field = patch.entity->by_slot(slot);
        const bool loose = field.options.meaning == Meaning::email || field.options.meaning == Meaning::phone;
        hash = hash_of(loose ? RowReader::comparable(field, value, country) : to_text(value), hash + static_cast<std::uint64_t>(slot));
    }
    for (const WantedRecord& record : read.wanted) hash = hash_of(fold_case(record.title), hash + static_cast<std::uint64_t>(record.slot));
    for (const auto& [slot, row] : read.own) hash = hash_of(std::to_string(row), hash + static_cast<std::uint64_t>(slot));
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

// What a reader sees as the same is no change: an e-mail address in another case, a telephone written otherwise.
bool same(const FieldInfo& field, const Value& a, const Value& b, std::string_view country) {
    if (a == b) return true;
    if (!a.is<std::string>() || !b.is<std::string>()) return false;
    const bool loose = field.options.meaning == Meaning::email || field.options.meaning == Meaning::phone;
    return loose && RowReader::comparable(field, a, country) == RowReader::comparable(field, b, country);
}

RowFault parent_refused(const FieldInfo& field) {
    return {{"parent_refused", field.name, "The row that it names as " + field.label + " is refused: mend that one first", {{"name", field.label}}}, "", {}, false};
}

Refused cancelled() { return refuse(Why::unavailable, "cancelled", "The import was stopped"); }

std::int64_t whole_of(std::string_view text) {
    const auto decimal = Decimal::parse(text);
    return decimal ? decimal->whole().value_or(0) : 0;
}

}  // namespace

FileImport::FileImport(store::Store& store, std::shared_ptr<const store::Viewer> viewer, std::string path, const FileLook& look, ImportPlan plan)
    : store_(store), viewer_(std::move(viewer)), reader_viewer_(viewer_ ? viewer_ : store::Viewer::system()), path_(std::move(path)), look_(look), plan_(std::move(plan)),
      catalog_(store.catalog()), entity_(catalog_->need(plan_.entity)) {}

Result<void> FileImport::prepare(KeyIndexes* indexes) {
    FAIRLEAD_TRY(check_plan(plan_, *catalog_, *reader_viewer_, look_));
    if (look_.rows > UINT32_MAX) return refuse(Why::too_large, "too_many_rows", "The file has too many rows: split it");
    reader_ = std::make_unique<RowReader>(store_, reader_viewer_, plan_, look_);
    history_ = std::make_unique<HistoryMaker>(store_, entity_);
    edited_here_ = std::make_unique<EditedHere>(store_);
    const FieldInfo* only = plan_.key.size() == 1 ? &entity_.need(plan_.key.front()) : nullptr;
    unique_key_ = only != nullptr && only->options.unique && only->type == Type::text;
    keys_ = {};
    FAIRLEAD_ASSIGN(own_, OwnRows::read(path_, table_options(), plan_, entity_, chunk_rows()));
    reader_->know(&own_);
    fates_.assign(own_.any() ? static_cast<std::size_t>(look_.rows) + 1 : 0, Fate::create);
    followers_.clear();
    named_ids_ = {};
    refused_.clear();
    odd_.clear();
    whys_.clear();
    why_numbers_.clear();
    groups_ = {};
    odd_groups_ = {};
    result_ = {};
    uniques_.clear();
    for (const MappedColumn& mapped : plan_.mapping) {
        const FieldInfo* field = entity_.field(mapped.field);
        const bool is_key = std::find(plan_.key.begin(), plan_.key.end(), mapped.field) != plan_.key.end();
        if (field != nullptr && field->options.unique && !(is_key && plan_.key.size() == 1)) uniques_.push_back({field, {}});
    }
    return build_index(indexes);
}

// As the file was looked at: what was found then is not guessed again.
TableOptions FileImport::table_options() const {
    TableOptions options = options_of(plan_.reading);
    if (options.encoding.empty()) options.encoding = look_.encoding;
    if (options.separator.empty()) options.separator = look_.separator;
    if (options.sheet.empty()) options.sheet = look_.sheet;
    if (plan_.reading.merged.empty()) options.fill_merged = look_.merged == "fill";
    return options;
}

std::uint32_t FileImport::chunk_rows() const { return static_cast<std::uint32_t>(look_.rows <= static_cast<std::int64_t>(whole_most) ? whole_most : rows_read_at_once); }

Result<void> FileImport::build_index(KeyIndexes* indexes) {
    index_ = nullptr;
    if (plan_.key.empty() || unique_key_ || plan_.on_match == OnMatch::create) return {};
    const auto key_of = [this](const Record& record) { return reader_->key_of(record); };
    FAIRLEAD_ASSIGN(index_, indexes != nullptr ? indexes->of(store_, reader_viewer_, entity_, plan_.key, key_of) : index_keys(store_, *reader_viewer_, entity_, plan_.key, key_of));
    return {};
}

Result<void> FileImport::each_chunk(std::size_t rows, const std::function<Result<bool>(Chunk&, double)>& take) {
    FAIRLEAD_ASSIGN(const auto table, open_table(path_, table_options()));
    struct Read {
        Chunk chunk;
        double progress = 0;
        bool more = true;
    };
    TableRow cells;
    std::uint32_t number = 0;
    const std::uint32_t last = plan_.rows > 0 ? static_cast<std::uint32_t>(std::min<std::int64_t>(plan_.rows, UINT32_MAX)) : UINT32_MAX;
    const auto fill = [&](Read& into) -> Result<void> {
        std::size_t used = 0;  // rows keep their memory
        while (used < rows && number < last) {
            FAIRLEAD_ASSIGN(const Table::Next next, table->next(cells));
            if (next == Table::Next::end) {
                into.more = false;
                break;
            }
            if (used == into.chunk.size()) into.chunk.emplace_back();
            Row& row = into.chunk[used++];
            row.number = number++;
            row.fate = Fate::create;
            row.existing.reset();
            row.refused.reset();
            row.kept = false;
            row.edited.clear();
            reader_->read(cells, next == Table::Next::ragged, row.read);
        }
        if (number >= last) into.more = false;
        into.chunk.resize(used);
        into.progress = table->progress();
        return {};
    };
    // The next rows are read while the writer has these; not where writing makes records that reading then finds.
    const bool ahead = !plan_.create_missing;
    Read now, later;
    FAIRLEAD_TRY(fill(now));
    while (!now.chunk.empty()) {
        std::future<Result<void>> reading;
        if (ahead && now.more) reading = std::async(std::launch::async, [&] { return fill(later); });
        const auto go_on = take(now.chunk, now.progress);
        Result<void> read;
        if (reading.valid()) read = reading.get();
        else if (go_on && *go_on && now.more) read = fill(later);
        if (!go_on) return go_on.refused();
        if (!*go_on || !now.more) break;
        if (!read) return read.refused();
        std::swap(now, later);
        later.more = true;
    }
    return {};
}

// ---- Checking ----------------------------------------------------------------------------------------------

void FileImport::count(Fate fate) {
    switch (fate) {
        case Fate::create: ++result_.create; break;
        case Fate::update: ++result_.update; break;
        case Fate::skip: ++result_.skip; break;
        case Fate::unchanged: ++result_.unchanged; break;
        case Fate::duplicate: ++result_.duplicate; break;
        case Fate::refused: ++result_.refused; break;
    }
}

void FileImport::note_named(std::uint32_t row, Id id) {
    bool made = false;
    named_ids_.at(std::uint64_t{row} + 1, made) = id.value;
}

void FileImport::take_back(Fate fate) {
    switch (fate) {
        case Fate::create: --result_.create; break;
        case Fate::update: --result_.update; break;
        case Fate::skip: --result_.skip; break;
        case Fate::unchanged: --result_.unchanged; break;
        case Fate::duplicate: --result_.duplicate; break;
        case Fate::refused: --result_.refused; break;
    }
}

// The file of rows has every row's own words; the report has groups.
std::uint32_t FileImport::why_number(const Refusal& reason) {
    std::string words = reason.code + '\n' + reason.field + '\n' + reason.message;
    if (const auto known = why_numbers_.find(words); known != why_numbers_.end()) return known->second;
    if (whys_.size() < whys_most) {
        whys_.push_back(reason);
        return why_numbers_.emplace(std::move(words), static_cast<std::uint32_t>(whys_.size() - 1)).first->second;
    }
    const Refusal shorter{reason.code, reason.field, reason.code + (reason.field.empty() ? "" : ": " + reason.field), reason.params};
    const auto [at, made] = why_numbers_.try_emplace(shorter.code + '\n' + shorter.field, static_cast<std::uint32_t>(whys_.size()));
    if (made) whys_.push_back(shorter);
    return at->second;
}

void FileImport::refuse_row(std::uint32_t number, std::int64_t line, const RowFault& fault) {
    refused_.emplace_back(number, why_number(fault.reason));
    groups_.add(fault, line);
}

// The keys by which two companies look surely alike: the tax code, and the name with its legal form.
namespace {
std::vector<std::uint64_t> hashes_of(const std::vector<LikeKey>& keys) {
    std::vector<std::uint64_t> hashes;
    for (const LikeKey& key : keys) {
        if (key.text.empty()) continue;
        if (key.field->options.meaning == Meaning::tax_code) hashes.push_back(hash_of(key.text, 1));
        if (key.field->options.meaning == Meaning::company) hashes.push_back(hash_of(key.text, 2 + static_cast<std::uint64_t>(key.name.form)));
    }
    return hashes;
}
}  // namespace

// Where the file holds companies: what those that are there look like.
Result<void> FileImport::know_likes() {
    likes_.reset();
    const FieldInfo* title = entity_.title_slot >= 0 ? &entity_.by_slot(entity_.title_slot) : nullptr;
    const bool companies = title != nullptr && title->options.meaning == Meaning::company && title->options.duplicate_key;
    const bool named = companies && std::any_of(plan_.mapping.begin(), plan_.mapping.end(), [&](const MappedColumn& column) { return column.field == title->name; });
    if (!named || plan_.rows > 0) return {};
    likes_.emplace();
    likenesses_left_ = 20'000;
    store::ListQuery query;
    query.entity = entity_.name;
    query.only.emplace();
    for (const FieldInfo& field : entity_.fields)
        if (field.is_stored() && (field.options.duplicate_key || field.name == "country")) query.only->push_back(field.name);
    return store_.each(*reader_viewer_, query, [&](const Record& record) {
        for (const std::uint64_t hash : hashes_of(like_keys(record, *reader_viewer_, reader_->country()))) {
            bool made = false;
            std::int64_t& entry = likes_->at(hash, made);
            if (made) entry = record.id().value;
        }
        return true;
    });
}

// A row that makes a company which looks like one that is there, or like a row before it, is told; it is taken all the
// same, because another company may have the name.
void FileImport::note_alike(Row& row) {
    if (!likes_ || row.fate != Fate::create || likenesses_left_ <= 0) return;
    Record record(entity_);
    for (const auto& [slot, value] : row.read.patch->sets) record.at(slot) = value;
    const std::vector<LikeKey> keys = like_keys(record, *reader_viewer_, reader_->country());
    const bool has_code = std::any_of(keys.begin(), keys.end(), [](const LikeKey& key) { return key.field->options.meaning == Meaning::tax_code; });
    std::string like;
    const LikeKey* by = nullptr;
    for (const LikeKey& key : keys)
        for (const std::uint64_t hash : hashes_of({key})) {
            bool made = false;
            std::int64_t& entry = likes_->at(hash, made);
            if (made) {
                entry = -1 - static_cast<std::int64_t>(row.number);
                continue;
            }
            const bool is_code = key.field->options.meaning == Meaning::tax_code;
            if ((by != nullptr && !is_code) || entry == -1 - static_cast<std::int64_t>(row.number)) continue;
            if (entry < 0) {
                if (!is_code && has_code) continue;  // two codes are two companies, whatever their names
                like = "a row before it";
                by = &key;
            } else if (--likenesses_left_; const auto other = store_.get(*reader_viewer_, entity_.name, Id{entry})) {
                const auto alike = resemblance(keys, like_keys(*other, *reader_viewer_, reader_->country()));
                if (!alike || alike->like < Like::strong) continue;
                like = "\"" + to_text(other->at(entity_.title_slot)) + "\"";
                by = &key;
            }
        }
    if (by == nullptr) return;
    const bool is_code = by->field->options.meaning == Meaning::tax_code;
    row.read.odd.push_back({{like.front() == '"' ? "looks_like" : "looks_like_row", by->field->name,
                             "\"" + by->written + "\" looks like " + like + ": the same " + (is_code ? "tax code" : "name but for its legal form and accents") + ". It is made all the same",
                             {{"value", by->written}, {"like", like}, {"name", by->field->label}}},
                            by->written, {}, true});
}

// Of a row that is taken.
void FileImport::note_odd(const Row& row) {
    if (row.read.odd.empty() || (row.fate != Fate::create && row.fate != Fate::update)) return;
    ++result_.odd;
    for (const RowFault& fault : row.read.odd) {
        odd_.emplace_back(row.number, why_number(fault.reason));
        odd_groups_.add(fault, row.read.line);
    }
}

// Rows that name the same record: the same again is left out, another statement is refused, both of them, so that
// the order of rows never decides.
void FileImport::repeats(Row& row, Chunk& chunk) {
    if (row.fate == Fate::refused) return;
    if (!row.read.key.empty()) {
        bool made = false;
        KeyEntry& entry = keys_.at(hash_of(row.read.key), made);
        const std::uint32_t values = values_hash(row.read, reader_->country());
        if (made) {
            entry.row = row.number;
            entry.values = values;
        } else if (entry.values == values && !entry.conflict) {
            row.fate = Fate::duplicate;
            return;
        } else {
            const std::string keys = join(plan_.key, ", ");
            const Refusal reason{"same_key_other_values", plan_.key.front(), "Another row has the same " + keys + " and says otherwise: keep one of them, or choose another key", {{"key", keys}}};
            std::string shown = row.read.key;
            while (shown.ends_with('\n')) shown.pop_back();
            if (!entry.conflict) {
                entry.conflict = true;
                if (entry.row >= chunk.front().number) {
                    Row& first = chunk[entry.row - chunk.front().number];
                    first.fate = Fate::refused;
                    first.read.faults.push_back({reason, shown, {}, false});
                } else if (entry.fate != Fate::refused) {
                    take_back(entry.fate);
                    count(Fate::refused);
                    refuse_row(entry.row, 0, {reason, shown, {}, false});
                }
            }
            row.read.faults.push_back({reason, shown, {}, false});
            row.fate = Fate::refused;
            return;
        }
    }
    for (UniqueField& unique : uniques_) {
        const Value* value = row.read.patch->find(unique.field->slot);
        if (value == nullptr || value->empty()) continue;
        bool made = false;
        std::uint32_t& first = unique.rows.at(hash_of(RowReader::comparable(*unique.field, *value, {})), made);
        if (made) {
            first = row.number;
            continue;
        }
        row.read.faults.push_back({{"repeated_in_file", unique.field->name, "Another row of the file has the same " + unique.field->label + ", which only one record may have", {{"name", unique.field->label}}}, to_text(*value), {}, false});
        row.fate = Fate::refused;
    }
}

void FileImport::expect(Transaction& open, const Chunk& chunk, std::size_t begin, std::size_t end) const {
    if (!unique_key_) return;
    std::vector<Value> keys;
    for (std::size_t i = begin; i < end; ++i)
        if (const Value* value = chunk[i].read.patch ? chunk[i].read.patch->find(entity_.slot(plan_.key.front())) : nullptr) keys.push_back(*value);
    store::expect_keys(open, entity_, plan_.key.front(), keys);
}

std::optional<Record> FileImport::existing(Transaction& open, Row& row) {
    if (row.read.key.empty() || plan_.on_match == OnMatch::create) return std::nullopt;
    if (unique_key_) {
        const Value* value = row.read.patch->find(entity_.slot(plan_.key.front()));
        const auto id = value != nullptr ? open.find_by_key(entity_, plan_.key.front(), *value) : std::nullopt;
        return id ? open.find(entity_, *id) : std::nullopt;
    }
    const std::int64_t* id = index_ != nullptr ? index_->find(hash_of(row.read.key)) : nullptr;
    if (id == nullptr) return std::nullopt;
    if (*id == -1) {
        row.refused = refuse(Why::duplicate, "ambiguous_key", "More than one " + entity_.label + " has this " + join(plan_.key, ", ") + ": merge them, or choose another key", plan_.key.front());
        return std::nullopt;
    }
    auto record = open.find(entity_, Id{*id});
    // Changed since the index was made, or another text with the same hash.
    if (!record || !record->at(model::slot_deleted_at).empty() || reader_->key_of(*record) != row.read.key) return std::nullopt;
    return record;
}

FileImport::News FileImport::news(const Record& known, const ReadRow& read, std::vector<CheckResult::Edited>* edited) const {
    News out{Patch(entity_), false, std::nullopt};
    std::vector<int> slots;
    for (const auto& [slot, value] : read.patch->sets)
        if (!same(entity_.by_slot(slot), value, known.at(slot), reader_->country())) {
            out.patch.sets.emplace_back(slot, value);
            slots.push_back(slot);
        }
    for (const auto& [slot, base] : edited_here_->of(known, slots)) {
        const FieldInfo& field = entity_.by_slot(slot);
        const auto at = std::find_if(out.patch.sets.begin(), out.patch.sets.end(), [&, slot = slot](const auto& set) { return set.first == slot; });
        const bool contradicts = !same(field, at->second, base, reader_->country());
        const std::string ours = to_text(known.at(slot)), theirs = to_text(at->second);
        if (edited != nullptr) edited->push_back({field.name, 1, contradicts ? 1 : 0, read.line, ours, theirs});
        const Whose whose = plan_.edited.of(field.name);
        if (whose == Whose::theirs) continue;
        if (whose == Whose::ask && contradicts) {
            out.ask = Refusal{"edited_here", field.name, field.label + " was edited here since the last import (\"" + ours + "\"), and the file says something new (\"" + theirs + "\"): choose whose value stands",
                              {{"name", field.label}, {"ours", ours}, {"theirs", theirs}}};
            continue;
        }
        out.patch.sets.erase(at);
        out.kept = true;
    }
    return out;
}

void FileImport::note_edited(const std::vector<CheckResult::Edited>& edited) {
    for (const CheckResult::Edited& one : edited) {
        auto at = std::find_if(result_.edited.begin(), result_.edited.end(), [&](const CheckResult::Edited& known) { return known.field == one.field; });
        if (at == result_.edited.end()) at = result_.edited.insert(at, {one.field, 0, 0, one.line, one.ours, one.theirs});
        // An example where the two contradict says more.
        if (one.contradict > 0 && at->contradict == 0) at->line = one.line, at->ours = one.ours, at->theirs = one.theirs;
        at->rows += one.rows;
        at->contradict += one.contradict;
    }
}

store::WriteOptions FileImport::options(bool creating) const {
    store::WriteOptions options;
    // A person's rights hold; the command line is the system. A new record may bring what the program keeps
    // otherwise (when it was opened); a stage that changes meets its requirements, unless the system says so.
    options.as_system = viewer_ == nullptr;
    options.through_action = creating || viewer_ == nullptr;
    return options;
}

void FileImport::decide(Transaction& open, Row& row, bool rehearse) {
    if (row.fate == Fate::refused || row.fate == Fate::duplicate) return;
    row.refused.reset();
    const auto known = existing(open, row);
    if (row.refused) return;
    if (known && viewer_ && !open.visible(entity_, known->id())) {
        row.refused = refuse(Why::duplicate, "duplicate", "Another " + entity_.label + " already has the " + entity_.need(plan_.key.front()).label + " of this row", plan_.key.front());
        return;
    }
    store::WriteOptions how = options(!known);
    if (!known) {
        row.fate = Fate::create;
        if (!rehearse) return;
        Patch patch = *row.read.patch;
        std::erase_if(patch.sets, [](const auto& set) { return set.second.empty(); });
        const Way way = history_->way_of(patch, open.now());
        how.effective = way.back().effective;
        if (history_->applies() && way.size() == 1) patch = way.front().patch;
        const auto rehearsed = open.rehearse(patch, Id{}, how);
        if (!rehearsed) {
            Refused refused = rehearsed.refused();
            // What is yet to be made is not missing.
            std::erase_if(refused.reasons, [&](const Refusal& reason) {
                const auto comes = [&](int slot) { return entity_.by_slot(slot).name == reason.field; };
                return reason.code == "required" && (std::any_of(row.read.wanted.begin(), row.read.wanted.end(), [&](const WantedRecord& w) { return comes(w.slot); }) ||
                                                     std::any_of(row.read.own.begin(), row.read.own.end(), [&](const auto& own) { return comes(own.first); }));
            });
            if (!refused.reasons.empty()) row.refused = std::move(refused);
        }
        return;
    }
    row.existing = known->id();
    if (plan_.on_match == OnMatch::skip) {
        row.fate = Fate::skip;
        return;
    }
    row.edited.clear();
    const News said = news(*known, row.read, &row.edited);
    const Patch& patch = said.patch;
    row.kept = said.kept;
    if (said.ask) {
        row.refused = Refused{Why::invalid, {*said.ask}};
        return;
    }
    const bool more = !row.read.wanted.empty() || std::any_of(row.read.own.begin(), row.read.own.end(), [&](const auto& own) { return row.read.patch->find(own.first) == nullptr; });
    if (patch.empty() && !more) {
        row.fate = Fate::unchanged;
        return;
    }
    row.fate = Fate::update;
    if (!rehearse) return;
    if (const auto rehearsed = open.rehearse(patch, known->id(), how); !rehearsed) row.refused = rehearsed.refused();
}

bool FileImport::was_written(std::uint32_t row, Place from) const {
    if (!own_.any()) return row < from.position;
    // Within a chunk rows are written by their depth: of a chunk that was begun, all count as written.
    const std::uint32_t reading = own_.reading_of(row), begin = row / chunk_rows() * chunk_rows();
    return reading < from.reading || (reading == from.reading && begin < from.position);
}

// A row that names a refused one as its parent, and nothing else is known by that name, is refused with it.
void FileImport::refuse_followers() {
    std::sort(followers_.begin(), followers_.end(), [&](const Follower& a, const Follower& b) { return std::pair(own_.depth_of(a.row), a.row) < std::pair(own_.depth_of(b.row), b.row); });
    for (const Follower& follower : followers_) {
        Fate& fate = fates_[follower.row];
        if (fates_[follower.named] != Fate::refused || fate == Fate::refused || fate == Fate::duplicate) continue;
        take_back(fate);
        fate = Fate::refused;
        count(fate);
        refuse_row(follower.row, follower.line, parent_refused(entity_.by_slot(follower.slot)));
    }
}

Result<void> FileImport::look_through(const ImportWatch& watch, Place from) {
    FAIRLEAD_TRY(know_likes());
    Slices slices(200, 50, rows_read_at_once);
    FAIRLEAD_TRY(each_chunk(rows_read_at_once, [&](Chunk& chunk, double share) -> Result<bool> {
        for (Row& row : chunk) {
            if (const std::string* circle = own_.circle_of(row.number))
                row.read.faults.push_back({{"circle_in_file", "", "Rows name each other in a circle, on the lines " + *circle + ": break it at one of them", {{"lines", *circle}}}, "", {}, false});
            row.fate = row.read.faults.empty() ? Fate::create : Fate::refused;
            repeats(row, chunk);
        }
        for (std::size_t begin = 0; begin < chunk.size();) {
            const std::size_t end = std::min(begin + slices.rows(), chunk.size());
            store::Command command;
            command.viewer = viewer_;
            double held_ms = 0;
            const auto looked = store_.write(command, [&](Transaction& open) -> Result<Value> {
                const Stopwatch held;
                expect(open, chunk, begin, end);
                for (std::size_t i = begin; i < end; ++i) decide(open, chunk[i], !was_written(chunk[i].number, from));
                held_ms = held.ms();
                return Value();
            });
            if (!looked) return looked.refused();
            slices.took(end - begin, held_ms);
            begin = end;
        }
        for (Row& row : chunk) {
            ++result_.checked;
            if (row.refused) row.fate = Fate::refused;
            count(row.fate);
            note_edited(row.edited);
            note_alike(row);
            note_odd(row);
            if (row.kept && row.fate != Fate::refused) ++result_.kept;
            if (!fates_.empty()) {
                fates_[row.number] = row.fate;
                if (row.existing && own_.is_named(row.number)) note_named(row.number, *row.existing);
                for (const auto& [slot, named] : row.read.own)
                    if (row.read.patch->find(slot) == nullptr) followers_.push_back({row.number, named, slot, row.read.line});
            }
            if (row.fate == Fate::refused) {
                for (const RowFault& fault : row.read.faults) refuse_row(row.number, row.read.line, fault);
                if (row.refused)
                    for (const Refusal& reason : row.refused->reasons) {
                        const FieldInfo* field = entity_.field(reason.field);
                        const Value* value = field != nullptr && field->slot >= 0 ? row.read.patch->find(field->slot) : nullptr;
                        refuse_row(row.number, row.read.line, {reason, value != nullptr ? to_text(*value) : std::string(), {}, false});
                    }
            }
            if (!row.read.key.empty() && row.fate != Fate::duplicate)
                if (KeyEntry* entry = keys_.find(hash_of(row.read.key)); entry != nullptr && entry->row == row.number) entry->fate = row.fate;
        }
        if (watch.progress && !watch.progress("Checking", share, watch.state)) return cancelled();
        return true;
    }));
    refuse_followers();
    std::sort(refused_.begin(), refused_.end());
    std::sort(odd_.begin(), odd_.end());
    const auto label_of = [&](const std::string& name) { return entity_.field(name) != nullptr ? entity_.need(name).label : name; };
    result_.reasons = groups_.report(label_of);
    result_.odd_reasons = odd_groups_.report(label_of, RefusalGroups::Of::odd);
    groups_ = {};
    odd_groups_ = {};
    likes_.reset();
    result_.complete = plan_.rows == 0 || result_.checked < plan_.rows;
    return {};
}

Result<CheckResult> FileImport::check(const ImportWatch& watch) {
    const auto begun = std::chrono::steady_clock::now();
    FAIRLEAD_TRY(prepare(watch.indexes));
    FAIRLEAD_TRY(look_through(watch, {}));
    result_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    return result_;
}

// ---- Writing -----------------------------------------------------------------------------------------------

Result<void> FileImport::write_row(Transaction& open, Row& row, Written& written, std::map<std::string, Id>& made) {
    // What the row refers to and does not exist is made first.
    for (const WantedRecord& wanted : row.read.wanted) {
        const std::string key = wanted.target->name + '\n' + fold_case(wanted.title);
        auto known = made.find(key);
        if (known == made.end()) {
            Patch patch(*wanted.target);
            patch.set_slot(wanted.target->title_slot, Value(wanted.title));
            store::WriteOptions how;
            how.as_system = viewer_ == nullptr;
            FAIRLEAD_ASSIGN(const Id id, open.create(patch, how));
            known = made.emplace(key, id).first;
            written.made.emplace_back(wanted, id);
        }
        row.read.patch->set_slot(wanted.slot, Value(known->second));
    }
    for (const auto& [slot, named] : row.read.own) {
        const auto now = written.named.find(named);
        const std::int64_t* before = now == written.named.end() ? named_ids_.find(std::uint64_t{named} + 1) : nullptr;
        if (now != written.named.end()) row.read.patch->set_slot(slot, Value(now->second));
        else if (before != nullptr) row.read.patch->set_slot(slot, Value(Id{*before}));
        else if (row.read.patch->find(slot) == nullptr) return Refused{Why::invalid, {parent_refused(entity_.by_slot(slot)).reason}};
    }
    const auto note = [&](Id id) {
        if (own_.is_named(row.number)) written.named.insert_or_assign(row.number, id);
    };
    row.refused.reset();
    const auto known = existing(open, row);
    if (row.refused) return *row.refused;
    if (known && viewer_ && !open.visible(entity_, known->id()))
        return refuse(Why::duplicate, "duplicate", "Another " + entity_.label + " already has the " + entity_.need(plan_.key.front()).label + " of this row", plan_.key.front());
    if (!known) {
        Patch patch = *row.read.patch;
        std::erase_if(patch.sets, [](const auto& set) { return set.second.empty(); });
        FAIRLEAD_ASSIGN(const Id id, create_along(open, history_->way_of(patch, open.now()), options(true)));
        note(id);
        ++written.created;
        return {};
    }
    note(known->id());
    if (plan_.on_match == OnMatch::skip) {
        ++written.skipped;
        return {};
    }
    const News said = news(*known, row.read, nullptr);
    if (said.ask) return Refused{Why::invalid, {*said.ask}};
    written.kept += said.kept ? 1 : 0;
    if (said.patch.empty()) {
        ++written.unchanged;
        return {};
    }
    FAIRLEAD_TRY(open.update(known->id(), said.patch, options(false)));
    ++written.updated;
    return {};
}

Result<void> FileImport::write_rows(Transaction& open, Chunk& chunk, std::size_t begin, std::size_t end, const std::vector<std::uint32_t>& left_out, Written& written) {
    std::map<std::string, Id> made;
    expect(open, chunk, begin, end);
    for (std::size_t i = begin; i < end; ++i) {
        Row& row = chunk[i];
        if (row.fate == Fate::refused || row.fate == Fate::duplicate || std::find(left_out.begin(), left_out.end(), row.number) != left_out.end()) continue;
        const auto result = write_row(open, row, written, made);
        if (result) continue;
        written.refused.emplace_back(row.number, result.refused());
        return result.refused();
    }
    return {};
}

// Writes [begin, end) of the chunk; gives where it ended. A row that is refused now (somebody has changed something
// since it was checked) is left out where the plan is partial, and the slice written without it.
Result<std::size_t> FileImport::write_slice(Chunk& chunk, Place first, std::size_t begin, std::size_t end, Id batch, const ImportWatch& watch, RunResult& result, double& held_ms) {
    std::vector<std::uint32_t> left_out;
    std::vector<std::pair<std::uint32_t, Refused>> refused;
    for (;;) {
        Written written;
        if (watch.viewer) {
            viewer_ = watch.viewer();
            if (!viewer_) return refuse(Why::forbidden, "user_gone", "The person it runs for is no longer active");
            FAIRLEAD_TRY(may(*viewer_, entity_, store::Right::import));
        }
        store::Command command;
        command.viewer = viewer_;
        command.batch = batch;
        command.id = "import";
        if (watch.step_command) {
            command.id = watch.step_command(std::to_string(first.position + begin) + (first.reading > 0 ? "/" + std::to_string(first.reading) : ""));
            command.remember = true;
        }
        const auto done = store_.write(command, [&](Transaction& open) -> Result<Value> {
            written = {};
            const Stopwatch held;
            FAIRLEAD_TRY(write_rows(open, chunk, begin, end, left_out, written));
            written.held_ms = held.ms();
            return Value(std::to_string(first.position + end - 1) + " " + std::to_string(written.created) + " " + std::to_string(written.updated) + " " + std::to_string(written.unchanged) + " " +
                         std::to_string(written.skipped) + " " + std::to_string(written.kept));
        });
        if (!done) {
            if (written.refused.empty() || done.refused().why == Why::unavailable) return done.refused();
            if (!plan_.partial) return done.refused();
            left_out.push_back(written.refused.front().first);
            refused.push_back(written.refused.front());
            continue;
        }
        // Of a step that was written before a kill, the answer of then.
        const std::vector<std::string> parts = split(done->is<std::string>() ? done->as<std::string>() : std::string(), ' ');
        ensure(parts.size() >= 5, "a step of an import answers with its numbers");
        result.created += whole_of(parts[1]);
        result.updated += whole_of(parts[2]);
        result.unchanged += whole_of(parts[3]);
        result.skipped += whole_of(parts[4]);
        result.kept += parts.size() > 5 ? whole_of(parts[5]) : 0;
        held_ms = written.held_ms;
        for (const auto& [wanted, id] : written.made) reader_->note(wanted, id);
        for (const auto& [row, id] : written.named) note_named(row, id);
        for (const auto& [number, why] : refused)
            for (const Refusal& reason : why.reasons) refuse_row(number, 0, {reason, "", {}, false});
        return std::min(chunk.size(), static_cast<std::size_t>(whole_of(parts[0]) + 1 - first.position));
    }
}

Result<RunResult> FileImport::run(Id batch, const ImportWatch& watch) {
    plan_.rows = 0;
    RunResult& result = ran_;
    result = {};
    result.batch = batch;
    Place from;
    if (!watch.state.empty()) {  // "position created updated unchanged skipped reading kept"
        const std::vector<std::string> parts = split(watch.state, ' ');
        if (parts.size() >= 5) {
            if (parts.size() > 5) from.reading = static_cast<std::uint32_t>(whole_of(parts[5]));
            if (parts.size() > 6) result.kept = whole_of(parts[6]);
            from.position = static_cast<std::uint32_t>(whole_of(parts[0]));
            result.created = whole_of(parts[1]);
            result.updated = whole_of(parts[2]);
            result.unchanged = whole_of(parts[3]);
            result.skipped = whole_of(parts[4]);
        }
    }
    FAIRLEAD_TRY(prepare(watch.indexes));
    ImportWatch checking = watch;
    if (watch.progress) checking.progress = [&](const std::string& what, double share, const std::string& state) { return watch.progress(what, share * 0.4, state); };
    FAIRLEAD_TRY(look_through(checking, from));
    result.refused = result_.refused;
    result.odd = result_.odd;
    if (result_.refused > 0 && !plan_.partial) {
        const RefusedGroup& most = result_.reasons.front();
        return refuse(Why::invalid, "rows_refused",
                      std::to_string(result_.refused) + " of " + std::to_string(result_.checked) + " rows are refused, so nothing was imported. Most often: " + most.reason.message +
                          ". Mend them, or import the good rows alone",
                      {}, {{"count", std::to_string(result_.refused)}, {"rows", std::to_string(result_.checked)}, {"reason", most.reason.message}});
    }
    const bool whole = look_.rows <= static_cast<std::int64_t>(whole_most);
    Slices slices(whole ? whole_most : watch.others_work ? 100 : 2'000, 50, 1'000);
    const RowsAndWhys known_refused = refused_;
    const std::uint32_t readings = own_.readings();
    for (std::uint32_t reading = from.reading; reading < readings; ++reading) {
        std::size_t refused_at = 0;
        const std::uint32_t done = reading == from.reading ? from.position : 0;
        FAIRLEAD_TRY(each_chunk(chunk_rows(), [&](Chunk& chunk, double share) -> Result<bool> {
            const Place first{reading, chunk.front().number};
            const std::uint32_t after = chunk.back().number + 1;
            if (after <= done) return true;
            for (Row& row : chunk) {
                while (refused_at < known_refused.size() && known_refused[refused_at].first < row.number) ++refused_at;
                const bool is_refused = refused_at < known_refused.size() && known_refused[refused_at].first == row.number;
                row.fate = is_refused || !row.read.faults.empty() ? Fate::refused : Fate::create;
                if (row.fate == Fate::refused || row.read.key.empty()) continue;
                const KeyEntry* entry = keys_.find(hash_of(row.read.key));
                if (entry != nullptr && entry->row != row.number) row.fate = Fate::duplicate;
            }
            if (own_.any()) {
                // What a row names stands before it.
                std::erase_if(chunk, [&](const Row& row) { return own_.reading_of(row.number) != reading; });
                std::stable_sort(chunk.begin(), chunk.end(), [&](const Row& a, const Row& b) { return own_.depth_of(a.number) < own_.depth_of(b.number); });
            }
            std::size_t begin = done > first.position ? done - first.position : 0;
            while (begin < chunk.size()) {
                const std::size_t end = std::min(begin + slices.rows(), chunk.size());
                double held_ms = 0;
                FAIRLEAD_ASSIGN(const std::size_t next, write_slice(chunk, first, begin, end, batch, watch, result, held_ms));
                if (!whole && watch.others_work && held_ms > 0) slices.took(next - begin, held_ms);
                begin = next;
                const std::string state = std::to_string(begin < chunk.size() ? first.position + begin : after) + " " + std::to_string(result.created) + " " + std::to_string(result.updated) + " " +
                                          std::to_string(result.unchanged) + " " + std::to_string(result.skipped) + " " + std::to_string(reading) + " " + std::to_string(result.kept);
                if (watch.progress && !watch.progress("Writing", 0.4 + 0.6 * (reading + share) / readings, state)) return cancelled();
            }
            return true;
        }));
    }
    std::sort(refused_.begin(), refused_.end());
    std::int64_t rows = 0;
    for (std::size_t i = 0; i < refused_.size(); ++i) rows += i == 0 || refused_[i].first != refused_[i - 1].first;
    result.refused = rows;
    result.complete = true;
    return result;
}

// ---- Rows in their own words ------------------------------------------------------------------------------------------

namespace {

void append_cell(std::string& line, std::string_view text, char separator, bool guard) {
    const std::string written = guard ? guarded(text) : std::string(text);
    if (!line.empty() && line.back() != '\n') line += separator;
    const bool quote = written.find_first_of("\"\r\n") != std::string::npos || written.find(separator) != std::string::npos || written.empty();
    if (!quote) {
        line += written;
        return;
    }
    line += '"';
    for (const char c : written) {
        if (c == '"') line += '"';
        line += c;
    }
    line += '"';
}

}  // namespace

Result<void> FileImport::write_rows_of(const RowsAndWhys& rows, const std::string& file, std::string_view language) {
    FAIRLEAD_ASSIGN(const auto table, open_table(path_, table_options()));
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!out) return refuse(Why::unavailable, "cannot_write", "The file " + file + " cannot be written", {}, {{"file", file}});
    const char separator = look_.separator.size() == 1 ? look_.separator[0] : ',';
    std::string line = "\xEF\xBB\xBF";
    std::vector<std::string> heads(look_.width);
    for (const ColumnLook& column : look_.columns) heads[static_cast<std::size_t>(column.index)] = column.name;
    std::string head;
    for (const std::string& name : heads) append_cell(head, name, separator, false);
    append_cell(head, "reason", separator, false);
    out << line << head << "\r\n";
    TableRow cells;
    std::uint32_t number = 0;
    std::size_t at = 0;
    while (at < rows.size()) {
        FAIRLEAD_ASSIGN(const Table::Next next, table->next(cells));
        if (next == Table::Next::end) break;
        if (rows[at].first == number) {
            line.clear();
            for (std::size_t i = 0; i < std::max(cells.size(), look_.width); ++i) append_cell(line, i < cells.size() ? std::string_view(cells[i].text) : std::string_view(), separator, true);
            std::string reasons;
            for (; at < rows.size() && rows[at].first == number; ++at) reasons += (reasons.empty() ? "" : "; ") + http::message_in(whys_[rows[at].second], language);
            append_cell(line, reasons, separator, true);
            out << line << "\r\n";
        }
        ++number;
    }
    out.flush();
    if (!out) return refuse(Why::unavailable, "cannot_write", "The file " + file + " cannot be written: the disk may be full", {}, {{"file", file}});
    return {};
}

// ---- JSON --------------------------------------------------------------------------------------------------

std::string to_json(const CheckResult& result, const std::function<std::string(const Refusal&)>& message_of) {
    JsonWriter w;
    w.begin_object().boolean("complete", result.complete).number("checked", result.checked).number("create", result.create).number("update", result.update);
    w.number("skip", result.skip).number("unchanged", result.unchanged).number("duplicate", result.duplicate).number("refused", result.refused);
    w.number("kept", result.kept).key("edited").begin_array();
    for (const CheckResult::Edited& one : result.edited) {
        w.begin_object().text("field", one.field).number("rows", one.rows).number("contradict", one.contradict);
        w.key("example").begin_object().number("row", one.line).text("ours", one.ours).text("theirs", one.theirs).end_object().end_object();
    }
    w.end_array();
    const auto groups = [&](const char* name, const std::vector<RefusedGroup>& of) {
        w.key(name).begin_array();
        for (const RefusedGroup& group : of) {
            w.begin_object().text("code", group.reason.code).text("field", group.reason.field).text("message", message_of(group.reason)).number("count", group.count);
            w.key("example").begin_object();
            group.line > 0 ? w.number("row", group.line) : w.key("row").null();
            w.text("value", group.value).end_object().key("repair");
            if (group.repair)
                w.begin_object().text("kind", "map_value").text("field", group.repair->field).text("from", group.repair->from).text("to", group.repair->to).text("label", group.repair->from + " → " + group.repair->to).end_object();
            else w.null();
            w.end_object();
        }
        w.end_array();
    };
    groups("reasons", result.reasons);
    w.number("odd", result.odd);
    groups("odd_reasons", result.odd_reasons);
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.3f", result.seconds);
    w.key("seconds").raw(seconds);
    return w.end_object().take();
}

std::string to_json(const RunResult& result) {
    JsonWriter w;
    w.begin_object().text("batch", result.batch.text()).boolean("complete", result.complete).number("created", result.created).number("updated", result.updated).number("unchanged", result.unchanged);
    return w.number("skipped", result.skipped).number("refused", result.refused).number("kept", result.kept).number("odd", result.odd).end_object().take();
}

}  // namespace fairlead::derive
