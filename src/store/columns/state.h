// What the columns consist of, and how a question is asked of them: under one shared lock, with remembered sets of
// rows (what a viewer may see, what a filter finds) brought up to date by looking again at the rows that changed.
#pragma once
#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/columns/block_sums.h"
#include "store/columns/columns.h"
#include "store/columns/memos.h"
#include "store/columns/predicate.h"
#include "store/columns/table.h"

namespace fairlead::store::columns {

// Many readers or one writer; a writer that waits lets no new reader in, so that scans cannot starve it.
class Turnstile {
  public:
    void lock() {
        gate_.lock();
        mutex_.lock();
        gate_.unlock();
    }
    void unlock() { mutex_.unlock(); }
    void lock_shared() {
        gate_.lock();
        mutex_.lock_shared();
        gate_.unlock();
    }
    void unlock_shared() { mutex_.unlock_shared(); }

  private:
    std::mutex gate_;
    std::shared_mutex mutex_;
};

// What several wait for is made by one of them.
class OneMakes {
  public:
    // Makes it, or waits until whoever is making it has ended: look for it again afterwards.
    template <class Make>
    void once(const std::string& what, Make make) {
        {
            std::unique_lock lock(mutex_);
            if (!being_made_.insert(what).second) {
                ended_.wait(lock, [&] { return !being_made_.contains(what); });
                return;
            }
        }
        struct End {
            OneMakes& turns;
            const std::string& what;
            ~End() {
                {
                    const std::scoped_lock lock(turns.mutex_);
                    turns.being_made_.erase(what);
                }
                turns.ended_.notify_all();
            }
        } const end{*this, what};
        make();
    }

  private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::set<std::string> being_made_;
};

// What an answer rests on besides its own table's rows. Stamps say when each last changed.
struct Rests {
    std::vector<std::pair<const Column*, std::uint64_t>> columns;    // of other tables, or reached over a path
    std::vector<std::pair<const Table*, std::uint64_t>> existence;   // which records of a table live
    std::vector<std::pair<const Table*, std::uint64_t>> sight;       // what the viewer sees of a table
};

struct Answer {
    RowSet rows;
    std::uint64_t stamp = 0;    // of the table when it was right
    std::uint64_t changed = 0;  // when its rows last became others
    Rests rests;
};
using AnswerPointer = std::shared_ptr<const Answer>;

// How well the newest rows that match a search fit it.
struct Ranked {
    std::uint64_t stamp = 0;
    std::vector<std::pair<std::uint32_t, std::uint8_t>> ranks;  // by row, ascending
    std::size_t bytes() const { return ranks.capacity() * sizeof(ranks.front()); }
};

// The texts of a dictionary in their order.
struct TextRanks {
    std::vector<std::pair<std::string, std::uint32_t>> sorted;  // by sort key, with the code
    std::vector<Uint128> ranks;                                 // by code: even, equal texts share one
    std::size_t bytes() const {
        std::size_t sum = sorted.capacity() * sizeof(sorted.front()) + ranks.capacity() * sizeof(ranks.front());
        for (const auto& one : sorted) sum += one.first.capacity();
        return sum;
    }
};

struct Plan {
    PredicatePointer root;
    Rests rests;
    bool within_live = false;  // only live records count
};

// Remembered answers by key, the least recently used leave first.
class Answers {
  public:
    explicit Answers(std::size_t bytes_most) : bytes_most_(bytes_most) {}
    AnswerPointer find(const std::string& key);
    void put(const std::string& key, AnswerPointer answer);
    void clear();
    void set_most(std::size_t bytes);
    std::size_t bytes() const;

  private:
    struct Entry {
        AnswerPointer answer;
        std::size_t bytes = 0;
        std::list<std::string>::iterator place;
    };
    mutable std::mutex mutex_;
    std::size_t bytes_most_, bytes_ = 0;
    std::list<std::string> order_;  // newest use first
    std::unordered_map<std::string, Entry> entries_;
};

class Asking;
using Compile = std::function<Plan(Asking&)>;

// Thrown by Asking when an answer has to be made by a scan: the lock is given back, the scan runs block by block,
// and the question is asked again.
struct Missing {
    std::string key;
    const Table* table;
    Compile compile;
};

// Likewise for a sort order.
struct MissingOrder {
    const Table* table;
    const Column* column;
    std::uint64_t generation;
};

// Where the question cannot be answered from columns.
struct Cannot {
    std::string why;
};

class Orders;
class Inverses;

}  // namespace fairlead::store::columns

namespace fairlead::store {

class Columns::State {
  public:
    State(std::shared_ptr<const model::Catalog> catalog, formula::Context context, Limits limits);
    ~State();

