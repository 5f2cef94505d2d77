// Reading workbooks: the parts of the archive by libzip, their XML by expat, both a piece at a time.
#include "derive/exchange/xlsx_reader.h"

#include <expat.h>
#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>

#include "base/date.h"
#include "base/decimal.h"
#include "base/text.h"

namespace fairlead::derive {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr std::size_t row_bytes = 16u << 20;  // all cells of one row

Refused damaged(std::string_view part) {
    return refuse(Why::invalid, "damaged_workbook", "The workbook is damaged (" + std::string(part) + "): open it in a spreadsheet program and save it anew", {}, {{"part", std::string(part)}});
}
Refused exhausting(std::string_view what) {
    return refuse(Why::too_large, "workbook_too_large", "The workbook holds more than can be read (" + std::string(what) + "): save its sheet as CSV, or split it", {}, {{"what", std::string(what)}});
}

// ---- The archive -------------------------------------------------------------------------------------------

class Archive {
  public:
    static Result<std::unique_ptr<Archive>> open(const std::string& path, const TableLimits& limits) {
        auto archive = std::unique_ptr<Archive>(new Archive(limits));
        int error = 0;
        archive->zip_ = zip_open(path.c_str(), ZIP_RDONLY, &error);
        if (archive->zip_ == nullptr) return damaged("the archive");
        if (zip_get_num_entries(archive->zip_, 0) > static_cast<zip_int64_t>(limits.parts)) return exhausting("too many parts");
        return archive;
    }
    ~Archive() {
        if (zip_ != nullptr) zip_discard(zip_);
    }
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    bool has(const std::string& name) const { return zip_name_locate(zip_, name.c_str(), ZIP_FL_NOCASE) >= 0; }
    zip_t* zip() const { return zip_; }
    const TableLimits& limits() const { return limits_; }

  private:
    explicit Archive(const TableLimits& limits) : limits_(limits) {}
    zip_t* zip_ = nullptr;
    TableLimits limits_;
};

// A part of the archive, unpacked a piece at a time; what it really unpacks to is counted, not what it claims.
class Part {
  public:
    static Result<std::unique_ptr<Part>> open(Archive& archive, const std::string& name) {
        const zip_int64_t index = zip_name_locate(archive.zip(), name.c_str(), ZIP_FL_NOCASE);
        if (index < 0) return damaged(name + " is missing");
        zip_stat_t stat;
        zip_stat_init(&stat);
        if (zip_stat_index(archive.zip(), static_cast<zip_uint64_t>(index), 0, &stat) != 0) return damaged(name);
        if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
            return refuse(Why::invalid, "workbook_protected", "The workbook is protected by a password: save it without one");
        auto part = std::unique_ptr<Part>(new Part(archive.limits(), name));
        part->packed_ = std::max<std::uint64_t>(1, stat.comp_size);
        part->size_ = std::max<std::uint64_t>(1, stat.size);
        part->file_ = zip_fopen_index(archive.zip(), static_cast<zip_uint64_t>(index), 0);
        if (part->file_ == nullptr) return damaged(name);
        return part;
    }
    ~Part() {
        if (file_ != nullptr) zip_fclose(file_);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    // Bytes read; 0 at the end.
    Result<std::size_t> read(char* to, std::size_t most) {
        const zip_int64_t got = zip_fread(file_, to, most);
        if (got < 0) return damaged(name_);
        read_ += static_cast<std::uint64_t>(got);
        if (read_ > limits_.part_bytes || (read_ > limits_.ratio_from && read_ / packed_ > limits_.ratio)) return exhausting(name_);
        return static_cast<std::size_t>(got);
    }
    double progress() const { return std::min(1.0, static_cast<double>(read_) / static_cast<double>(size_)); }

  private:
    Part(const TableLimits& limits, std::string name) : limits_(limits), name_(std::move(name)) {}
    TableLimits limits_;
    std::string name_;
    zip_file_t* file_ = nullptr;
    std::uint64_t packed_ = 1, size_ = 1, read_ = 0;
};

// ---- XML ---------------------------------------------------------------------------------------------------

std::string_view local(const char* name) {
    const std::string_view whole(name);
    const auto colon = whole.rfind(':');
    return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}
std::string_view attribute(const char** attributes, std::string_view name) {
    for (; *attributes != nullptr; attributes += 2)
        if (name == attributes[0] || (name.find(':') == std::string_view::npos && local(attributes[0]) == name)) return attributes[1];
    return {};
}

class XmlHandler {
  public:
    virtual ~XmlHandler() = default;
    virtual void begin(std::string_view name, const char** attributes) = 0;
    virtual void end(std::string_view name) = 0;
    virtual void text(std::string_view) {}
    std::optional<Refused> refused;
};

class Xml {
  public:
    Xml(std::unique_ptr<Part> part, std::string name, XmlHandler& handler) : part_(std::move(part)), name_(std::move(name)), handler_(handler), parser_(XML_ParserCreate(nullptr)) {
        XML_SetUserData(parser_, this);
        XML_SetElementHandler(
            parser_, [](void* self, const char* tag, const char** attributes) { static_cast<Xml*>(self)->begin(tag, attributes); },
            [](void* self, const char* tag) { static_cast<Xml*>(self)->end(tag); });
        XML_SetCharacterDataHandler(parser_, [](void* self, const char* text, int size) { static_cast<Xml*>(self)->handler_.text({text, static_cast<std::size_t>(size)}); });
        // Office files have no document type; entities are how small files become large ones.
        XML_SetStartDoctypeDeclHandler(parser_, [](void* self, const char*, const char*, const char*, int) { static_cast<Xml*>(self)->stop(damaged("a document type")); });
    }
    ~Xml() { XML_ParserFree(parser_); }
    Xml(const Xml&) = delete;
    Xml& operator=(const Xml&) = delete;

