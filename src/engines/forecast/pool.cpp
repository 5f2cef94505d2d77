// Asking the models of a pool, and putting their answers together.
#include "engines/forecast/pool.h"

#include <algorithm>
#include <cmath>

#include "engines/forecast/numerics/season.h"

namespace fairlead::forecast {
namespace {

constexpr int longest_season = 24;  // of models: beyond, the number of seasonal states outgrows what can be told from data

std::string left_out_words(const Refused& refused) { return refused.message(); }

// Two seasons tell one; of a long one three, since each of its periods is then told by three values at least.
bool known(int season, std::size_t count) { return season > 1 && count >= (season > longest_season ? 3 : 2) * static_cast<std::size_t>(season); }

bool believable(const std::vector<double>& mean, std::span<const double> values) {
    const auto range = std::minmax_element(values.begin(), values.end());
    const double low = *range.first, high = *range.second, room = 5 * (high - low) + 1e-9 * std::abs(high);
    return std::all_of(mean.begin(), mean.end(), [&](double f) { return std::isfinite(f) && f <= high + room && f >= low - room; });
}

struct Asked {
    Member member;
    std::vector<double> deviation, fitted;
};

Result<Fit> fit_by(Sheet* sheet, const Model& model, const Question& question) {
    if (sheet == nullptr) return model.fit(question);
    if (sheet->answered) {
        ensure(sheet->read < sheet->noted.size() && sheet->noted[sheet->read].model == &model, "the same is asked as was noted");
        return std::move(*sheet->noted[sheet->read++].fit);
    }
    sheet->noted.push_back({&model, question, {question.values.begin(), question.values.end()}, {question.seasons.begin(), question.seasons.end()}, {}});
    return Fit{};
}

Asked ask(const PoolMember& of, std::span<const double> values, const Deseasonalised& plain, std::span<const int> seasons, int horizon, Bounds bounds, bool with_fitted, Sheet* sheet) {
    Asked out;
    out.member.model = of.model->name;
    out.member.label = of.model->label;
    Question question;
    const bool without = of.without_season && plain.seasonal;
    question.values = without ? std::span<const double>(plain.values) : values;
    question.season = of.without_season || seasons.empty() ? 1 : of.longest ? seasons.back() : seasons.front();
    if (!of.without_season && seasons.size() > 1) question.seasons = seasons;
    question.horizon = horizon;
    question.bounds = bounds;
    question.with_fitted = with_fitted;
    if (const int least = of.model->least(question.season); static_cast<int>(values.size()) < least) {
        out.member.left_out = "needs " + std::to_string(least) + " values";
        return out;
    }
    auto fit = fit_by(sheet, *of.model, question);
    if (!fit) {
        out.member.left_out = left_out_words(fit.refused());
        return out;
    }
    if (sheet != nullptr && !sheet->answered) return out;
    if (without)
        for (std::size_t h = 0; h < fit->mean.size(); ++h) {
            fit->mean[h] = plain.with_season(fit->mean[h], values.size() + h);
            fit->deviation[h] = plain.deviation_with_season(fit->deviation[h], values.size() + h);
        }
    if (without)
        for (std::size_t t = 0; t < fit->fitted.size(); ++t) fit->fitted[t] = plain.with_season(fit->fitted[t], t);
    if (!believable(fit->mean, values)) {
        out.member.left_out = "its forecast runs far out of the past";
        return out;
    }
    out.member.description = (without ? "season of " + std::to_string(plain.indices.size()) + " taken out; " : "") + fit->description;
    out.member.mean = std::move(fit->mean);
    out.deviation = std::move(fit->deviation);
    out.fitted = std::move(fit->fitted);
    return out;
}

void combine(PoolForecast& out, const std::vector<Asked>& asked, Combine how, std::size_t steps) {
    std::vector<const Asked*> in;
    for (const Asked& one : asked)
        if (one.member.left_out.empty()) in.push_back(&one);
    std::vector<double> weight(in.size(), 0), column(in.size());
    std::vector<std::size_t> order(in.size());
    for (std::size_t h = 0; h < steps; ++h) {
        double sum = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
            column[i] = in[i]->deviation[h];
            sum += in[i]->member.mean[h];
            order[i] = i;
        }
        const double average = sum / static_cast<double>(in.size());
        double apart = 0;
        for (const Asked* one : in) apart += (one->member.mean[h] - average) * (one->member.mean[h] - average);
        out.deviation.push_back(median_of(column));
        out.spread.push_back(std::sqrt(apart / static_cast<double>(in.size())));
        if (how == Combine::mean) {
            out.mean.push_back(average);
            for (double& one : weight) one += 1.0 / static_cast<double>(in.size() * steps);
            continue;
        }
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            const double x = in[a]->member.mean[h], y = in[b]->member.mean[h];
            return x != y ? x < y : a < b;
        });
        const std::size_t low = order[(in.size() - 1) / 2], high = order[in.size() / 2];
        out.mean.push_back((in[low]->member.mean[h] + in[high]->member.mean[h]) / 2);
        weight[low] += 0.5 / static_cast<double>(steps);
        weight[high] += 0.5 / static_cast<double>(steps);
    }
    const std::size_t told = in.front()->fitted.size();
    for (std::size_t t = 0; t < told; ++t) {
        std::vector<double> said;
        double sum = 0;
        for (const Asked* one : in)
            if (t < one->fitted.size() && std::isfinite(one->fitted[t])) said.push_back(one->fitted[t]), sum += said.back();
        out.fitted.push_back(how == Combine::median || said.empty() ? median_of(said) : sum / static_cast<double>(said.size()));
    }
    std::size_t at = 0;
    for (const Asked& one : asked) {
        out.members.push_back(one.member);
        if (one.member.left_out.empty()) out.members.back().weight = weight[at++];
    }
}