    void make_tables(std::shared_ptr<const model::Catalog> catalog);
    columns::Table* table(std::string_view entity) const;
    columns::Table& need(std::string_view entity) const;
    void evaluate_again();  // the stored computed fields, of every record
    // Fills the computed fields that are held, ready for Table::put.
    void complete(Record& record) const;
    // The same beside the record, where there is anything to fill.
    const Record& completed(const Record& record, Record& room) const;
    // Records of one entity that is being loaded. Others read and commit meanwhile: the lock is held for a column at a time.
    void take(columns::Bulk& bulk);

    std::shared_ptr<const model::Catalog> catalog;
    formula::Context context;
    Limits limits;
    std::vector<std::unique_ptr<columns::Table>> tables;   // by EntityInfo::number
    std::vector<std::unique_ptr<columns::Table>> retired;  // of earlier catalogues, emptied: a question may hold one
    std::vector<std::shared_ptr<const model::Catalog>> retired_catalogs;
    mutable columns::Turnstile lock;
    std::uint64_t stamp = 0;
    std::uint64_t generation = 0;  // of the catalogue
    mutable columns::Answers answers;
    mutable columns::OneMakes making;
    // What may be remembered grows with the records: an order of ten million takes forty megabytes, and of one order alone
    // nobody's lists are quick.
    void set_limits();
    static constexpr std::size_t sums_least = std::size_t{8} << 20;
    mutable columns::Memos<columns::BlockMemo> sums{sums_least};
    mutable columns::Memos<columns::Ranked> ranks{std::size_t{2} << 20};
    mutable columns::Memos<columns::TextRanks> text_ranks{std::size_t{1} << 20};
    std::unique_ptr<columns::Orders> orders;
    std::unique_ptr<columns::Inverses> inverses;

  private:
    // The computed fields of a bulk: parts more.
    void complete(columns::Bulk& bulk, columns::Table::Filling& filling) const;
    std::vector<std::vector<const model::FieldInfo*>> computed_;  // by EntityInfo::number, in the order of evaluation
};

}  // namespace fairlead::store

namespace fairlead::store::columns {

using State = Columns::State;

// One question, under the shared lock.
class Asking {
  public:
    Asking(const State& state, const Viewer& viewer, const formula::Context& context, Right right, bool in_place);

    const State& state() const { return state_; }
    const Viewer& viewer() const { return viewer_; }
    const formula::Context& context() const { return context_; }
    // The table, loaded; throws Cannot.
    const Table& ready(std::string_view entity) const;

    // Rows within the viewer's reach, whatever their state; null when it is everything.
    AnswerPointer visible(const Table& table);
    // Rows of `table` for which the plan holds.
    AnswerPointer answer(const std::string& key, const Table& table, const Compile& compile);
    // Part of a key: what this viewer's answers on `table` may be shared with.
    const std::string& reach_key();
    bool in_place() const { return in_place_; }

  private:
    bool stands(const Answer& answer);
    AnswerPointer freshen(const std::string& key, const Table& table, AnswerPointer old, const Compile& compile);
    AnswerPointer scan_in_place(const std::string& key, const Table& table, const Compile& compile);
    Plan reach_plan(const Table& table);

    const State& state_;
    const Viewer& viewer_;
    const formula::Context& context_;
    Right right_;
    bool in_place_;
    std::shared_lock<Turnstile> guard_;
    std::map<const Table*, AnswerPointer> visible_;
    std::string reach_key_;
};

void build(const State& state, const Viewer& viewer, const formula::Context& context, Right right, const Missing& missing);
void build(const State& state, const MissingOrder& missing);

// Asks, making what is missing in between. The last attempts keep the lock, so that it ends under any load.
template <class Ask>
auto ask(const State& state, const Viewer& viewer, const formula::Context& context, Ask question, Right right = Right::read) {
    for (int attempt = 0;; ++attempt) {
        std::optional<Missing> missing;
        std::optional<MissingOrder> missing_order;
        {
            Asking asking(state, viewer, context, right, attempt >= 12);
            try {
                return question(asking);
            } catch (Missing& one) {
                missing = std::move(one);
            } catch (const MissingOrder& one) {
                missing_order = one;
            }
        }
        if (missing) build(state, viewer, context, right, *missing);
        else build(state, *missing_order);
    }
}

const Reach& reach_of(const Viewer& viewer, const EntityInfo& entity, Right right);
bool may_read(const Viewer& viewer, const EntityInfo& entity, const FieldInfo& field);
bool sees(const AnswerPointer& visible, std::uint32_t row);
inline bool sees(const AnswerPointer& visible, std::uint32_t row) { return !visible || visible->rows.has(row); }

}  // namespace fairlead::store::columns