    // Goes on until the handler pauses or the part ends; false at the end.
    Result<bool> go_on() {
        for (;;) {
            XML_Status status;
            if (paused_) {
                paused_ = false;
                status = XML_ResumeParser(parser_);
            } else {
                if (ended_) return false;
                void* buffer = XML_GetBuffer(parser_, piece_bytes);
                if (buffer == nullptr) return exhausting(name_);
                FAIRLEAD_ASSIGN(const std::size_t got, part_->read(static_cast<char*>(buffer), piece_bytes));
                ended_ = got == 0;
                status = XML_ParseBuffer(parser_, static_cast<int>(got), ended_);
            }
            if (handler_.refused) return *handler_.refused;
            if (status == XML_STATUS_ERROR) return damaged(name_);
            if (status == XML_STATUS_SUSPENDED) {
                paused_ = true;
                return true;
            }
        }
    }
    void pause() { XML_StopParser(parser_, XML_TRUE); }
    void stop(Refused why) {
        handler_.refused = std::move(why);
        XML_StopParser(parser_, XML_FALSE);
    }
    double progress() const { return part_->progress(); }

  private:
    void begin(const char* tag, const char** attributes) {
        if (++depth_ > 64) return stop(exhausting("nested too deep"));
        handler_.begin(local(tag), attributes);
        if (handler_.refused) XML_StopParser(parser_, XML_FALSE);
    }
    void end(const char* tag) {
        --depth_;
        handler_.end(local(tag));
        if (handler_.refused) XML_StopParser(parser_, XML_FALSE);
    }
    std::unique_ptr<Part> part_;
    std::string name_;
    XmlHandler& handler_;
    XML_Parser parser_;
    bool paused_ = false, ended_ = false;
    int depth_ = 0;
};

Result<void> parse_whole(Archive& archive, const std::string& name, XmlHandler& handler) {
    FAIRLEAD_ASSIGN(auto part, Part::open(archive, name));
    Xml xml(std::move(part), name, handler);
    for (;;) {
        FAIRLEAD_ASSIGN(const bool more, xml.go_on());
        if (!more) return {};
    }
}

// "_x000D_" stands for a character that XML cannot hold.
void decode_escapes(std::string& text) {
    const auto hex_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); };
    for (auto at = text.find("_x"); at != std::string::npos; at = text.find("_x", at + 1)) {
        if (at + 7 > text.size() || text[at + 6] != '_' || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 2, text.begin() + static_cast<std::ptrdiff_t>(at) + 6, hex_digit)) continue;
        unsigned code = 0;
        std::from_chars(text.data() + at + 2, text.data() + at + 6, code, 16);
        if (code == 0 || code >= 0x80) continue;
        text.replace(at, 7, 1, static_cast<char>(code));
    }
}

void tidy(std::string& text) {
    if (text.find("_x") != std::string::npos) decode_escapes(text);
    if (std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) text = to_nfc(text);
}

// ---- The small parts ---------------------------------------------------------------------------------------

struct Sheet {
    std::string name, relation, path;
    bool hidden = false;
};

