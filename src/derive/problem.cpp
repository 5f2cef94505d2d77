// Refusals on the wire: RFC 9457 problems, in the reader's language.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "derive/http.h"
#include "derive/messages.h"
#include "derive/words.h"

namespace fairlead::http {
namespace {

struct Title {
    int status;
    std::string_view english, vietnamese;
};
constexpr std::array titles{
    Title{400, "The request cannot be understood", "Không hiểu được yêu cầu"},
    Title{401, "Not signed in", "Chưa đăng nhập"},
    Title{403, "Not allowed", "Không được phép"},
    Title{404, "Not found", "Không tìm thấy"},
    Title{405, "This address has no such method", "Địa chỉ này không nhận phương thức đó"},
    Title{408, "The request took too long", "Yêu cầu kéo dài quá lâu"},
    Title{409, "In conflict with what is there", "Mâu thuẫn với dữ liệu hiện có"},
    Title{412, "Changed since it was read", "Đã bị thay đổi từ lúc đọc"},
    Title{413, "Too large", "Quá lớn"},
    Title{414, "The address is too long", "Địa chỉ quá dài"},
    Title{415, "This kind of content is not accepted", "Không nhận loại nội dung này"},
    Title{417, "This expectation cannot be met", "Không đáp ứng được kỳ vọng này"},
    Title{421, "This server does not answer for that host", "Máy chủ này không phục vụ tên miền đó"},
    Title{422, "A rule is broken", "Vi phạm quy tắc"},
    Title{428, "The version is missing", "Thiếu phiên bản"},
    Title{429, "Too many requests", "Quá nhiều yêu cầu"},
    Title{431, "Too many headers", "Quá nhiều tiêu đề"},
    Title{500, "An error of the server", "Lỗi của máy chủ"},
    Title{501, "Not offered", "Không hỗ trợ"},
    Title{503, "Not available at the moment", "Tạm thời không dùng được"},
    Title{505, "This version of HTTP is not spoken", "Không hỗ trợ phiên bản HTTP này"},
};

void append_text(std::string& out, std::string_view text) {
    out += '"';
    append_json_escaped(out, text);
    out += '"';
}

std::string pointer_of(std::string_view field) {
    if (field.empty() || field.front() == '/') return std::string(field);
    std::string pointer = "/";
    for (const char c : field) pointer += c == '.' ? '/' : c;
    return pointer;
}

void append_error(std::string& out, const Refusal& reason, std::string_view language) {
    out += '{';
    if (!reason.field.empty()) {
        out += "\"pointer\":";
        append_text(out, pointer_of(reason.field));
        out += ',';
    }
    out += "\"code\":";
    append_text(out, reason.code);
    out += ",\"message\":";
    append_text(out, message_in(reason, language));
    out += ",\"params\":{";
    bool first = true;
    for (const auto& [name, value] : reason.params) {
        if (!first) out += ',';
        first = false;
        append_text(out, name);
        out += ':';
        append_text(out, value);
    }
    out += "}}";
}

}  // namespace

int status_of(Why why) {
    switch (why) {
        case Why::bad_request: return 400;
        case Why::unauthenticated: return 401;
        case Why::forbidden: return 403;
        case Why::not_found: return 404;
        case Why::duplicate: return 409;
        case Why::stale: return 412;
        case Why::too_large: return 413;
        case Why::invalid: return 422;
        case Why::precondition_required: return 428;
        case Why::too_many: return 429;
        case Why::unavailable: return 503;
    }
    return 500;
}

std::string_view title_of(int status, std::string_view language) {
    const auto title = std::find_if(titles.begin(), titles.end(), [&](const Title& t) { return t.status == status; });
    if (title == titles.end()) return language == "vi" ? "Không thực hiện được" : "Not done";
    return language == "vi" ? title->vietnamese : title->english;
}

std::string language_of(std::string_view accept_language) {
    // The order of the list decides; weights out of order are rare enough to ignore.
    while (!accept_language.empty()) {
        const auto end = accept_language.find(',');
        const auto one = trim(accept_language.substr(0, end));
        if (starts_with_nocase(one, "vi")) return "vi";
        if (starts_with_nocase(one, "en")) return "en";
        if (end == std::string_view::npos) break;
        accept_language.remove_prefix(end + 1);
    }
    return "en";
}

std::string message_in(const Refusal& refusal, std::string_view language) {
    if (language != "vi") return refusal.message;
    const auto messages = vietnamese_messages();
    const auto found = std::find_if(messages.begin(), messages.end(), [&](const Message& m) { return m.code == refusal.code; });
    std::string_view text = found == messages.end() ? derive::refusal_words(refusal.code, language) : found->text;
    // Some say what comes near, where something does.
    if (std::any_of(refusal.params.begin(), refusal.params.end(), [](const auto& p) { return p.first == "meant"; }))
        if (const std::string_view nearer = derive::refusal_words(refusal.code + "_meant", language); !nearer.empty()) text = nearer;
    if (text.empty()) return refusal.message;
    std::string out;
    while (!text.empty()) {
        const auto open = text.find('{');
        out += text.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = text.find('}', open);
        ensure(close != std::string_view::npos, "a message's placeholder ends with a brace");
        const auto name = text.substr(open + 1, close - open - 1);
        const auto parameter = [&](std::string_view wanted) {
            return std::find_if(refusal.params.begin(), refusal.params.end(), [&](const auto& p) { return p.first == wanted; });
        };
        const auto value = parameter(name);
        if (value != refusal.params.end()) out += value->second;
        else if (name == "field") out += refusal.field;
        else if (const auto entity = parameter("entity"); name == "entities" && entity != refusal.params.end()) out += derive::word(entity->second + ".label_plural", language, entity->second);
        else return refusal.message;  // a parameter is missing: the English message is whole
        text.remove_prefix(close + 1);
    }
    return out;
}

Response problem(const Refused& refused, const Request& request) {
    Response response;
    response.status = status_of(refused.why);
    response.type = "application/problem+json";
    const Refusal& first = refused.reasons.front();
    std::string& out = response.body;
    out = "{\"type\":";
    append_text(out, "urn:fairlead:problem:" + first.code);
    out += ",\"title\":";
    append_text(out, title_of(response.status, request.language));
    out += ",\"status\":" + std::to_string(response.status) + ",\"detail\":";
    append_text(out, message_in(first, request.language));
    out += ",\"instance\":";
    append_text(out, request.path);
    out += ",\"request_id\":";
    append_text(out, request.request_id);
    out += ",\"code\":";
    append_text(out, first.code);
    out += ",\"errors\":[";
    for (std::size_t i = 0; i < refused.reasons.size(); ++i) {
        if (i > 0) out += ',';
        append_error(out, refused.reasons[i], request.language);
    }
    out += "]}";
    return response;
}

}  // namespace fairlead::http