// The mix's answer and all members' by their shares. How far members lie apart, and their own deviations, stay those of the mix:
// intervals compare forecasts with a blend and without.
void mix_in(PoolForecast& out, const std::vector<Asked>& asked, const Shares& shares) {
    ensure(shares.of_members.size() == asked.size(), "every member has a share");
    for (std::size_t h = 0; h < out.mean.size(); ++h) {
        double sum = shares.of_mix * out.mean[h];
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (shares.of_members[i] > 0) sum += shares.of_members[i] * asked[i].member.mean[h];
        out.mean[h] = sum;
    }
    for (std::size_t t = 0; t < out.fitted.size(); ++t) {
        double sum = 0, told = 0;
        const auto add = [&](double share, double said) {
            if (share > 0 && std::isfinite(said)) sum += share * said, told += share;
        };
        add(shares.of_mix, out.fitted[t]);
        for (std::size_t i = 0; i < asked.size(); ++i)
            if (t < asked[i].fitted.size()) add(shares.of_members[i], asked[i].fitted[t]);
        if (told > 0) out.fitted[t] = sum / told;
    }
    for (std::size_t i = 0; i < asked.size(); ++i) out.members[i].weight = shares.of_mix * out.members[i].weight + shares.of_members[i];
    out.learned = 1 - shares.of_mix;
}

}  // namespace

void PoolForecast::cut(std::size_t steps) {
    for (auto* of : {&mean, &deviation, &spread})
        if (of->size() > steps) of->resize(steps);
    for (Member& member : members)
        if (member.mean.size() > steps) member.mean.resize(steps);
}

bool is_sparse(std::span<const double> values) {
    std::size_t zeros = 0;
    for (const double value : values) {
        if (value < 0) return false;
        if (value == 0) ++zeros;
    }
    return zeros * 2 > values.size() && zeros < values.size();
}

void answer(std::span<Sheet> sheets) {
    struct Asked {
        const Model* model;
        std::vector<Sheet::Noted*> noted;
        std::vector<std::pair<Sheet::Noted*, std::size_t>> again;  // and the place of the same in `noted`
    };
    std::vector<Asked> by_model;
    const auto same = [](const Sheet::Noted& a, const Sheet::Noted& b) {
        const Question &one = a.question, &other = b.question;
        return one.season == other.season && one.horizon == other.horizon && one.bounds == other.bounds && one.with_fitted == other.with_fitted && one.regressors.data() == other.regressors.data() &&
               one.regressors.size() == other.regressors.size() && a.values == b.values && a.seasons == b.seasons;
    };
    for (Sheet& sheet : sheets) {
        sheet.answered = true;
        for (Sheet::Noted& noted : sheet.noted) {
            noted.question.values = noted.values;
            noted.question.seasons = noted.seasons;
            auto at = std::find_if(by_model.begin(), by_model.end(), [&](const Asked& one) { return one.model == noted.model; });
            if (at == by_model.end()) at = by_model.insert(at, {noted.model, {}, {}});
            const auto before = std::find_if(at->noted.begin(), at->noted.end(), [&](const Sheet::Noted* one) { return same(*one, noted); });
            if (before == at->noted.end()) at->noted.push_back(&noted);
            else at->again.emplace_back(&noted, static_cast<std::size_t>(before - at->noted.begin()));
        }
    }
    for (const auto& [model, noted, again] : by_model) {
        std::vector<Question> questions;
        for (const Sheet::Noted* one : noted) questions.push_back(one->question);
        auto fits = ask_all(*model, questions);
        for (const auto& [one, place] : again) one->fit = fits[place];
        for (std::size_t i = 0; i < fits.size(); ++i) noted[i]->fit = std::move(fits[i]);
    }
}