class WorkbookHandler final : public XmlHandler {
  public:
    std::vector<Sheet> sheets;
    bool from_1904 = false;
    void begin(std::string_view name, const char** attributes) override {
        if (name == "workbookPr") {
            const auto flag = attribute(attributes, "date1904");
            from_1904 = flag == "1" || flag == "true" || flag == "on";
        } else if (name == "sheet") {
            if (sheets.size() >= 10'000) {
                refused = exhausting("too many sheets");
                return;
            }
            Sheet sheet;
            sheet.name = attribute(attributes, "name");
            for (const char** a = attributes; *a != nullptr; a += 2)
                if (local(a[0]) == "id" && std::string_view(a[0]).find(':') != std::string_view::npos) sheet.relation = a[1];
            const auto state = attribute(attributes, "state");
            sheet.hidden = state == "hidden" || state == "veryHidden";
            sheets.push_back(std::move(sheet));
        }
    }
    void end(std::string_view) override {}
};

class RelationsHandler final : public XmlHandler {
  public:
    struct Relation { std::string type, target; };
    std::map<std::string, Relation> relations;
    void begin(std::string_view name, const char** attributes) override {
        if (name != "Relationship") return;
        if (relations.size() >= 20'000) {
            refused = exhausting("too many relations");
            return;
        }
        relations[std::string(attribute(attributes, "Id"))] = {std::string(attribute(attributes, "Type")), std::string(attribute(attributes, "Target"))};
    }
    void end(std::string_view) override {}
    std::string of_type(std::string_view type) const {
        for (const auto& [id, relation] : relations)
            if (relation.type.ends_with(type)) return relation.target;
        return {};
    }
};

class StylesHandler final : public XmlHandler {
  public:
    std::vector<bool> dates, lengths;  // by cell style
    void begin(std::string_view name, const char** attributes) override {
        const auto number = [&](std::string_view which) {
            int value = 0;
            const auto text = attribute(attributes, which);
            std::from_chars(text.data(), text.data() + text.size(), value);
            return value;
        };
        if (name == "numFmt") {
            if (formats_.size() < 10'000) formats_[number("numFmtId")] = {is_date_format(attribute(attributes, "formatCode")), is_length_format(attribute(attributes, "formatCode"))};
        } else if (name == "cellXfs") {
            inside_ = true;
        } else if (name == "xf" && inside_) {
            if (dates.size() >= 100'000) {
                refused = exhausting("too many styles");
                return;
            }
            const int id = number("numFmtId");
            const auto own = formats_.find(id);
            const bool built_in = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 || (id >= 50 && id <= 58);
            dates.push_back(own != formats_.end() ? own->second.date : built_in);
            lengths.push_back(own != formats_.end() ? own->second.length : id == 46);
        }
    }
    void end(std::string_view name) override {
        if (name == "cellXfs") inside_ = false;
    }

  private:
    struct Format {
        bool date = false, length = false;
    };
    std::map<int, Format> formats_;
    bool inside_ = false;
};

// ---- Shared strings ----------------------------------------------------------------------------------------

// All strings one behind another, in memory up to a limit and in a nameless file beyond it.
class Strings {
  public:
    explicit Strings(const TableLimits& limits) : limits_(limits) {}
    ~Strings() {
        if (text_file_ != nullptr) std::fclose(text_file_);
        if (ends_file_ != nullptr) std::fclose(ends_file_);
    }
    Strings(const Strings&) = delete;
    Strings& operator=(const Strings&) = delete;

    Result<void> add(std::string_view text) {
        if (count_ >= limits_.strings) return exhausting("too many texts");
        ++count_;
        end_ += text.size();
        if (text_file_ == nullptr) {
            text_ += text;
            ends_.push_back(end_);
            if (text_.size() + ends_.size() * sizeof(std::uint64_t) > limits_.strings_in_memory) return move_to_file();
            return {};
        }
        if (std::fwrite(text.data(), 1, text.size(), text_file_) != text.size() || std::fwrite(&end_, sizeof end_, 1, ends_file_) != 1) return no_room();
        return {};
    }
    Result<void> finish() {
        if (text_file_ != nullptr && (std::fflush(text_file_) != 0 || std::fflush(ends_file_) != 0)) return no_room();
        return {};
    }
    bool get(std::uint64_t index, std::string& out) const {
        if (index >= count_) return false;
        std::uint64_t span[2] = {0, 0};
        if (text_file_ == nullptr) {
            span[0] = index == 0 ? 0 : ends_[index - 1];
            out.assign(text_, span[0], ends_[index] - span[0]);
            return true;
        }
        if (index == 0) {
            if (::pread(::fileno(ends_file_), &span[1], sizeof span[1], 0) != static_cast<ssize_t>(sizeof span[1])) return false;
        } else if (::pread(::fileno(ends_file_), span, sizeof span, static_cast<off_t>((index - 1) * sizeof span[0])) != static_cast<ssize_t>(sizeof span)) {
            return false;
        }
        out.resize(span[1] - span[0]);
        return ::pread(::fileno(text_file_), out.data(), out.size(), static_cast<off_t>(span[0])) == static_cast<ssize_t>(out.size());
    }

