// What a learner says, and its file.
#include "engines/forecast/learner.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "base/secret.h"
#include "engines/forecast/features.h"
#include "engines/forecast/hash.h"
#include "engines/forecast/intervals.h"

namespace fairlead::forecast {
namespace {

constexpr std::string_view magic = "fairlead-forecast-learner";
constexpr int version = 1;
constexpr std::size_t first_values = 8, most_forests = 1000;

std::string hex(const Digest& digest) {
    std::string out;
    for (const unsigned char byte : digest) {
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

void put(std::string& to, float value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    ensure(error == std::errc(), "a number has room");
    to.append(text, end);
}

boost::json::value measured(Measured value) { return value ? boost::json::value(*value) : boost::json::value(); }
Measured measured_in(const boost::json::value& value) { return value.is_null() ? Measured() : Measured(value.to_number<double>()); }

Refused damaged(const std::string& what) { return refuse(Why::invalid, "damaged", "The trained file is damaged: " + what + ". Train again, or take a copy of it", "trained", {{"what", what}}); }

}  // namespace

SeriesMarks marks_of(const Series& series) {
    SeriesMarks marks;
    const std::string kind = std::string(name_of(series.frequency)) + "/" + std::string(name_of(series.rhythm)) + "/";
    if (!series.id.empty() && series.frequency != Frequency::number) marks.name = hash_of("name/" + kind + series.id);
    if (series.values.size() < first_values) return marks;
    const auto first = std::span<const double>(series.values).first(first_values);
    if (std::all_of(first.begin(), first.end(), [&](double value) { return value == first[0]; })) return marks;
    std::string text = "values/" + kind;
    for (const double value : first) {
        char number[40];
        std::snprintf(number, sizeof number, "%.9g,", value);
        text += number;
    }
    marks.values = hash_of(text);
    return marks;
}

std::vector<std::string> learner_feature_names(std::span<const std::string> members) {
    std::vector<std::string> names(series_feature_names().begin(), series_feature_names().end());
    names.emplace_back("horizon");
    const auto further = diversity_feature_names(members);
    names.insert(names.end(), further.begin(), further.end());
    return names;
}

std::vector<float> learner_features(std::span<const double> past, int season, int scale_season, std::span<const double> pool, std::span<const std::vector<double>> members) {
    std::vector<double> all = series_features(past, season);
    all.push_back(std::log(static_cast<double>(pool.size())));
    const auto further = diversity_features(past, interval_scale(past, scale_season), pool, members);
    all.insert(all.end(), further.begin(), further.end());
    return {all.begin(), all.end()};
}

std::vector<double> starting_margins(std::size_t members) {
    std::vector<double> margins(members + 1, 0.0);
    margins[0] = std::log(static_cast<double>(std::max<std::size_t>(members, 1)));
    return margins;
}

Learner::Learner(LearnerFacts facts, std::vector<LearnedKind> kinds, Forests forests, std::vector<SeenSeries> seen) : facts_(std::move(facts)), kinds_(std::move(kinds)), forests_(std::move(forests)), seen_(std::move(seen)) {
    for (const std::string& name : facts_.members) {
        const Model* model = find_model(name);
        ensure(model != nullptr, "a learner's members are models");
        asked_.push_back({model, !model->seasonal, false});
    }
    for (const SeenSeries& one : seen_)
        for (const std::uint64_t mark : {one.marks.name, one.marks.values})
            if (mark != 0) {
                const auto [at, fresh] = until_.try_emplace(mark, one.until);
                if (!fresh) at->second = std::max(at->second, one.until);
            }
}

const LearnedKind* Learner::kind_of(const Series& series) const {
    for (const LearnedKind& kind : kinds_)
        if (kind.rhythm == series.rhythm && kind.season == series.season) return &kind;
    return nullptr;
}

std::size_t Learner::trained_to(const Series& series) const {
    const SeriesMarks marks = marks_of(series);
    std::int64_t to = 0;
    for (const std::uint64_t mark : {marks.name, marks.values})
        if (const auto found = until_.find(mark); mark != 0 && found != until_.end()) to = std::max(to, found->second + 1 - series.first.index);
    return static_cast<std::size_t>(std::max<std::int64_t>(0, to));
}

std::optional<Shares> Learner::shares(const LearnedKind& kind, const Series& series, std::span<const double> past, const PoolForecast& forecast) const {
    if (kind.share <= 0) return std::nullopt;
    const auto steps = static_cast<std::size_t>(kind.horizon);
    ensure(forecast.mean.size() >= steps, "a learner is shown as many steps as it was trained on");
    Case one;
    one.answers.emplace_back(forecast.mean.begin(), forecast.mean.begin() + static_cast<std::ptrdiff_t>(steps));
    std::vector<std::size_t> places;
    for (const PoolMember& member : asked_) {
        const auto found = std::find_if(forecast.members.begin(), forecast.members.end(), [&](const Member& of) { return of.model == member.model->name; });
        auto& answer = one.answers.emplace_back();
        places.push_back(static_cast<std::size_t>(found - forecast.members.begin()));
        if (found != forecast.members.end() && found->left_out.empty()) answer.assign(found->mean.begin(), found->mean.begin() + static_cast<std::ptrdiff_t>(steps));
    }
    one.features = learner_features(past, series.season, series.scale_season, one.answers[0], std::span(one.answers).subspan(1));
    const auto weights = this->weights(kind, one);
    Shares shares;
    shares.of_mix = 1 - kind.share + kind.share * weights[0];
    shares.of_members.assign(forecast.members.size(), 0.0);
    for (std::size_t k = 1; k < weights.size(); ++k)
        if (weights[k] > 0) shares.of_members[places[k - 1]] += kind.share * weights[k];
    return shares;
}

std::vector<double> Learner::weights(const LearnedKind& kind, const Case& one) const {
    auto margins = starting_margins(asked_.size());
    std::vector<double> learned(margins.size(), 0.0);
    for (const Forest& forest : forests_) forest.add(one.features, learned, static_cast<std::size_t>(kind.rounds));
    for (std::size_t k = 0; k < margins.size(); ++k) margins[k] += learned[k] / static_cast<double>(forests_.size());
    return softmax_weights(one, margins);
}

std::string Learner::write() const {
    namespace json = boost::json;
    json::object head;
    head["pool"] = facts_.pool;
    head["bounds"] = facts_.bounds == Bounds::robust ? "robust" : "r-compatible";
    head["trained_on"] = facts_.trained_on;
    head["members"] = json::value_from(facts_.members);
    head["inputs"] = json::value_from(facts_.inputs);
    head["features"] = json::value_from(learner_feature_names(facts_.members));
    json::array kinds;
    for (const LearnedKind& kind : kinds_)
        kinds.push_back({{"frequency", std::string(name_of(kind.rhythm))}, {"season", kind.season}, {"horizon", kind.horizon}, {"share", kind.share}, {"rounds", kind.rounds},
                         {"series", kind.series}, {"origins", kind.origins}, {"later_origins", kind.later}, {"later_each", kind.later_each}, {"pool_owa", measured(kind.pool_owa)}, {"learned_owa", measured(kind.learned_owa)}, {"blend_owa", measured(kind.blend_owa)}, {"p", measured(kind.p)}, {"why_not", kind.why_not}});
    head["kinds"] = std::move(kinds);
    json::array seen;
    for (const SeenSeries& one : seen_) seen.push_back({one.marks.name, one.marks.values, one.until});
    head["seen"] = std::move(seen);
    std::string body = json::serialize(head);
    // The trees by hand: numbers of four bytes in their shortest form.
    body.back() = ',';
    body += "\"forests\":[";
    for (std::size_t f = 0; f < forests_.size(); ++f) {
        body += f == 0 ? "[" : ",[";
        for (std::size_t t = 0; t < forests_[f].trees.size(); ++t) {
            body += t == 0 ? "\n[" : ",\n[";
            for (std::size_t i = 0; i < forests_[f].trees[t].size(); ++i) {
                const TreeNode& node = forests_[f].trees[t][i];
                if (i > 0) body += ',';
                body += std::to_string(node.feature) + ",";
                put(body, node.value);
                if (node.feature >= 0) body += "," + std::to_string(node.left) + "," + std::to_string(node.right);
            }
            body += ']';
        }
        body += ']';
    }
    body += "]}\n";
    return sealed(body);
}

std::string Learner::sealed(const std::string& body) { return std::string(magic) + " " + std::to_string(version) + " " + hex(sha256(body)) + "\n" + body; }

Result<Learner> Learner::read(std::string_view bytes) {
    namespace json = boost::json;
    if (!bytes.starts_with(magic)) return refuse(Why::invalid, "no_learner", "This is no file that \"fairlead forecast train\" wrote", "trained");
    const std::size_t line = bytes.find('\n');
    if (line == std::string_view::npos) return damaged("it ends within its first line");
    const std::string_view first = bytes.substr(magic.size(), line - magic.size()), body = bytes.substr(line + 1);
    const std::size_t space = first.find(' ', 1);
    if (first.empty() || first[0] != ' ' || space == std::string_view::npos) return damaged("its first line is no longer what was written");
    const std::string_view of = first.substr(1, space - 1), digest = first.substr(space + 1);
    if (of != std::to_string(version))
        return refuse(Why::invalid, "other_version", "The trained file is of version " + std::string(of) + ", this program reads version " + std::to_string(version) + ". Train again", "trained", {{"version", std::string(of)}});
    if (digest != hex(sha256(body))) return damaged("its content is not what was written (" + std::to_string(body.size()) + " bytes)");
    // Its content is whole from here on; it may still be another program's.
    boost::system::error_code error;
    const json::value parsed = json::parse(body, error);
    if (error) return damaged(error.message());
    try {
        const json::object& head = parsed.as_object();
        LearnerFacts facts;
        facts.pool = json::value_to<std::string>(head.at("pool"));
        facts.bounds = head.at("bounds").as_string() == "robust" ? Bounds::robust : Bounds::r_compatible;
        facts.trained_on = json::value_to<std::string>(head.at("trained_on"));
        facts.members = json::value_to<std::vector<std::string>>(head.at("members"));
        facts.inputs = json::value_to<std::vector<std::string>>(head.at("inputs"));
        if (find_pool(facts.pool) == nullptr) return refuse(Why::invalid, "unknown_model", "The trained file uses the pool \"" + facts.pool + "\", which this program does not have. Train again", "trained", {{"model", facts.pool}});
        for (const std::string& name : facts.members)
            if (find_model(name) == nullptr) return refuse(Why::invalid, "unknown_model", "The trained file uses the model \"" + name + "\", which this program does not have. Train again", "trained", {{"model", name}});
        const auto names = json::value_to<std::vector<std::string>>(head.at("features"));
        if (names != learner_feature_names(facts.members)) return refuse(Why::invalid, "other_features", "The trained file was made by a version that looked at series in another way. Train again", "trained");
        Forests forests;
        for (const json::value& grown : head.at("forests").as_array()) {
            Forest& forest = forests.emplace_back();
            forest.outputs = facts.members.size() + 1;
            for (const json::value& tree : grown.as_array()) {
                GrownTree& nodes = forest.trees.emplace_back();
                const json::array& numbers = tree.as_array();
                for (std::size_t i = 0; i < numbers.size();) {
                    TreeNode node;
                    node.feature = numbers.at(i).to_number<std::int32_t>();
                    node.value = numbers.at(i + 1).to_number<float>();
                    i += 2;
                    if (node.feature >= 0) {
                        node.left = numbers.at(i).to_number<std::int32_t>();
                        node.right = numbers.at(i + 1).to_number<std::int32_t>();
                        i += 2;
                    }
                    nodes.push_back(node);
                }
            }
            if (!forest.sound(names.size()) || forest.rounds() != forests.front().rounds()) return damaged("a tree of it is none");
        }
        if (forests.empty() || forests.size() > most_forests) return damaged("it has no trees");
        std::vector<LearnedKind> kinds;
        for (const json::value& one : head.at("kinds").as_array()) {
            LearnedKind kind;
            const auto rhythm = parse_frequency(json::value_to<std::string>(one.at("frequency")));
            if (!rhythm) return damaged("it has a frequency that there is not");
            kind.rhythm = *rhythm;
            kind.season = one.at("season").to_number<int>();
            kind.horizon = one.at("horizon").to_number<int>();
            kind.share = one.at("share").to_number<double>();
            kind.rounds = one.at("rounds").to_number<int>();
            kind.series = one.at("series").to_number<std::size_t>();
            kind.origins = one.at("origins").to_number<std::size_t>();
            kind.later = one.at("later_origins").to_number<std::size_t>();
            kind.later_each = one.at("later_each").to_number<int>();
            kind.pool_owa = measured_in(one.at("pool_owa"));
            kind.learned_owa = measured_in(one.at("learned_owa"));
            kind.blend_owa = measured_in(one.at("blend_owa"));
            kind.p = measured_in(one.at("p"));
            kind.why_not = json::value_to<std::string>(one.at("why_not"));
            if (kind.season < 1 || kind.horizon < 1 || kind.horizon > 10'000 || !(kind.share >= 0 && kind.share <= 1) || kind.rounds < 0 || (kind.share > 0 && static_cast<std::size_t>(kind.rounds) > forests.front().rounds())) return damaged("a number of it cannot be");
            kinds.push_back(std::move(kind));
        }
        std::vector<SeenSeries> seen;
        for (const json::value& one : head.at("seen").as_array()) {
            const json::array& row = one.as_array();
            seen.push_back({{row.at(0).to_number<std::uint64_t>(), row.at(1).to_number<std::uint64_t>()}, row.at(2).to_number<std::int64_t>()});
            if (const std::int64_t until = seen.back().until; until < -1'000'000'000'000 || until > 1'000'000'000'000) return damaged("a number of it cannot be");
        }
        return Learner(std::move(facts), std::move(kinds), std::move(forests), std::move(seen));
    } catch (const std::exception& fault) {
        return damaged(fault.what());
    }
}

}  // namespace fairlead::forecast
