// What is known of past and open imports, kept beside the records by the import's id, and where their files lie.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "derive/exchange/file_look.h"
#include "store/store.h"

namespace fairlead::derive {

struct ImportHead {
    Id id{}, user{}, batch{}, job{};    // user: none for the command line
    std::string filename, entity, state = "open", user_name;  // state: open, running, done, failed, undone
    std::int64_t rows = 0;
    Instant created{};
    bool stop = false;                  // somebody wants it taken back while it runs
};

class ImportShelf {
  public:
    // Kinds of rows in the store.
    static constexpr std::string_view heads = "import", looks = "import_look", plans = "import_plan", checks = "import_check", results = "import_result";
    // `folder` is made when it is needed, readable by this user alone.
    ImportShelf(store::Store& store, std::string folder) : store_(store), folder_(std::move(folder)) {}

    std::string kept(std::string_view kind, Id id) const { return store_.fetch(kind, id.text()).value_or(""); }
    void keep(std::string_view kind, Id id, std::string_view json) { store_.put(kind, id.text(), json); }
    void keep(const ImportHead& head);
    void keep(Id id, const FileLook& look);
    std::optional<ImportHead> head(Id id) const;
    std::vector<ImportHead> all() const;
    std::optional<ImportHead> of_batch(Id batch) const;
    std::optional<FileLook> look(Id id) const;

    std::string file_of(Id id) const { return folder_ + "/" + id.text() + ".upload"; }
    std::string refused_of(Id id) const { return folder_ + "/" + id.text() + ".refused.csv"; }
    std::string odd_of(Id id) const { return folder_ + "/" + id.text() + ".odd.csv"; }
    Result<void> make_folder() const;
    // Takes the file at `path` in, moved where `moved` and that can be.
    Result<void> take_in(Id id, const std::string& path, const std::string& filename, bool moved);
    void drop(Id id);
    // Files of people do not lie about for ever: uploads that nobody went on with, and those that are long done.
    void tidy(Instant now);

  private:
    store::Store& store_;
    std::string folder_;
};

}  // namespace fairlead::derive