  private:
    static Refused no_room() { return refuse(Why::unavailable, "cannot_write", "The texts of the workbook cannot be kept beside: the disk may be full"); }
    Result<void> move_to_file() {
        text_file_ = std::tmpfile();
        ends_file_ = std::tmpfile();
        if (text_file_ == nullptr || ends_file_ == nullptr) return no_room();
        if (std::fwrite(text_.data(), 1, text_.size(), text_file_) != text_.size() || std::fwrite(ends_.data(), sizeof(std::uint64_t), ends_.size(), ends_file_) != ends_.size()) return no_room();
        text_ = {};
        ends_ = {};
        return {};
    }
    TableLimits limits_;
    std::string text_;
    std::vector<std::uint64_t> ends_;
    std::uint64_t count_ = 0, end_ = 0;
    std::FILE *text_file_ = nullptr, *ends_file_ = nullptr;
};

class StringsHandler final : public XmlHandler {
  public:
    StringsHandler(Strings& strings, const TableLimits& limits) : strings_(strings), limits_(limits) {}
    void begin(std::string_view name, const char**) override {
        if (name == "si") text_.clear();
        else if (name == "rPh") ++phonetic_;  // a reading aid, no part of the text
        else if (name == "t") inside_ = phonetic_ == 0;
    }
    void end(std::string_view name) override {
        if (name == "t") inside_ = false;
        else if (name == "rPh") --phonetic_;
        else if (name == "si") {
            tidy(text_);
            if (auto added = strings_.add(text_); !added) refused = added.refused();
        }
    }
    void text(std::string_view piece) override {
        if (!inside_ || refused) return;
        if (text_.size() + piece.size() > limits_.cell_bytes) {
            refused = exhausting("a text longer than " + std::to_string(limits_.cell_bytes) + " bytes");
            return;
        }
        text_ += piece;
    }

  private:
    Strings& strings_;
    const TableLimits& limits_;
    std::string text_;
    bool inside_ = false;
    int phonetic_ = 0;
};

// ---- The sheet ---------------------------------------------------------------------------------------------

// "AB12": column 27, row 12; false when it is none.
bool read_place(std::string_view text, std::size_t& column, std::int64_t& row) {
    std::size_t letters = 0, number = 0;
    while (letters < text.size() && text[letters] >= 'A' && text[letters] <= 'Z' && letters < 4) number = number * 26 + static_cast<std::size_t>(text[letters++] - 'A' + 1);
    if (letters == 0 || letters > 3) return false;
    row = 0;
    const auto [end, error] = std::from_chars(text.data() + letters, text.data() + text.size(), row);
    column = number - 1;
    return error == std::errc() && end == text.data() + text.size() && row > 0;
}

struct Range {
    std::size_t left = 0, right = 0;
    std::int64_t top = 0, bottom = 0;
    Cell value;
};

struct Book {
    std::unique_ptr<Archive> archive;
    std::unique_ptr<Strings> strings;
    std::vector<bool> dates, lengths;
    bool from_1904 = false;
    TableLimits limits;
};

class SheetHandler final : public XmlHandler {
  public:
    explicit SheetHandler(const Book& book) : book_(book) {}
    Xml* xml = nullptr;
    bool only_merges = false;
    TableRow row;
    bool row_hidden = false;
    std::int64_t hidden_rows = 0, first_hidden = 0, merged = 0, formulas_without_value = 0;
    std::vector<std::string> merges;  // the first ones, as written
    std::vector<Range> ranges;

