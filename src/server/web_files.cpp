// Answering with files of the web interface.
#include "server/web_files.h"

#include <algorithm>
#include <array>
#include <memory>

#include "base/secret.h"
#include "base/text.h"

namespace fairlead::server {
namespace {

std::string_view type_of(std::string_view name) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 13> types{{
        {".html", "text/html"}, {".js", "text/javascript"}, {".css", "text/css"}, {".svg", "image/svg+xml"}, {".png", "image/png"},
        {".ico", "image/x-icon"}, {".woff2", "font/woff2"}, {".json", "application/json"}, {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain"}, {".webp", "image/webp"}, {".map", "application/json"}, {".xml", "text/xml"}}};
    for (const auto& [ending, type] : types)
        if (name.ends_with(ending)) return type;
    return "application/octet-stream";
}

// Does the browser take this coding? "gzip;q=0" is a no.
bool accepts(std::string_view header, std::string_view coding) {
    for (const std::string& part : split(lower_ascii(header), ',')) {
        const auto one = trim(part);
        if (!one.starts_with(coding)) continue;
        const auto rest = trim(one.substr(coding.size()));
        if (rest.empty()) return true;
        if (rest.front() == ';') return rest.find("q=0") == std::string_view::npos || rest.find("q=0.") != std::string_view::npos;
    }
    return false;
}

constexpr std::string_view not_built =
    "<!doctype html><html lang=\"en\"><title>Fairlead</title><h1>Fairlead is running</h1><p>The web interface is not built into this program. "
    "Build it with <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code> and build the program again. "
    "The interface for software is at <a href=\"/api/docs\">/api/docs</a>.</p></html>";

}  // namespace

WebFiles::WebFiles(const std::vector<EmbeddedFile>& files) {
    for (const EmbeddedFile& file : files) {
        std::string name = file.name;
        const std::string_view content(file.begin, static_cast<std::size_t>(file.end - file.begin));
        if (name.ends_with(".br")) {
            files_[name.substr(0, name.size() - 3)].brotli = content;
        } else if (name.ends_with(".gz")) {
            files_[name.substr(0, name.size() - 3)].gzip = content;
        } else {
            File& one = files_[name];
            one.plain = content;
            one.type = type_of(name);
            const Digest digest = sha256(content);
            one.tag = hex(std::string_view(reinterpret_cast<const char*>(digest.data()), 12));
        }
    }
    std::erase_if(files_, [](const auto& f) { return f.second.type.empty(); });
}

Response WebFiles::answer(const Request& request) const {
    Response response;
    const std::string_view path = std::string_view(request.path).substr(1);
    if (path == "api" || path.starts_with("api/"))
        return problem(refuse(Why::not_found, "no_such_address", "There is nothing at this address."), request);
    if (files_.empty()) {
        response.type = "text/html";
        response.body_static = not_built;
        return response;
    }
    auto file = files_.find(path);
    const bool asset = path.starts_with("assets/");
    if (file == files_.end()) {
        // A file of an earlier version must not come back as a page: the browser would take it for a script.
        if (asset) return problem(refuse(Why::not_found, "no_such_address", "There is nothing at this address."), request);
        file = files_.find("index.html");
    }
    if (file == files_.end()) return problem(refuse(Why::not_found, "no_such_address", "There is nothing at this address."), request);
    const File& found = file->second;
    const auto accepted = request.header("accept-encoding");
    std::string_view coding;
    response.body_static = found.plain;
    if (!found.brotli.empty() && accepts(accepted, "br")) {
        coding = "br";
        response.body_static = found.brotli;
    } else if (!found.gzip.empty() && accepts(accepted, "gzip")) {
        coding = "gzip";
        response.body_static = found.gzip;
    }
    response.type = found.type;
    const std::string tag = "\"" + found.tag + (coding.empty() ? "" : "-" + std::string(coding)) + "\"";
    response.headers.emplace_back("ETag", tag);
    response.headers.emplace_back("Cache-Control", asset ? "public, max-age=31536000, immutable" : "no-cache");
    response.headers.emplace_back("Vary", "Accept-Encoding");
    if (request.header("if-none-match").find(tag) != std::string_view::npos) {
        response.status = 304;
        response.body_static = {};
        return response;
    }
    if (!coding.empty()) response.headers.emplace_back("Content-Encoding", coding);
    return response;
}

void add_web_routes(Router& router) {
    const auto files = std::make_shared<WebFiles>(embedded_files());
    router.add({Method::get, "/{path...}", Policy::open, [files](Request& request, Reply reply) { reply(files->answer(request)); }});
}

}  // namespace fairlead::server
