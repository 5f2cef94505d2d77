// How the pipeline went from one day to another (definitions.md 12): opening + what came - what went = closing, to the cent.
// Each record comes at most once, at its amount then, and goes at most once, at its amount then; what its amount changed
// between the two, or up to the closing day, is its increase or decrease.
#include <algorithm>
#include <map>

#include "analytics/figures.h"
#include "analytics/texts.h"

namespace fairlead::analytics {

int sign_of_part(std::string_view part) {
    static constexpr const char* coming[] = {"new", "pulled_in", "reopened", "moved_in", "increased"};
    if (part == "opening" || part == "closing") return 0;
    return std::find(std::begin(coming), std::end(coming), part) != std::end(coming) ? 1 : -1;
}

namespace {

using store::CourseStep;

enum Asked { in_scope, worth, kind, closes_within, wanted_by_reader };

struct Part {
    std::int64_t minor = 0;
    std::vector<Moved> records;
    void add(Id record, std::int64_t amount, Instant at) {
        minor += amount;
        records.push_back({record, amount, at});
    }
};

bool inside(const CourseStep& step) { return step.there && step.values[in_scope] == Value(true); }
std::int64_t minor_of(const CourseStep& step) {
    const auto* money = step.there ? step.values[worth].get<Money>() : nullptr;
    return money ? money->minor : 0;
}
bool is_kind(const CourseStep& step, const char* wanted) { return step.there && step.values[kind] == Value(wanted); }
bool is_closed(const CourseStep& step) { return is_kind(step, "won") || is_kind(step, "lost"); }
// Won or lost ahead of the period in which it was to close, or made so: it comes in and goes at that moment.
bool comes_through(const CourseStep& before, const CourseStep& step) {
    return is_closed(step) && !is_closed(before) && !inside(before) && step.values[closes_within] == Value(true) && step.values[wanted_by_reader] == Value(true);
}

const char* way_in(std::span<const CourseStep> steps, std::size_t first) {
    if (!steps.front().known) return "new";
    const CourseStep& before = steps[first - 1];
    if (is_closed(before)) return "reopened";
    return before.there && before.values[closes_within] != Value(true) ? "pulled_in" : "moved_in";
}

const char* way_out(const CourseStep& after) {
    if (!after.there) return "removed";
    if (is_kind(after, "won")) return "won";
    if (is_kind(after, "lost")) return "lost";
    return after.values[closes_within] != Value(true) ? "pushed_out" : "moved_out";
}

void follow(Id record, std::span<const CourseStep> steps, std::map<std::string_view, Part>& parts) {
    std::size_t first = steps.size(), last = 0;  // where it comes, and where it goes
    for (std::size_t at = 1; at < steps.size(); ++at) {
        const bool through = comes_through(steps[at - 1], steps[at]);
        if (first == steps.size() && (through || inside(steps[at]))) first = at;
        if (through || (inside(steps[at - 1]) && !inside(steps[at]))) last = at;
    }
    const bool was = inside(steps.front()), is = inside(steps.back());
    if (!was && first == steps.size()) return;
    std::int64_t come = minor_of(steps.front()), gone = minor_of(steps.back());
    Instant changed = steps.back().at;
    if (!was) {
        const bool with_what_it_was = !inside(steps[first]) && steps[first - 1].there;
        come = minor_of(steps[with_what_it_was ? first - 1 : first]);
        parts[way_in(steps, first)].add(record, come, steps[first].at);
    }
    if (!is) {
        gone = minor_of(steps[steps[last].there ? last : last - 1]);
        changed = steps[last].at;
        parts[way_out(steps[last])].add(record, gone, changed);
    }
    if (gone > come) parts["increased"].add(record, gone - come, changed);
    if (gone < come) parts["decreased"].add(record, come - gone, changed);
}

}  // namespace

Result<void> fill_movement(store::Store& store, const store::Viewer& viewer, const FigureRequest& request, FigureAnswer& answer) {
    const auto catalog = store.catalog();
    const model::Figure& figure = *answer.figure;
    const formula::Context context = store.context();
    if (!request.part.empty() && std::find(std::begin(movement_parts), std::end(movement_parts), request.part) == std::end(movement_parts))
        return refuse(Why::bad_request, "unknown_part", "A movement has no part " + request.part, "part", {{"name", request.part}});
    const auto checked = [&](const std::string& text, std::optional<Type> expected) {
        formula::CheckOptions options;
        options.expected = expected;
        options.currency = catalog->currency();
        return formula::check(text, store::ViewerSchema(*catalog, viewer), figure.entity, options);
    };
    // From the beginning of the first day to the end of the last; what is still to come has not happened.
    const Instant limit = request.effective_as_of.value_or(context.now);
    const Date today = date_in_zone(limit, context.zone);
    const Date to = std::min(request.to.value_or(today), today);
    const Date from = request.from.value_or(Date::of(to.year(), to.month(), 1).value_or(to));
    if (from > today) return refuse(Why::bad_request, "period_ahead", "The movement begins on " + from.text() + ", which is still to come", "from", {{"from", from.text()}});
    const Instant opening = start_of_day(from, context.zone), closing = std::min(limit, start_of_day(Date{to.days + 1}, context.zone));
    const std::string closes = within_days(std::string(figure.period), request.closing_from, request.closing_to);
    const std::string scope = both(both(std::string(figure.filter), closes), request.filter);

    std::map<std::string_view, Part> parts;
    const auto end = [&](const char* name, Instant at) -> Result<void> {
        store::GroupQuery query;
        query.entity = figure.entity;
        if (at < context.now) query.effective_as_of = at;
        query.recorded_as_of = request.recorded_as_of;
        FAIRLEAD_ASSIGN(query.filter, checked(scope, Type::boolean));
        FAIRLEAD_ASSIGN(formula::Formula value, checked(std::string(figure.value), std::nullopt));
        query.aggregates.push_back({store::Aggregate::count, nullptr, {}});
        query.aggregates.push_back({store::Aggregate::sum, std::move(value), {}});
        FAIRLEAD_ASSIGN(const auto groups, store.group(viewer, query));
        FigureValue found;
        found.value = Money{0, context.currency};
        if (!groups.empty()) {
            found.n = groups.front().values[0].is<std::int64_t>() ? groups.front().values[0].as<std::int64_t>() : 0;
            if (groups.front().values[1].is<Money>()) found.value = groups.front().values[1];
        }
        found.filter = scope;
        const Date day = date_in_zone(at, context.zone);
        if (query.effective_as_of) found.as_of = start_of_day(day, context.zone) == at ? day.text() : at.text();
        answer.groups.push_back({Value(name), found});
        return {};
    };
    FAIRLEAD_TRY(end("opening", opening));

    store::CourseQuery query;
    query.entity = figure.entity;
    query.from = opening;
    query.to = closing;
    query.recorded_as_of = request.recorded_as_of;
    for (const std::string& text : {scope, std::string(figure.value), std::string("stage.kind"), closes, request.filter}) {
        FAIRLEAD_ASSIGN(formula::Formula asked, checked(text.empty() ? "TRUE" : text, std::nullopt));
        query.of.push_back(std::move(asked));
    }
    FAIRLEAD_TRY(store.courses(viewer, query, [&](Id record, std::span<const CourseStep> steps) { follow(record, steps, parts); }));
    std::int64_t reached = answer.groups.front().figure.value.as<Money>().minor;
    for (const char* name : movement_parts) {
        const int sign = sign_of_part(name);
        if (sign == 0) continue;
        Part& part = parts[name];
        reached += sign * part.minor;
        FigureValue value;
        value.value = Money{part.minor, context.currency};
        value.n = static_cast<std::int64_t>(part.records.size());
        if (part.records.size() <= named_most) {
            std::vector<Id> ids;
            for (const Moved& one : part.records) ids.push_back(one.record);
            value.filter = one_of(ids);
        }
        answer.groups.push_back({Value(name), value});
        if (request.part != name) continue;
        std::sort(part.records.begin(), part.records.end(), [](const Moved& a, const Moved& b) { return a.minor != b.minor ? a.minor > b.minor : a.record < b.record; });
        part.records.resize(std::min(part.records.size(), moved_most));
        answer.moved = std::move(part.records);
    }
    FAIRLEAD_TRY(end("closing", closing));
    answer.total = answer.groups.back().figure;
    // What changed elsewhere (an account's industry that the filter names) is no entry of the records themselves.
    if (const std::int64_t rest = answer.total.value.as<Money>().minor - reached; rest != 0) {
        FigureValue elsewhere;
        elsewhere.value = Money{rest, context.currency};
        answer.groups.insert(answer.groups.end() - 1, {Value("elsewhere"), elsewhere});
    }
    for (const FigureGroup& group : answer.groups) answer.trace.push_back({group.key.as<std::string>(), group.figure.filter.size() > 500 ? "" : group.figure.filter, group.figure.value});
    return {};
}

}  // namespace fairlead::analytics