    void begin(std::string_view name, const char** attributes) override {
        if (name == "mergeCell") return see_merge(attribute(attributes, "ref"));
        if (only_merges) return;
        if (name == "row") {
            row.clear();
            const auto number = attribute(attributes, "r");
            std::int64_t at = 0;
            std::from_chars(number.data(), number.data() + number.size(), at);
            row.line = row_number_ = at > 0 ? at : row_number_ + 1;
            const auto hidden = attribute(attributes, "hidden");
            row_hidden = hidden == "1" || hidden == "true";
            next_column_ = 0;
            bytes_ = 0;
        } else if (name == "c") {
            std::size_t column = next_column_;
            std::int64_t line = 0;
            if (const auto place = attribute(attributes, "r"); !place.empty() && !read_place(place, column, line)) {
                refused = damaged("the address of a cell, " + std::string(place.substr(0, 20)));
                return;
            }
            if (column >= book_.limits.columns) {
                refused = exhausting("more than " + std::to_string(book_.limits.columns) + " columns");
                return;
            }
            next_column_ = column + 1;
            if (row.size() <= column) row.resize(column + 1);
            column_ = column;
            type_ = attribute(attributes, "t");
            style_ = 0;
            const auto style = attribute(attributes, "s");
            std::from_chars(style.data(), style.data() + style.size(), style_);
            value_.clear();
            formula_ = false;
        } else if (name == "v") {
            inside_ = true;
        } else if (name == "f") {
            formula_ = true;
        } else if (name == "rPh") {
            ++phonetic_;
        } else if (name == "t") {
            inside_ = phonetic_ == 0;
        }
    }
    void end(std::string_view name) override {
        if (only_merges) return;
        if (name == "v" || name == "t") inside_ = false;
        else if (name == "rPh") --phonetic_;
        else if (name == "c") finish_cell();
        else if (name == "row") xml->pause();
    }
    void text(std::string_view piece) override {
        if (!inside_ || only_merges || refused) return;
        if (value_.size() + piece.size() > book_.limits.cell_bytes) {
            refused = exhausting("a cell longer than " + std::to_string(book_.limits.cell_bytes) + " bytes");
            return;
        }
        value_ += piece;
    }

