// Keeping imports.
#include "derive/exchange/import_shelf.h"

#include <sys/stat.h>

#include <filesystem>

namespace fairlead::derive {
namespace {

constexpr std::int64_t open_days = 7, finished_days = 30;

std::string to_json(const ImportHead& head) {
    JsonWriter w;
    w.begin_object().text("id", head.id.text()).text("filename", head.filename).text("entity", head.entity).text("state", head.state).number("rows", head.rows);
    w.text("created", head.created.text()).text("user", head.user ? head.user.text() : "").text("user_name", head.user_name).text("batch", head.batch ? head.batch.text() : "");
    return w.text("job", head.job ? head.job.text() : "").boolean("stop", head.stop).end_object().take();
}

std::optional<ImportHead> head_of(const std::string& stored) {
    const auto json = parse_object(stored);
    if (!json) return std::nullopt;
    ImportHead head;
    head.id = id_in(*json, "id");
    head.filename = text_in(*json, "filename");
    head.entity = text_in(*json, "entity");
    head.state = text_in(*json, "state");
    head.rows = whole_in(*json, "rows");
    head.created = Instant::parse(text_in(*json, "created")).value_or(Instant{});
    head.user = id_in(*json, "user");
    head.user_name = text_in(*json, "user_name");
    head.batch = id_in(*json, "batch");
    head.job = id_in(*json, "job");
    head.stop = flag_in(*json, "stop");
    return head;
}

}  // namespace

void ImportShelf::keep(const ImportHead& head) { keep(heads, head.id, to_json(head)); }

void ImportShelf::keep(Id id, const FileLook& look) {
    JsonWriter w;
    w.begin_object();
    write_look(w, look);
    keep(looks, id, w.end_object().take());
}

std::optional<ImportHead> ImportShelf::head(Id id) const { return head_of(kept(heads, id)); }

std::vector<ImportHead> ImportShelf::all() const {
    std::vector<ImportHead> out;
    for (const auto& [key, stored] : store_.fetch_all(heads))
        if (auto one = head_of(stored)) out.push_back(std::move(*one));
    return out;
}

std::optional<ImportHead> ImportShelf::of_batch(Id batch) const {
    for (ImportHead& head : all())
        if (head.batch == batch) return std::move(head);
    return std::nullopt;
}

std::optional<FileLook> ImportShelf::look(Id id) const {
    const auto json = parse_object(kept(looks, id));
    return json ? std::optional(read_look(*json)) : std::nullopt;
}

Result<void> ImportShelf::make_folder() const {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) return refuse(Why::unavailable, "cannot_write", "The folder " + folder_ + " cannot be made: " + failed.message(), {}, {{"file", folder_}});
    ::chmod(folder_.c_str(), 0700);
    return {};
}

Result<void> ImportShelf::take_in(Id id, const std::string& path, const std::string& filename, bool moved) {
    FAIRLEAD_TRY(make_folder());
    std::error_code failed;
    if (moved) std::filesystem::rename(path, file_of(id), failed);
    if (!moved || failed) {
        failed.clear();
        std::filesystem::copy_file(path, file_of(id), failed);
    }
    if (failed) return refuse(Why::unavailable, "cannot_write", "The file cannot be kept: " + failed.message() + ". The disk may be full", {}, {{"file", filename}});
    return {};
}

void ImportShelf::drop(Id id) {
    std::error_code ignored;
    std::filesystem::remove(file_of(id), ignored);
    std::filesystem::remove(refused_of(id), ignored);
    std::filesystem::remove(odd_of(id), ignored);
    for (const std::string_view kind : {heads, looks, plans, checks, results}) keep(kind, id, {});
}

void ImportShelf::tidy(Instant now) {
    constexpr std::int64_t day = 86'400'000'000;
    for (const ImportHead& head : all()) {
        if (head.state == "running") continue;
        const std::int64_t age = now.micros - head.created.micros;
        if (head.state == "open" && age > open_days * day) {
            drop(head.id);
        } else if (age > finished_days * day) {
            std::error_code ignored;
            std::filesystem::remove(file_of(head.id), ignored);
            std::filesystem::remove(refused_of(head.id), ignored);
            std::filesystem::remove(odd_of(head.id), ignored);
        }
    }
}

}  // namespace fairlead::derive