std::size_t lot_of(std::size_t values, std::size_t series) { return std::clamp<std::size_t>(16384 * series / std::max<std::size_t>(1, values), 8, 64); }

void ask_in_lots(std::size_t count, const std::function<void(std::size_t, Sheet*)>& ask) {
    std::vector<Sheet> sheets(count);
    for (const bool noted : {true, false}) {
        for (std::size_t i = 0; i < count; ++i) ask(i, &sheets[i]);
        if (noted) answer(sheets);
    }
}

PoolForecast forecast_with(const Pool& pool, std::span<const double> values, int season, int horizon, Bounds bounds, bool with_fitted, std::span<const int> longer, const Blend* blend, Sheet* sheet) {
    ensure(!values.empty() && horizon >= 1, "a series has a value, a forecast a step");
    PoolForecast out;
    const bool few = values.size() < 5 && !pool.few.members.empty();
    out.sparse = !few && !pool.sparse.members.empty() && is_sparse(values);
    const int told = known(season, values.size()) ? season : 1;
    std::vector<int> seasons;
    if (told > 1) seasons.push_back(told);
    for (const int one : longer)
        if (one > told && known(one, values.size())) seasons.push_back(one);
    const bool several = !pool.several.members.empty() && seasons.size() > 1, lengthy = !pool.lengthy.members.empty() && told > longest_season;
    const Mix& mix = few ? pool.few : out.sparse ? pool.sparse : several ? pool.several : lengthy ? pool.lengthy : told > 1 && told < 7 && !pool.brief.members.empty() ? pool.brief : told > 1 ? pool.seasonal : pool.plain;
    std::vector<PoolMember> members = mix.members;
    if (few || out.sparse) blend = nullptr;
    if (blend != nullptr)
        for (const PoolMember& one : blend->also)
            if (std::none_of(mix.members.begin(), mix.members.end(), [&](const PoolMember& of) { return of.model == one.model; })) members.push_back(one);
    // A long season, or the longest of several, is taken out at once for models that would estimate each of its periods.
    const bool taken_out = told > longest_season || seasons.size() > 1;
    Deseasonalised plain;
    if (taken_out || (told > 1 && std::any_of(members.begin(), members.end(), [](const PoolMember& one) { return one.without_season; }))) plain = without_shape(values, seasons);
    std::vector<Asked> asked;
    for (PoolMember member : members) {
        // What repeats a season or takes it out by itself may have a long one; what estimates each of its periods may not.
        const bool repeats = member.model->name == "seasonal_naive", any_length = repeats || member.model->any_season;
        // One season is enough to repeat it.
        if (repeats && told == 1 && season > 1 && values.size() >= static_cast<std::size_t>(season)) {
            asked.push_back(ask(member, values, plain, std::span(&season, 1), horizon, bounds, with_fitted, sheet));
            continue;
        }
        member.without_season = member.without_season || (taken_out && member.model->seasonal && !any_length && (told > longest_season || plain.seasonal));
        asked.push_back(ask(member, values, plain, seasons, horizon, bounds, with_fitted, sheet));
    }
    if (sheet != nullptr && !sheet->answered) return out;
    // What is only blended in stands behind the mix, which answers without it.
    std::vector<Asked> beside(std::make_move_iterator(asked.begin() + static_cast<std::ptrdiff_t>(mix.members.size())), std::make_move_iterator(asked.end()));
    asked.resize(mix.members.size());
    if (std::all_of(asked.begin(), asked.end(), [](const Asked& one) { return !one.member.left_out.empty(); })) {
        const Model* naive = find_model("naive");
        ensure(naive != nullptr, "the naive model is always there");
        asked.push_back(ask({naive, false, false}, values, plain, {}, horizon, bounds, with_fitted, nullptr));
        ensure(asked.back().member.left_out.empty(), "the last value can always be repeated");
    }
    combine(out, asked, mix.how, static_cast<std::size_t>(horizon));
    if (blend == nullptr) return out;
    for (Asked& one : beside) {
        out.members.push_back(one.member);
        asked.push_back(std::move(one));
    }
    if (const auto shares = blend->shares(out)) mix_in(out, asked, *shares);
    return out;
}

std::optional<Pool> pool_of(std::string_view model) {
    const Model* found = find_model(model);
    if (found == nullptr) return std::nullopt;
    Pool pool;
    pool.name = found->name;
    pool.label = found->label;
    pool.seasonal.members = pool.plain.members = {{found, false, false}};
    return pool;
}

}  // namespace fairlead::forecast