  private:
    void see_merge(std::string_view reference) {
        ++merged;
        if (merges.size() < 20) merges.emplace_back(reference.substr(0, 40));
        if (!only_merges) return;
        const auto colon = reference.find(':');
        Range range;
        if (colon == std::string_view::npos || !read_place(reference.substr(0, colon), range.left, range.top) || !read_place(reference.substr(colon + 1), range.right, range.bottom)) return;
        if (ranges.size() >= 100'000) {
            refused = exhausting("too many merged cells");
            return;
        }
        if (range.right >= range.left && range.bottom >= range.top && range.right < book_.limits.columns) ranges.push_back(std::move(range));
    }
    void finish_cell() {
        Cell& cell = row[column_];
        if (value_.empty()) {
            if (formula_ && type_ != "str") ++formulas_without_value;
            return;
        }
        if (type_ == "s") {
            std::uint64_t index = 0;
            const auto [end, error] = std::from_chars(value_.data(), value_.data() + value_.size(), index);
            if (error != std::errc() || end != value_.data() + value_.size() || !book_.strings || !book_.strings->get(index, cell.text)) {
                refused = damaged("row " + std::to_string(row.line) + " refers to a text that is not there");
                return;
            }
            cell.kind = cell.text.empty() ? CellKind::empty : CellKind::text;
        } else if (type_ == "inlineStr" || type_ == "str") {
            cell.text = value_;
            tidy(cell.text);
            cell.kind = CellKind::text;
        } else if (type_ == "b") {
            cell.text = value_ == "1" || value_ == "true" ? "true" : "false";
            cell.kind = CellKind::boolean;
        } else if (type_ == "e") {
            cell.text = value_;
            cell.kind = CellKind::error;
        } else if (type_ == "d") {
            cell.text = value_;
            cell.kind = CellKind::date;
        } else {
            number(cell);
        }
        bytes_ += cell.text.size();
        if (bytes_ > row_bytes) refused = exhausting("row " + std::to_string(row.line) + " alone is too long");
    }
    void number(Cell& cell) {
        double value = 0;
        const auto [end, error] = std::from_chars(value_.data(), value_.data() + value_.size(), value);
        if (error != std::errc() || end != value_.data() + value_.size() || !std::isfinite(value)) {
            cell.text = value_;
            cell.kind = CellKind::text;
            return;
        }
        if (style_ < book_.dates.size() && book_.dates[style_]) {
            if (std::string day = date_of_serial(value, book_.from_1904); !day.empty()) {
                cell.text = std::move(day);
                cell.kind = CellKind::date;
                return;
            }
        }
        if (style_ < book_.lengths.size() && book_.lengths[style_] && std::abs(value) < 1e9) {
            const auto seconds = static_cast<long long>(std::llround(std::abs(value) * 86'400));
            char length[40];
            std::snprintf(length, sizeof length, "%s%lld:%02d:%02d", value < 0 ? "-" : "", seconds / 3600, static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
            cell.text = length;
            cell.kind = CellKind::text;
            return;
        }
        cell.kind = CellKind::number;
        // A spreadsheet keeps fifteen digits; what stands behind them (0.1 + 0.2) is the machine's.
        const auto digits = std::count_if(value_.begin(), value_.end(), [](char c) { return c >= '0' && c <= '9'; });
        std::string plain = value_;
        if (digits > 15 && (value_.find('.') != std::string::npos || value_.find_first_of("eE") != std::string::npos)) {
            char rounded[40];
            std::snprintf(rounded, sizeof rounded, "%.15g", value);
            plain = rounded;
        }
        auto decimal = Decimal::parse(plain);
        if (!decimal && std::abs(value) < 1e15) decimal = Decimal::from_double(value);  // a third has more places than are kept
        cell.text = decimal ? decimal->text() : plain;
    }

    const Book& book_;
    std::int64_t row_number_ = 0;
    std::size_t next_column_ = 0, column_ = 0, style_ = 0, bytes_ = 0;
    std::string type_, value_;
    bool inside_ = false, formula_ = false;
    int phonetic_ = 0;
};

class XlsxTable final : public Table {
  public:
    XlsxTable(Book book, std::string sheet_path, const TableOptions& options, TableLook look, std::vector<Note> notes)
        : book_(std::move(book)), sheet_path_(std::move(sheet_path)), options_(options) {
        look_ = std::move(look);
        notes_ = std::move(notes);
    }

    Result<void> read_head() {
        if (options_.fill_merged) FAIRLEAD_TRY(find_merges());
        FAIRLEAD_TRY(rewind());
        look_.columns = columns_of(head_);
        return {};
    }

    Result<Next> next(TableRow& row) override {
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, next_row());
            if (!more) {
                say_what_was_seen();
                return Next::end;
            }
            TableRow& read = handler_->row;
            if (options_.fill_merged) fill(read);
            if (read.blank()) continue;
            if (++rows_ > book_.limits.rows) return exhausting("more than " + std::to_string(book_.limits.rows) + " rows");
            if (handler_->row_hidden) {
                if (hidden_rows_++ == 0) first_hidden_ = read.line;
                if (!options_.hidden_rows) continue;
            }
            for (std::size_t i = width_; i < read.size(); ++i)
                if (!read[i].text.empty()) {
                    if (beyond_++ == 0) first_beyond_ = read.line;
                    break;
                }
            read.resize(width_);
            std::swap(row, read);
            return Next::row;
        }
    }

    double progress() const override { return xml_ ? xml_->progress() : 0; }

    Result<void> rewind() override {
        FAIRLEAD_TRY(start(false));
        rows_ = hidden_rows_ = beyond_ = 0;
        open_.clear();
        next_range_ = 0;
        head_.clear();
        width_ = 0;
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, next_row());
            if (!more) return {};
            if (options_.fill_merged) fill(handler_->row);
            if (handler_->row.blank()) continue;
            head_ = handler_->row;
            break;
        }
        for (std::size_t i = 0; i < head_.size(); ++i)
            if (!trim(head_[i].text).empty()) width_ = i + 1;
        head_.resize(width_);
        return {};
    }

  private:
    Result<void> start(bool only_merges) {
        xml_.reset();
        auto ranges = handler_ ? std::move(handler_->ranges) : std::vector<Range>();
        handler_ = std::make_unique<SheetHandler>(book_);
        handler_->only_merges = only_merges;
        handler_->ranges = std::move(ranges);
        FAIRLEAD_ASSIGN(auto part, Part::open(*book_.archive, sheet_path_));
        xml_ = std::make_unique<Xml>(std::move(part), look_.sheet, *handler_);
        handler_->xml = xml_.get();
        return {};
    }
    Result<bool> next_row() { return xml_->go_on(); }
    // Merged ranges stand behind the rows.
    Result<void> find_merges() {
        FAIRLEAD_TRY(start(true));
        for (;;) {
            FAIRLEAD_ASSIGN(const bool more, xml_->go_on());
            if (!more) break;
        }
        std::sort(handler_->ranges.begin(), handler_->ranges.end(), [](const Range& a, const Range& b) { return a.top < b.top; });
        return {};
    }
    // Ranges are in order of their first row; `open_` are those that the reading is inside of.
    void fill(TableRow& row) {
        auto& ranges = handler_->ranges;
        while (next_range_ < ranges.size() && ranges[next_range_].top <= row.line) open_.push_back(next_range_++);
        std::erase_if(open_, [&](std::size_t i) { return ranges[i].bottom < row.line; });
        for (const std::size_t i : open_) {
            Range& range = ranges[i];
            if (row.line == range.top && range.left < row.size()) range.value = row[range.left];
            if (row.size() <= range.right) row.resize(range.right + 1);
            for (std::size_t column = range.left; column <= range.right; ++column)
                if (row.line != range.top || column != range.left) row[column] = range.value;
        }
    }
    void say_what_was_seen() {
        if (said_) return;
        said_ = true;
        if (handler_->merged > 0 && !options_.fill_merged) {
            const std::string first = join(handler_->merges, ", ");
            notes_.push_back({"merged_cells", std::to_string(handler_->merged) + " merged ranges (" + first + "): only their first cell has a value, the others are empty. Where it is meant for all of them, choose to fill them",
                              {{"count", std::to_string(handler_->merged)}, {"ranges", first}}});
        }
        if (hidden_rows_ > 0)
            notes_.push_back({"hidden_rows", std::to_string(hidden_rows_) + (options_.hidden_rows ? " hidden rows are read, the first is row " : " hidden rows are left out, the first is row ") + std::to_string(first_hidden_),
                              {{"count", std::to_string(hidden_rows_)}, {"row", std::to_string(first_hidden_)}}});
        if (beyond_ > 0)
            notes_.push_back({"cells_beyond_head", std::to_string(beyond_) + " rows have values right of the last column with a name, which are not read; the first is row " + std::to_string(first_beyond_),
                              {{"count", std::to_string(beyond_)}, {"row", std::to_string(first_beyond_)}}});
        if (handler_->formulas_without_value > 0)
            notes_.push_back({"formulas_without_value", std::to_string(handler_->formulas_without_value) + " formulas have no stored result and are read as empty: open the workbook in a spreadsheet program and save it",
                              {{"count", std::to_string(handler_->formulas_without_value)}}});
    }

    Book book_;
    std::string sheet_path_;
    TableOptions options_;
    std::unique_ptr<SheetHandler> handler_;
    std::unique_ptr<Xml> xml_;
    TableRow head_;
    std::int64_t rows_ = 0, hidden_rows_ = 0, first_hidden_ = 0, beyond_ = 0, first_beyond_ = 0;
    bool said_ = false;
    std::vector<std::size_t> open_;
    std::size_t next_range_ = 0;
};

// A target of a relation as a name in the archive.
std::string in_folder(std::string_view folder, std::string_view target) {
    if (target.starts_with('/')) return std::string(target.substr(1));
    return (std::filesystem::path(folder) / target).lexically_normal().generic_string();
}

}  // namespace

namespace {
constexpr std::string_view length_parts[] = {"[h]", "[hh]", "[m]", "[mm]", "[s]", "[ss]"};
}

bool is_date_format(std::string_view code) {
    if (lower_ascii(code) == "general") return false;
    bool date = false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        if (c == '"') {
            const auto end = code.find('"', i + 1);
            if (end == std::string_view::npos) break;
            i = end;
        } else if (c == '\\' || c == '_' || c == '*') {
            ++i;
        } else if (c == '[') {
            const auto end = code.find(']', i + 1);
            if (end == std::string_view::npos) break;
            // [h]:mm counts hours, it names no day.
            const std::string inside = lower_ascii(code.substr(i + 1, end - i - 1));
            if (inside == "h" || inside == "hh" || inside == "m" || inside == "mm" || inside == "s" || inside == "ss") return false;
            i = end;
        } else if (c == ';') {
            break;  // the first section is that of ordinary values
        } else if (std::string_view("dDmMyYhHsS").find(c) != std::string_view::npos) {
            date = true;
        }
    }
    return date;
}

bool is_length_format(std::string_view code) {
    const std::string lower = lower_ascii(code);
    return std::any_of(std::begin(length_parts), std::end(length_parts), [&](std::string_view part) { return lower.find(part) != std::string::npos; });
}

std::string date_of_serial(double serial, bool from_1904) {
    if (serial < 0 || serial > 2'958'466 || (serial < 1 && !from_1904)) return {};
    const double whole = std::floor(serial);
    // The calendar of 1900 has a 29 February that never was.
    const Date base = from_1904 ? *Date::of(1904, 1, 1) : serial < 60 ? *Date::of(1899, 12, 31) : *Date::of(1899, 12, 30);
    Date day{base.days + static_cast<std::int32_t>(whole)};
    auto seconds = static_cast<std::int64_t>(std::llround((serial - whole) * 86'400));
    if (seconds == 86'400) seconds = 0, ++day.days;
    if (day.days > Date::of(9999, 12, 31)->days) return {};
    std::string text = day.text();
    if (seconds != 0) {
        char time[16];
        std::snprintf(time, sizeof time, "T%02d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
        text += time;
    }
    return text;
}

Result<std::unique_ptr<Table>> open_xlsx(const std::string& path, const TableOptions& options, const TableLimits& limits) {
    Book book;
    book.limits = limits;
    FAIRLEAD_ASSIGN(book.archive, Archive::open(path, limits));
    Archive& archive = *book.archive;
    std::string workbook = "xl/workbook.xml";
    if (archive.has("_rels/.rels")) {
        RelationsHandler roots;
        FAIRLEAD_TRY(parse_whole(archive, "_rels/.rels", roots));
        if (const std::string target = roots.of_type("/officeDocument"); !target.empty()) workbook = in_folder("", target);
    }
    if (!archive.has(workbook))
        return refuse(Why::invalid, "no_workbook", "The file is an archive, but no XLSX workbook: save it as XLSX or CSV");
    WorkbookHandler sheets;
    FAIRLEAD_TRY(parse_whole(archive, workbook, sheets));
    book.from_1904 = sheets.from_1904;
    const std::string folder = std::filesystem::path(workbook).parent_path().generic_string();
    const std::string relations_name = folder + (folder.empty() ? "" : "/") + "_rels/" + std::filesystem::path(workbook).filename().generic_string() + ".rels";
    RelationsHandler relations;
    FAIRLEAD_TRY(parse_whole(archive, relations_name, relations));

    TableLook look;
    look.format = "xlsx";
    look.dates_1904 = book.from_1904;
    std::vector<Note> notes;
    std::vector<std::string> hidden;
    const Sheet* chosen = nullptr;
    for (const Sheet& sheet : sheets.sheets) {
        const auto relation = relations.relations.find(sheet.relation);
        if (relation == relations.relations.end() || !relation->second.type.ends_with("/worksheet")) continue;
        if (sheet.hidden) hidden.push_back(sheet.name);
        else look.sheets.push_back(sheet.name);
        if (options.sheet.empty() ? chosen == nullptr && !sheet.hidden : sheet.name == options.sheet) chosen = &sheet;
    }
    if (chosen == nullptr && !options.sheet.empty()) {
        const std::string near = nearest(options.sheet, look.sheets);
        return refuse(Why::bad_request, "no_such_sheet", "The workbook has no sheet \"" + options.sheet + "\"" + (near.empty() ? "" : ": did you mean \"" + near + "\"?"), "sheet", {{"name", options.sheet}, {"near", near}});
    }
    if (chosen == nullptr) return refuse(Why::invalid, "no_sheet", "The workbook has no visible sheet");
    look.sheet = chosen->name;
    std::erase(hidden, chosen->name);
    if (!hidden.empty())
        notes.push_back({"hidden_sheets", std::to_string(hidden.size()) + (hidden.size() == 1 ? " hidden sheet is not read: " : " hidden sheets are not read: ") + join(hidden, ", "),
                         {{"count", std::to_string(hidden.size())}, {"sheets", join(hidden, ", ")}}});
    if (const std::string styles = relations.of_type("/styles"); !styles.empty() && archive.has(in_folder(folder, styles))) {
        StylesHandler handler;
        FAIRLEAD_TRY(parse_whole(archive, in_folder(folder, styles), handler));
        book.dates = std::move(handler.dates);
        book.lengths = std::move(handler.lengths);
    }
    if (const std::string texts = relations.of_type("/sharedStrings"); !texts.empty() && archive.has(in_folder(folder, texts))) {
        book.strings = std::make_unique<Strings>(limits);
        StringsHandler handler(*book.strings, limits);
        FAIRLEAD_TRY(parse_whole(archive, in_folder(folder, texts), handler));
        FAIRLEAD_TRY(book.strings->finish());
    }
    auto table = std::make_unique<XlsxTable>(std::move(book), in_folder(folder, relations.relations.at(chosen->relation).target), options, std::move(look), std::move(notes));
    FAIRLEAD_TRY(table->read_head());
    return std::unique_ptr<Table>(std::move(table));
}

}  // namespace fairlead::derive
